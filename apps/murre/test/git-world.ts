import { indexedWheel, writeIndex } from "@murre/test-kit";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toyBackend, writeProject, type ToyProject } from "../../../packages/installer/test/source-world.ts";
import { commitFiles, git } from "../../../packages/vcs/test/repository-world.ts";
import { allText, makeCommandWorld, run, type Environment, type Run } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

/** A folder with a home, a cache, an index that has a small backend, and a git that notes what it is called with. */
export class GitWorld {
  readonly #commands = makeCommandWorld();
  readonly folder = this.#commands.folder;
  readonly home = join(this.folder, "home");
  readonly index = join(this.folder, "index/simple");
  readonly #hooks = join(this.folder, "hooks.txt");
  readonly #calls = join(this.folder, "calls.txt");
  /** What git says of the programs that it starts, with their arguments. */
  readonly #trace = join(this.folder, "trace.txt");
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    const programs = join(this.folder, "programs");
    mkdirSync(programs);
    mkdirSync(this.home);
    writeFileSync(
      join(programs, "git"),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${this.#calls}\nPATH=\${PATH#*:}\nexec git "$@"\n`,
      { mode: 0o755 },
    );
    this.env = {
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, ".config"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TRACE: this.#trace,
      HOOK_LOG: this.#hooks,
      MURRE_CACHE_DIR: this.#commands.cache,
      PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}`,
    };
  }

  static async make(): Promise<GitWorld> {
    const world = new GitWorld();
    writeIndex(join(world.folder, "index"), [await indexedWheel(toyBackend)]);
    return world;
  }

  get cache(): string {
    return this.#commands.cache;
  }

  write(name: string, text: string): string {
    return this.#commands.write(name, text);
  }

  environment(name = "env"): Promise<Environment> {
    return this.#commands.environment(name);
  }

  murre(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    return run(process.execPath, [bin, ...words], this.folder, { ...this.env, ...env });
  }

  /** `murre pip WORDS` with the index of this world. Its home has no configuration. */
  pip(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.murre(["pip", ...words, "--index-url", this.index], env);
  }

  /** A repository whose first commit is this project, perhaps in a folder of it. */
  project(name: string, project: GitProject, subdirectory = "."): Project {
    return new Project(join(this.folder, name), project, subdirectory);
  }

  /** How often git fetched, and looked for what a name means; the wheels that were built. Since the last call. */
  work(): { readonly fetches: number; readonly lookups: number; readonly wheels: readonly string[] } {
    const [calls, hooks] = [this.#lines(this.#calls), this.#lines(this.#hooks)];
    return {
      fetches: calls.filter((line) => / fetch /.test(line)).length,
      lookups: calls.filter((line) => / ls-remote /.test(line)).length,
      wheels: hooks.flatMap((line) => (line.startsWith("wheel ") ? [line.slice("wheel ".length)] : [])),
    };
  }

  /** Everything that this world has on its disk: caches, environments, logs, and the arguments of all processes of git. */
  everything(): string {
    return allText(this.folder);
  }

  #lines(path: string): string[] {
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    rmSync(path, { force: true });
    return lines;
  }
}

/** With `isStatic` its pyproject.toml says all of it, so that nobody needs the history. */
export interface GitProject extends ToyProject {
  readonly isStatic?: boolean;
}

/** One repository of a world. */
export class Project {
  readonly folder: string;
  readonly #subdirectory: string;
  first: string;

  constructor(folder: string, project: GitProject, subdirectory: string) {
    this.folder = folder;
    this.#subdirectory = subdirectory;
    mkdirSync(folder, { recursive: true });
    git(folder, ["init", "--quiet", "--initial-branch=main"]);
    this.first = this.commit(project);
  }

  /** `git+file://…` */
  url(revision = ""): string {
    return `git+file://${this.folder}${revision === "" ? "" : `@${revision}`}`;
  }

  /** @returns the new commit of the branch that is checked out */
  commit(project: GitProject): string {
    const folder = writeProject(join(this.folder, this.#subdirectory), project);
    const { name, version, requires = [], isStatic = false } = project;
    const table = `[project]\n${Object.entries({ name, version, dependencies: requires })
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
      .join("")}`;
    if (isStatic) appendFileSync(join(folder, "pyproject.toml"), table);
    return commitFiles(this.folder, {});
  }

  git(...words: string[]): string {
    return git(this.folder, words);
  }
}
