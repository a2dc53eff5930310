import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 120_000;

/** A command world with the folder `app`, a project that needs others, two indexes with `six`, and an environment. */
async function makeWorld(app: Partial<ProjectFacts>, others: Readonly<Record<string, ProjectFacts>> = {}) {
  const log = join(temporaryFolder("hooks"), "hooks.txt");
  const world = makeCommandWorld({ HOOK_LOG: log });
  writeFileSync(log, "");
  const { folder } = world;
  const six = { name: "six", version: "1.0", files: { "six.py": "" } };
  writeIndex(join(folder, "index"), [await indexedWheel(six)]);
  writeIndex(join(folder, "other"), [await indexedWheel({ ...six, version: "1.0+other" })]);
  writeProject(join(folder, "app"), { name: "app", version: "1.0", ...app });
  for (const [path, facts] of Object.entries(others)) writeProject(join(folder, path), facts);
  const environment = await world.environment("env");
  const pip = (...words: string[]) =>
    environment.pip(...words, "--no-config", "--index-url", join(folder, "index/simple"));
  const installed = async () =>
    (await environment.installed()).map((line) =>
      line.replaceAll(pathToFileURL(folder).href, "WORLD").replaceAll(folder, "WORLD"),
    );
  return { ...world, environment, pip, installed };
}

function repositoryOf(folder: string, tag: string): string {
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@e.test", "-C", folder, ...words], {
      encoding: "utf8",
    });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-q", "-m", "one");
  git("tag", tag);
  return git("rev-parse", "HEAD").trim();
}

const lib: ProjectFacts = { name: "lib", version: "2.0" };
const sources = (text: string) => `[tool.uv.sources]\n${text}`;

describe.skipIf(process.platform === "win32")("[tool.uv.sources]", () => {
  test.each<[string, Partial<ProjectFacts>, Readonly<Record<string, ProjectFacts>>, string[]]>([
    ["a folder", { needs: ["lib>=1"], more: sources('lib = { path = "../lib" }') }, { lib }, ["lib @ WORLD/lib"]],
    [
      "an editable folder",
      { needs: ["lib"], more: sources('lib = { path = "../lib", editable = true }') },
      { lib },
      ["-e WORLD/lib"],
    ],
    [
      "an extra of a folder, whose own sources are followed too",
      { needs: ["lib[more]"], more: sources('lib = { path = "../lib" }') },
      {
        lib: { ...lib, extras: { more: ["deep"] }, more: sources('deep = { path = "below/deep", editable = true }') },
        "lib/below/deep": { name: "deep", version: "1" },
      },
      ["-e WORLD/lib/below/deep", "lib @ WORLD/lib"],
    ],
    [
      "members of a workspace, whose root says it for all",
      {
        needs: ["lib"],
        more: `${sources("lib = { workspace = true }\ndeep = { workspace = true }")}\n[tool.uv.workspace]\nmembers = ["./parts/*"]\nexclude = ["parts/old"]`,
      },
      {
        "app/parts/lib": { ...lib, needs: ["deep"] },
        "app/parts/deep": { name: "deep", version: "1" },
        "app/parts/old": { name: "deep", version: "0" },
      },
      ["-e WORLD/app/parts/deep", "-e WORLD/app/parts/lib"],
    ],
    [
      "a member that is not to be editable",
      {
        needs: ["lib"],
        more: `${sources("lib = { workspace = true, editable = false }")}\n[tool.uv.workspace]\nmembers = ["lib"]`,
      },
      { "app/lib": lib },
      ["lib @ WORLD/app/lib"],
    ],
    [
      "what is no package: what it needs is installed",
      { needs: ["lib[more]"], more: sources('lib = { path = "../lib", package = false }') },
      {
        lib: { ...lib, needs: ["deep"], extras: { more: ["six"] }, more: sources('deep = { path = "../deep" }') },
        deep: { name: "deep", version: "1" },
      },
      ["deep @ WORLD/deep", "six==1.0"],
    ],
    [
      "the one of several whose marker holds",
      {
        needs: ["lib"],
        more: sources(
          `lib = [{ path = "../no", marker = "python_version < '3'" }, { path = "../lib", marker = "python_version >= '3'" }]`,
        ),
      },
      { lib, no: lib },
      ["lib @ WORLD/lib"],
    ],
    [
      "an index where no marker of a source holds",
      { needs: ["six"], more: sources(`six = { path = "../no", marker = "sys_platform == 'nowhere'" }`) },
      { no: { name: "six", version: "9" } },
      ["six==1.0"],
    ],
    [
      "a folder, whatever place the requirement itself names",
      { needs: ["lib @ file:///no/where"], more: sources('lib = { path = "../lib" }') },
      { lib },
      ["lib @ WORLD/lib"],
    ],
    [
      "one explicit index",
      {
        needs: ["six"],
        more: `${sources('six = { index = "own" }')}\n[[tool.uv.index]]\nname = "own"\nurl = "../other/simple"\nexplicit = true`,
      },
      {},
      ["six==1.0+other"],
    ],
    [
      "no explicit index that no source names",
      { needs: ["six"], more: `[[tool.uv.index]]\nname = "own"\nurl = "../other/simple"\nexplicit = true` },
      {},
      ["six==1.0"],
    ],
  ])("are followed to %s, for -e and -r alike", { timeout }, async (_, app, others, expected) => {
    const { pip, installed } = await makeWorld(app, others);
    succeeded(await pip("install", "-r", "app/pyproject.toml"));
    expect(await installed()).toEqual(expected);
    succeeded(await pip("install", "-e", "./app", "--exact"));
    expect(await installed()).toEqual(["-e WORLD/app", ...expected]);
    expect(succeeded(await pip("install", "-e", "./app")).stdout).toContain("Nothing to do");
  });

  test("take the indexes of a project that is named as a file before those of the command", { timeout }, async () => {
    const { pip, installed } = await makeWorld({ needs: ["six"], more: '[[tool.uv.index]]\nurl = "../other/simple"' });
    succeeded(await pip("install", "-r", "app/pyproject.toml"));
    expect(await installed()).toEqual(["six==1.0+other"]);
  });

  test("count for the extra or group that they name", { timeout }, async () => {
    const { pip, installed, write } = await makeWorld(
      {
        extras: { here: ["lib"], there: ["lib"] },
        more: `${sources('lib = [{ path = "../lib", extra = "here" }, { path = "../copy", extra = "there" }, { path = "../third", group = "dev" }]')}\n[dependency-groups]\ndev = ["lib"]`,
      },
      { lib, copy: lib, third: lib },
    );
    const file = "app/pyproject.toml";
    for (const [words, place] of [
      [["-r", file, "--extra", "here"], "lib"],
      [["-r", file, "--extra", "there"], "copy"],
      [["--group", `${file}:dev`], "third"],
      [["./app[there]"], "copy"],
      [["-e", "app[here]"], "lib"],
    ] as const) {
      succeeded(await pip("install", ...words));
      expect(await installed()).toContain(`lib @ WORLD/${place}`);
    }
    write("app/pyproject.toml", "");
  });

  test("name a tag, a branch or a commit of a repository, and a folder in it", { timeout }, async () => {
    const world = await makeWorld({}, { repo: lib, "repo/in/deep": { name: "deep", version: "1" } });
    const { folder, pip, installed } = world;
    const commit = repositoryOf(join(folder, "repo"), "v2");
    const url = pathToFileURL(join(folder, "repo")).href;
    for (const reference of ['tag = "v2"', 'branch = "main"', `rev = "${commit}"`]) {
      writeProject(join(folder, "app"), {
        name: "app",
        version: "1.0",
        needs: ["lib", "deep"],
        more: sources(`lib = { git = "${url}", ${reference} }\ndeep = { git = "${url}", subdirectory = "in/deep" }`),
      });
      succeeded(await pip("install", "-r", "app/pyproject.toml"));
      expect(await installed()).toEqual([
        `deep @ git+WORLD/repo@${commit}#subdirectory=in/deep`,
        `lib @ git+WORLD/repo@${commit}`,
      ]);
    }
  });

  test("are passed over where they are not wanted, or for single projects", { timeout }, async () => {
    const app = { needs: ["six", "lib"], more: sources('six = { path = "../six" }\nlib = { path = "../lib" }') };
    const { pip, installed } = await makeWorld(app, { six: { name: "six", version: "1.5" }, lib });
    succeeded(await pip("install", "-r", "app/pyproject.toml", "--no-sources-package", "Six"));
    expect(await installed()).toEqual(["lib @ WORLD/lib", "six==1.0"]);
    const refused = await pip("install", "-e", "./app", "--no-sources", "--reinstall");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/lib/)]);
    succeeded(await pip("compile", "app/pyproject.toml", "-o", "r.txt"));
  });

  test.each<[string, Partial<ProjectFacts>, string, RegExp]>([
    [
      "a folder that is not there",
      { more: sources('lib = { path = "../no" }') },
      "MURRE_PROJECT_SOURCE",
      /tool\.uv\.sources\.lib names .*no, which does not exist/,
    ],
    [
      "a stranger as a member",
      { more: sources("lib = { workspace = true }") },
      "MURRE_PROJECT_SOURCE",
      /no member of the workspace has that name/,
    ],
    [
      "an index that there is not",
      { more: sources('lib = { index = "none" }') },
      "MURRE_PROJECT_SOURCE",
      /names the index none/,
    ],
    [
      "a file that would be editable",
      { more: sources('lib = { path = "pyproject.toml", editable = true }') },
      "MURRE_PROJECT_SOURCE",
      /only a folder can be editable/,
    ],
    [
      "an archive in a repository",
      { more: sources('lib = { git = "https://e.test/x", path = "a.whl" }') },
      "MURRE_PROJECT_SOURCE",
      /archive inside of a repository/,
    ],
    [
      "a member without an entry",
      { more: '[tool.uv.workspace]\nmembers = ["../lib"]' },
      "MURRE_PROJECT_SOURCE",
      /sources\.lib is missing/,
    ],
    [
      "a member without a project",
      { more: '[tool.uv.workspace]\nmembers = ["../bare"]' },
      "MURRE_WORKSPACE",
      /bare has no pyproject\.toml/,
    ],
    [
      "two members of one name",
      { more: '[tool.uv.workspace]\nmembers = ["../lib", "../copy"]' },
      "MURRE_WORKSPACE",
      /two members with the name lib/,
    ],
    [
      "a table with two kinds",
      { more: sources('lib = { path = ".", url = "https://e.test/x.whl" }') },
      "MURRE_INVALID_PYPROJECT",
      /cannot stand beside/,
    ],
  ])("are refused for %s, with file and key", { timeout }, async (_, app, code, message) => {
    const world = await makeWorld({ needs: ["lib"], ...app }, { lib, copy: lib });
    writeProject(join(world.folder, "bare"), lib);
    execFileSync("rm", [join(world.folder, "bare/pyproject.toml")]);
    for (const words of [
      ["-r", "app/pyproject.toml"],
      ["-e", "./app"],
    ]) {
      const { code: status, stderr } = await world.pip("install", ...words);
      expect([status, stderr]).toEqual([1, expect.stringContaining(code)]);
      expect(stderr).toMatch(message);
      expect(stderr).toContain("app/pyproject.toml");
    }
    expect(await world.installed()).toEqual([]);
  });
});
