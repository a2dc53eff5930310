import { beginCacheOperation, type CacheOperation } from "@murre/cache";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  openRepositories,
  parseVcsUrl,
  type Repositories,
  type RepositoryServices,
  type VcsEvent,
} from "../src/index.ts";

/** A git of nobody: the machine's configuration has no say. */
export const gitEnvironment = {
  PATH: process.env["PATH"],
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

export function git(folder: string, words: readonly string[], input?: string): string {
  const options = {
    cwd: folder,
    env: gitEnvironment,
    encoding: "utf8",
    ...(input === undefined ? {} : { input }),
  } as const;
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...words], options).trim();
}

/** A repository with one commit of these files. */
export function makeRepository(folder: string, files: Readonly<Record<string, string>> = { "a.txt": "one\n" }): string {
  mkdirSync(folder, { recursive: true });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
  return commitFiles(folder, files);
}

/** @returns the commit */
export function commitFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git(folder, ["add", "--all"]);
  git(folder, ["commit", "--quiet", "--allow-empty", "-m", "more"]);
  return git(folder, ["rev-parse", "HEAD"]);
}

/** A commit of entries that git would add for nobody. @param entries `<mode> <type> <object>\t<name>`, of one folder */
export function commitTree(folder: string, entries: readonly string[], branch: string): string {
  const tree = git(folder, ["mktree", "--missing"], entries.map((entry) => `${entry}\n`).join(""));
  const commit = git(folder, ["commit-tree", "-m", "made", tree]);
  git(folder, ["update-ref", `refs/heads/${branch}`, commit]);
  return commit;
}

export function blob(folder: string, text: string): string {
  return git(folder, ["hash-object", "-w", "--stdin"], text);
}

export interface World {
  readonly folder: string;
  readonly events: VcsEvent[];
  open(more?: Partial<RepositoryServices>): Repositories & { readonly cache: CacheOperation };
  /** Checks a URL out, and says where its files are and which commit it is. */
  checkOut(
    url: string,
    more?: Partial<RepositoryServices>,
  ): Promise<{ readonly tree: string; readonly commit: string }>;
  remove(): void;
}

export function makeWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), "vcs-"));
  const events: VcsEvent[] = [];
  const opened: CacheOperation[] = [];
  let trees = 0;
  const world: World = {
    folder,
    events,
    open(more = {}) {
      const cache = more.cache ?? beginCacheOperation(join(folder, "cache"));
      opened.push(cache);
      const onEvent = (event: VcsEvent) => void events.push(event);
      const services = { cache, env: gitEnvironment, platform: process.platform, signal: undefined, onEvent, ...more };
      return Object.assign(openRepositories(services), { cache });
    },
    async checkOut(written, more) {
      const repositories = world.open(more);
      const url = parseVcsUrl(written);
      const commit = await repositories.resolve(url);
      const tree = join(folder, `tree${trees++}`);
      await repositories.checkOut({ url, commit, destination: tree });
      return { tree, commit };
    },
    remove() {
      for (const cache of opened) cache.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}
