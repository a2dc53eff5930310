import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitFiles, git, makeRepository } from "../../../packages/vcs/test/repository-world.ts";
import { succeeded, type Environment } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";
import { GitWorld } from "./git-world.ts";

const timeout = 120_000;
const lib: ProjectFacts = { name: "lib", version: "1.0" };

/** A repository with two commits of a project, of which the first has the tag `v1`, and an environment. */
async function makeWorld(subdirectory = ".") {
  const world = await GitWorld.make();
  const environment = await world.environment();
  const folder = makeRepository(join(world.folder, "lib"), { README: "" }) && join(world.folder, "lib");
  const commit = (facts: ProjectFacts) => {
    writeProject(join(folder, subdirectory), facts);
    return commitFiles(folder, {});
  };
  const first = commit(lib);
  git(folder, ["tag", "v1"]);
  const second = commit({ ...lib, version: "2.0" });
  return { world, folder, first, second, commit, ...commandsFor(world, environment) };
}

function commandsFor(world: GitWorld, environment: Environment) {
  const clone = join(environment.folder, "src/lib");
  const pip = (...words: string[]) =>
    world.murre(["pip", ...words, "-p", environment.folder, "--no-config", "--no-index"]);
  return {
    environment,
    clone,
    pip,
    install: async (...words: string[]) => succeeded(await pip("install", ...words)),
    freeze: async () =>
      succeeded(await environment.pip("freeze"))
        .stdout.trim()
        .split("\n")
        .filter(Boolean),
    module: () => environment.print("import lib; print(lib.__file__)"),
    /** What lies in `src` of the environment: clones, and nothing that was left. */
    sources: () => readdirSync(join(environment.folder, "src")),
  };
}

describe("an editable repository", () => {
  test("is cloned into the environment and imported from there, however it is written", { timeout }, async () => {
    const { world, folder, first, second, environment, clone, install, freeze, module, sources } = await makeWorld();
    for (const [form, which] of [
      ["-e URL#egg=lib", 2],
      ["-e URL@v1#egg=Lib", 1],
      ["--editable=URL@main", 2],
      ["-e lib @ URL@refs/tags/v1", 1],
      ["-e URL@COMMIT#egg=lib[some] ; python_version > '3'", 1],
    ] as const) {
      world.write("r.txt", `${form.replace("URL", `git+file://${folder}`).replace("COMMIT", first)}\n`);
      await install("-r", "r.txt");
      const frozen = `-e git+file://${folder}@${which === 1 ? first : second}#egg=lib`;
      expect([form, await freeze()]).toEqual([form, [frozen]]);
    }
    expect([await module(), sources()]).toEqual([join(clone, "src/lib.py"), ["lib"]]);
    expect((await install("-r", "r.txt")).stdout).toContain("Nothing to do");
    const rows = JSON.parse(
      succeeded(await environment.pip("list", "--editable", "--format", "json")).stdout,
    ) as object;
    expect(rows).toEqual([{ name: "lib", version: "1.0", editable_project_location: clone }]);
    // What freeze prints installs the same again, elsewhere.
    const there = commandsFor(world, await world.environment("there"));
    world.write("frozen.txt", `${(await freeze()).join("\n")}\n`);
    await there.install("-r", "frozen.txt");
    expect(await there.freeze()).toEqual(await freeze());
    succeeded(await environment.pip("uninstall", "lib"));
    expect([await freeze(), sources()]).toEqual([[], ["lib"]]);
  });

  test("lies in a folder of the repository, and elsewhere where --src or PIP_SRC says so", { timeout }, async () => {
    const { world, folder, second, environment, install, freeze, module } = await makeWorld("many/lib");
    const url = `git+file://${folder}@main#egg=lib&subdirectory=many/lib`;
    const frozen = [`-e git+file://${folder}@${second}#egg=lib&subdirectory=many/lib`];
    await install("-e", url, "--src", "mine");
    expect([await module(), await freeze()]).toEqual([join(world.folder, "mine/lib/many/lib/src/lib.py"), frozen]);
    world.write("r.txt", `-e ${url}\n`);
    succeeded(
      await world.murre(["pip", "sync", "r.txt", "-p", environment.folder, "--no-index"], { PIP_SRC: "theirs" }),
    );
    expect([await module(), await freeze()]).toEqual([join(world.folder, "theirs/lib/many/lib/src/lib.py"), frozen]);
    expect(existsSync(join(environment.folder, "src"))).toBe(false);
  });

  test("goes to what its URL names now, and stays where its user changed it", { timeout }, async () => {
    const { folder, commit, clone, install, pip, freeze } = await makeWorld();
    const url = `git+file://${folder}#egg=lib`;
    await install("-e", url);
    const next = commit({ ...lib, version: "3.0" });
    await install("-e", url);
    expect(await freeze()).toEqual([`-e git+file://${folder}@${next}#egg=lib`]);
    writeFileSync(join(clone, "README"), "mine");
    const failed = await pip("install", "-e", url.replace("#", "@v1#"));
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("(MURRE_CLONE_CHANGED)")]);
    expect(await freeze()).toEqual([`-e git+file://${folder}@${next}#egg=lib`]);
  });

  test("is cloned once by processes that name it at once", { timeout }, async () => {
    const { folder, first, pip, clone, freeze, sources } = await makeWorld();
    const all = await Promise.all([1, 2].map(() => pip("install", "-e", `git+file://${folder}@v1#egg=lib`)));
    for (const one of all) succeeded(one);
    expect(git(clone, ["rev-parse", "HEAD"])).toBe(first);
    expect([await freeze(), sources()]).toEqual([[`-e git+file://${folder}@${first}#egg=lib`], ["lib"]]);
  });

  test("is refused where it cannot be what is asked for", { timeout }, async () => {
    const { folder, pip, freeze } = await makeWorld();
    const url = `git+file://${folder}`;
    for (const [words, code] of [
      [["-e", `${url}@v1#egg=lib`, "-e", `${url}@main#egg=lib`], "MURRE_CONFLICTING_REQUIREMENTS"],
      [["-e", `${url}#egg=lib&subdirectory=../..`], "MURRE_UNSUPPORTED_REQUIREMENT"],
      [["-e", `${url}#egg=other`], "MURRE_UNSUPPORTED_REQUIREMENT"],
      [["-e", `${url}@nowhere#egg=lib`], "MURRE_REVISION_NOT_FOUND"],
      [["-e", `${url}#egg=lib`, "--require-hashes"], "MURRE_HASH_REQUIRED"],
      [["-e", "hg+https://e.test/x#egg=lib"], "MURRE_UNSUPPORTED_VCS"],
    ] as const) {
      const failed = await pip("install", ...words);
      expect([words, failed.code, failed.stderr]).toEqual([words, 1, expect.stringContaining(`(${code})`)]);
    }
    expect(await freeze()).toEqual([]);
  });

  test("is not cloned where nothing is installed", { timeout }, async () => {
    const { world, folder, second, install, pip, environment } = await makeWorld();
    world.write("r.txt", `-e git+file://${folder}#egg=lib\n`);
    expect((await install("-r", "r.txt", "--dry-run")).stdout).toContain("+ lib==2.0");
    const compiled = succeeded(await pip("compile", "r.txt", "--no-header", "--no-annotate"));
    expect(compiled.stdout.trim()).toBe(`-e git+file://${folder}@${second}#egg=lib`);
    expect(existsSync(join(environment.folder, "src"))).toBe(false);
  });
});
