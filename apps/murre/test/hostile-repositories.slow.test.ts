import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blob, commitTree } from "../../../packages/vcs/test/repository-world.ts";
import { succeeded } from "./command-world.ts";
import { GitWorld } from "./git-world.ts";

const timeout = 120_000;

/** A project, whose build says which files it sees, and a marker that nothing may make. */
async function makeWorld() {
  const world = await GitWorld.make();
  const project = world.project("lib", { name: "lib", version: "1.0" });
  const environment = await world.environment();
  const marker = join(world.folder, "was-run");
  return {
    world,
    project,
    marker,
    run: `touch ${marker}`,
    environment,
    install: (requirement: string, env: NodeJS.ProcessEnv = {}) =>
      world.pip(["install", requirement, "-p", environment.folder], env),
    /** A commit of the project's files and further entries. */
    evil(...entries: string[]): string {
      commitTree(project.folder, [...project.git("ls-tree", "HEAD").split("\n"), ...entries], "evil");
      return `lib @ ${project.url("evil")}`;
    },
    file: (text: string, name: string) => `100644 blob ${blob(project.folder, text)}\t${name}`,
  };
}

describe("refused, with a code", () => {
  test("what a URL smuggles in", { timeout }, async () => {
    const { project, install, marker, run, world } = await makeWorld();
    const { folder } = project;
    const cases = [
      [`lib @ git+file://${folder}@--upload-pack=${run.replace(" ", "%20")}`, "MURRE_INVALID_VCS_URL"],
      [`lib @ git+file://${folder}@-h`, "MURRE_INVALID_VCS_URL"],
      [`lib @ git+ext::sh%20-c%20${run.replace(" ", "%20")}`, "MURRE_INVALID_VCS_URL"],
      [`lib @ git+ext://sh/${marker}`, "MURRE_INVALID_VCS_URL"],
      [`git+fd://17/x#egg=lib`, "MURRE_INVALID_VCS_URL"],
      ["lib @ git+ssh://-oProxyCommand=touch/x", "MURRE_INVALID_VCS_URL"],
      ["lib @ git+ssh://-oProxyCommand=touch@host/x", "MURRE_INVALID_VCS_URL"],
      ["lib @ git+https://host/x@a%0ab", "MURRE_INVALID_VCS_URL"],
      [`lib @ git+file://${folder}#subdirectory=../../..`, "MURRE_NO_SOURCE_TREE"],
      [`lib @ git+file://${folder}#subdirectory=../source2`, "MURRE_NO_SOURCE_TREE"],
    ] as const;
    for (const [requirement, code] of cases) {
      const { code: status, stderr } = await install(requirement);
      expect([requirement, status, stderr]).toEqual([requirement, 1, expect.stringContaining(code)]);
    }
    expect(existsSync(marker)).toBe(false);
    // The last two are seen when the files are there.
    expect(world.work()).toEqual({ fetches: 1, lookups: 2, wheels: [] });
  });

  test("a branch whose name is an option is a branch of nobody's", { timeout }, async () => {
    const { project, install, marker, run, environment } = await makeWorld();
    for (const name of [`--upload-pack=${run.replace(" ", "${IFS}")}`, "-c", "--output=x"])
      project.git("update-ref", `refs/heads/${name}`, project.first);
    succeeded(await install(`lib @ ${project.url("refs/heads/-c")}`));
    succeeded(await install(`lib @ ${project.url("main")}`));
    expect(await environment.installed()).toHaveLength(1);
    expect(existsSync(marker)).toBe(false);
  });

  test.each([
    "ext::sh -c 'touch was-run'",
    "--upload-pack=touch was-run",
    "-u touch was-run",
    "fd::3",
    "../../../../../../../../../x",
    "ssh://-oProxyCommand=touch%20was-run/x",
    "",
  ])("a submodule at %j", { timeout }, async (place) => {
    const { project, install, evil, file, world } = await makeWorld();
    const modules = `[submodule "x"]\n\tpath = sub\n\turl = ${JSON.stringify(place)}\n\tupdate = !touch was-run\n`;
    const { code, stderr } = await install(evil(file(modules, ".gitmodules"), `160000 commit ${project.first}\tsub`));
    expect([code, stderr]).toEqual([1, expect.stringContaining("MURRE_UNSAFE_REPOSITORY")]);
    expect(readdirSync(world.folder)).not.toContain("was-run");
    expect(world.work().wheels).toEqual([]);
  });

  test.each([".GIT", ".Git", "git~1", "GIT~1", ".git .", ".git::$INDEX_ALLOCATION", ".g\u200cit", ".gi\u200dt"])(
    "a folder %j, which some disks take for git's own",
    { timeout },
    async (name) => {
      const { project, install, evil, file, run, marker, world } = await makeWorld();
      const inner = commitTree(project.folder, [file(`[core]\n\tfsmonitor = ${run}\n`, "config")], "inner");
      const tree = project.git("rev-parse", `${inner}^{tree}`);
      const { code, stderr } = await install(evil(`040000 tree ${tree}\t${name}`));
      expect([code, stderr]).toEqual([1, expect.stringContaining("MURRE_UNSAFE_REPOSITORY")]);
      expect(existsSync(marker)).toBe(false);
      expect(world.work().wheels).toEqual([]);
    },
  );
});

describe("harmless", () => {
  test("hooks, filters, watchers, templates and attributes", { timeout }, async () => {
    const { world, project, install, run, marker } = await makeWorld();
    mkdirSync(join(project.folder, ".githooks"));
    for (const hook of ["post-checkout", "reference-transaction", "post-index-change"])
      writeFileSync(join(project.folder, ".githooks", hook), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
    writeFileSync(join(project.folder, ".gitattributes"), "* filter=evil diff=evil merge=evil\n");
    writeFileSync(join(project.folder, ".gitconfig"), `[core]\n\tfsmonitor = ${run}\n`);
    writeFileSync(join(project.folder, ".lfsconfig"), `[lfs]\n\turl = ext::${run}\n`);
    project.commit({ name: "lib", version: "2.0" });
    const templates = join(world.folder, "templates/hooks");
    mkdirSync(templates, { recursive: true });
    writeFileSync(join(templates, "post-checkout"), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
    writeFileSync(
      join(world.home, ".gitconfig"),
      `[filter "evil"]\n\tsmudge = ${run}; cat\n\tclean = ${run}; cat\n\tprocess = ${run}\n\trequired = true\n[diff "evil"]\n\ttextconv = ${run}\n[core]\n\thooksPath = .githooks\n\tfsmonitor = ${run}\n[init]\n\ttemplateDir = ${join(templates, "..")}\n`,
    );
    succeeded(await install(`lib @ ${project.url("main")}`));
    expect(existsSync(marker)).toBe(false);
  });

  test("links out of the tree are left out and told; the project that is one is refused", { timeout }, async () => {
    const { world, project, install } = await makeWorld();
    const outside = join(world.folder, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "pyproject.toml"), '[project]\nname = "lib"\nversion = "6"\n');
    symlinkSync("/etc/passwd", join(project.folder, "absolute"));
    symlinkSync("../../../../..", join(project.folder, "above"));
    symlinkSync(outside, join(project.folder, "sub"));
    symlinkSync(".git/config", join(project.folder, "own"));
    project.commit({ name: "lib", version: "2.0" });
    const { stderr } = succeeded(await install(`lib @ ${project.url("main")}`));
    expect(stderr).toMatch(/links that lead out of the repository are left out: .*"above"/);
    const inside = await install(`lib @ ${project.url("main")}#subdirectory=sub`);
    expect([inside.code, inside.stderr]).toEqual([1, expect.stringContaining("MURRE_NO_SOURCE_TREE")]);
    expect(lstatSync(outside).isDirectory()).toBe(true);
    expect(readdirSync(outside)).toEqual(["pyproject.toml"]);
  });

  test("names that only their case tells apart leave one of them, and nothing outside", { timeout }, async () => {
    const { install, evil, file, world } = await makeWorld();
    const outside = join(world.folder, "outside");
    mkdirSync(outside);
    const link = blob(join(world.folder, "lib"), outside);
    succeeded(await install(evil(`120000 blob ${link}\tA`, file("x\n", "a"))));
    expect(readdirSync(outside)).toEqual([]);
  });
});
