import { indexedWheel, writeIndex } from "@murre/test-kit";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { commitFiles, makeRepository } from "../../../packages/vcs/test/repository-world.ts";
import { makeCommandWorld, succeeded } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 60_000;

type Projects = Readonly<Record<string, Partial<ProjectFacts>>>;

/** A command world with the repository `repo` of these projects, another one, `far`, with the project `dep`, and an index with another `dep`. */
async function makeWorld(projects: Projects) {
  const world = makeCommandWorld({ HOOK_LOG: "/dev/null" });
  const { folder } = world;
  const url = pathToFileURL(folder).href;
  const dep = await indexedWheel({ name: "dep", version: "7.0", files: { "dep.py": "" } });
  writeIndex(join(folder, "index"), [dep]);
  writeIndex(join(folder, "none"), []);
  const repository = (name: string, those: Projects, links: Readonly<Record<string, string>> = {}) => {
    for (const [path, { more = "", ...facts }] of Object.entries(those))
      writeProject(join(folder, name, path), {
        name: path.split("/").at(-1) ?? "",
        version: "1.0",
        more: more.replaceAll("WORLD", url),
        ...facts,
      });
    makeRepository(join(folder, name), {});
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, name, path));
    return commitFiles(join(folder, name), {});
  };
  const far = repository("far", { "in/dep": {} });
  const commit = repository("repo", projects, { out: join(folder, "far/in/dep") });
  const shown = (text: string) =>
    text.replaceAll(url, "WORLD").replaceAll(folder, "WORLD").replaceAll(commit, "COMMIT").replaceAll(far, "FAR");
  const index = ["--no-config", "--index-url", join(folder, "none/simple")];
  return {
    ...world,
    shown,
    url,
    index,
    async compile(requirement: string, ...words: string[]) {
      const file = world.write("r.in", `${requirement.replaceAll("WORLD", url)}\n`);
      const run = await world.murre("pip", "compile", file, "--no-header", "--no-annotate", ...index, ...words);
      return { ...run, stdout: shown(run.stdout), stderr: shown(run.stderr) };
    },
  };
}

const sources = (text: string) => `[tool.uv.sources]\n${text}`;
const beside: Projects = { lib: { needs: ["dep"], more: sources('dep = { path = "../dep" }') }, dep: {} };
const members = '[tool.uv.workspace]\nmembers = ["packages/*"]';
const own = '[[tool.uv.index]]\nname = "own"\nurl = "WORLD/index/simple"';

describe.skipIf(process.platform === "win32")("[tool.uv.sources] in a repository", () => {
  test.each<[what: string, projects: Projects, requirement: string, locked: string[]]>([
    [
      "a folder beside it",
      beside,
      "lib @ git+WORLD/repo#subdirectory=lib",
      ["dep @ git+WORLD/repo@COMMIT#subdirectory=dep", "lib @ git+WORLD/repo@COMMIT#subdirectory=lib"],
    ],
    [
      "a folder beside it, which would be an editable one or no package, of a branch",
      {
        lib: {
          needs: ["dep", "other"],
          more: sources('dep = { path = "../dep", editable = true }\nother = { path = "other", package = false }'),
        },
        dep: {},
        "lib/other": {},
      },
      "git+WORLD/repo@main#subdirectory=lib",
      [
        "dep @ git+WORLD/repo@COMMIT#subdirectory=dep",
        "lib @ git+WORLD/repo@COMMIT#subdirectory=lib",
        "other @ git+WORLD/repo@COMMIT#subdirectory=lib/other",
      ],
    ],
    [
      "the root of the workspace, and another member of it that its own sources name",
      {
        ".": { name: "root", more: members },
        "packages/lib": {
          needs: ["dep", "root"],
          more: sources("dep = { workspace = true }\nroot = { workspace = true }"),
        },
        "packages/dep": { needs: ["deep"], more: sources('deep = { path = "../../more/deep" }') },
        "more/deep": {},
      },
      "lib @ git+WORLD/repo#subdirectory=packages/lib",
      [
        "deep @ git+WORLD/repo@COMMIT#subdirectory=more/deep",
        "dep @ git+WORLD/repo@COMMIT#subdirectory=packages/dep",
        "lib @ git+WORLD/repo@COMMIT#subdirectory=packages/lib",
        "root @ git+WORLD/repo@COMMIT",
      ],
    ],
    [
      "what the root says for its members",
      {
        ".": { name: "root", more: `${sources('dep = { path = "else where" }')}\n${members}` },
        "packages/lib": { needs: ["dep"] },
        "else where": { name: "dep" },
      },
      "lib @ git+WORLD/repo#subdirectory=packages/lib",
      [
        "dep @ git+WORLD/repo@COMMIT#subdirectory=else%20where",
        "lib @ git+WORLD/repo@COMMIT#subdirectory=packages/lib",
      ],
    ],
    [
      "another repository, with an extra and under a marker, whose own sources count as well",
      {
        ".": {
          name: "root",
          needs: ["lib[more]; python_version > '3'"],
          more: sources("lib = [{ git = 'WORLD/repo', subdirectory = 'lib', marker = \"python_version > '2'\" }]"),
        },
        lib: {
          extras: { more: ["dep"] },
          more: sources('dep = { git = "WORLD/far", branch = "main", subdirectory = "in/dep" }'),
        },
      },
      "root @ git+WORLD/repo",
      [
        "dep @ git+WORLD/far@FAR#subdirectory=in/dep",
        "lib @ git+WORLD/repo@COMMIT#subdirectory=lib",
        "root @ git+WORLD/repo@COMMIT",
      ],
    ],
    [
      "the index that it names for a project",
      { ".": { name: "root", needs: ["dep"], more: `${sources('dep = { index = "own" }')}\n${own}` } },
      "root @ git+WORLD/repo",
      ["dep==7.0", "root @ git+WORLD/repo@COMMIT"],
    ],
    [
      "a folder in the place of the URL that the requirement itself names",
      { ".": { name: "root", needs: ["dep @ file:///no/where"], more: sources('dep = { path = "dep" }') }, dep: {} },
      "root @ git+WORLD/repo",
      ["dep @ git+WORLD/repo@COMMIT#subdirectory=dep", "root @ git+WORLD/repo@COMMIT"],
    ],
  ])("lead to %s", { timeout }, async (_, projects, requirement, locked) => {
    const { compile, cache } = await makeWorld(projects);
    expect(
      succeeded(await compile(requirement))
        .stdout.trim()
        .split("\n"),
    ).toEqual(locked);
    const left = readdirSync(cache, { recursive: true, encoding: "utf8" });
    expect(left.filter((path) => path.endsWith("in_tree.py"))).toEqual([]);
  });

  test.each<[what: string, app: Partial<ProjectFacts>, message: RegExp]>([
    [
      "a path out of it",
      { more: sources('dep = { path = "../../far/in/dep" }') },
      /WORLD\/repo: app\/pyproject\.toml: tool\.uv\.sources\.dep names a path outside of the repository/,
    ],
    ["a path of this machine", { more: sources('dep = { path = "/tmp" }') }, /outside of the repository/],
    ["a link out of it", { more: sources('dep = { path = "../out" }') }, /names out, which does not exist/],
    ["git's own folder", { more: sources('dep = { path = "../.git" }') }, /holds neither a pyproject|holds no folder/],
    ["what is not there", { more: sources('dep = { path = "../no" }') }, /names no, which does not exist/],
    ["a file", { more: sources('dep = { path = "in_tree.py" }') }, /archive inside of a repository/],
    [
      "another transport",
      { more: sources('dep = { git = "ext::sh -c true" }') },
      /tool\.uv\.sources\.dep.*is no URL of a repository|MURRE_INVALID_VCS_URL/,
    ],
    [
      "an option as a branch",
      { more: sources('dep = { git = "WORLD/far", branch = "--upload-pack=x" }') },
      /revision "--upload-pack=x"/,
    ],
    ["a stranger as a member", { more: sources("dep = { workspace = true }") }, /no member of the workspace/],
    ["an index of the workspace alone, which is none of the user's", { more: own }, /dep was not found/],
  ])("are refused, or lead nowhere, for %s", { timeout }, async (_, app, message) => {
    const { compile } = await makeWorld({ app: { needs: ["dep"], ...app } });
    const { code, stderr } = await compile("app @ git+WORLD/repo#subdirectory=app");
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test.each([["--no-sources"], ["--no-sources-package=dep"]])(
    "are passed over with %s",
    { timeout },
    async (...words) => {
      const { compile } = await makeWorld(beside);
      expect((await compile("lib @ git+WORLD/repo#subdirectory=lib", ...words)).stderr).toMatch(/dep was not found/);
    },
  );

  test(
    "mean the commit of who names them, also when that stays, and another one after an upgrade",
    { timeout },
    async () => {
      const world = await makeWorld(beside);
      const { folder, url, index, shown } = world;
      const environment = await world.environment("env");
      const install = (...words: string[]) =>
        environment.pip("install", `lib @ git+${url}/repo@main#subdirectory=lib`, ...index, ...words);
      const installed = async () => (await environment.installed()).map(shown);
      const at = (commit: string) =>
        ["dep", "lib"].map((name) => `${name} @ git+WORLD/repo@${commit}#subdirectory=${name}`);
      succeeded(await install());
      expect(await installed()).toEqual(at("COMMIT"));
      const second = commitFiles(join(folder, "repo"), { "lib/src/lib.py": "" });
      expect(succeeded(await install()).stdout).toContain("Nothing to do");
      succeeded(await environment.pip("uninstall", "dep"));
      succeeded(await install());
      expect(await installed()).toEqual(at("COMMIT"));
      succeeded(await install("--upgrade-package", "lib"));
      expect(await installed()).toEqual(at(second));
    },
  );
});
