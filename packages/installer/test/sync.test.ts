import { CACHE_LAYOUT } from "@murre/cache";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords, makeWorld, openInstaller, snapshot, type World } from "./world.ts";

const tool = {
  name: "tool",
  version: "1.0",
  files: { "tool/__init__.py": "", "tool/cli.py": "def main():\n    print('tool runs')\n" },
  dataFiles: { "scripts/old-tool": "#!python\nprint('old tool runs')\n", "data/share/tool/doc.txt": "doc" },
  entryPoints: { console_scripts: { tool: "tool.cli:main" } },
};
const lib = (version: string) => ({ name: "lib", version, files: { "lib.py": `v = "${version}"\n` } });

const sitePackages = (world: World) => {
  const lib = join(world.environment, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
};
const run = (world: World, program: string, ...words: string[]) =>
  execFileSync(join(world.environment, "bin", program), words, {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "" },
  });

describe("murre pip sync", () => {
  test("makes the environment hold exactly what the file pins", async () => {
    const world = await makeWorld([tool, lib("1.0"), lib("2.0")]);
    const first = await world.installer.sync({
      ...world.common,
      requirementFiles: [world.requirements("tool==1.0\nlib==1.0\n")],
    });
    expect(first).toMatchObject({ changed: true, fetched: 2, cached: 0 });
    expect(await world.installed()).toEqual(["lib==1.0", "tool==1.0"]);
    expect(run(world, "tool")).toBe("tool runs\n");
    expect(run(world, "old-tool")).toBe("old tool runs\n");
    expect(run(world, "python", "-c", "import lib; print(lib.v)")).toBe("1.0\n");
    expect(readFileSync(join(world.environment, "share/tool/doc.txt"), "utf8")).toBe("doc");
    expect(brokenRecords(sitePackages(world))).toEqual([]);

    const second = await world.installer.sync({
      ...world.common,
      requirementFiles: [world.requirements("lib==2.0\n")],
    });
    expect(second.removed).toEqual([
      { name: "lib", version: "1.0" },
      { name: "tool", version: "1.0" },
    ]);
    expect(await world.installed()).toEqual(["lib==2.0"]);
    expect(run(world, "python", "-c", "import lib; print(lib.v)")).toBe("2.0\n");
    for (const gone of ["bin/tool", "bin/old-tool", "share/tool"])
      expect(existsSync(join(world.environment, gone))).toBe(false);
    expect(readdirSync(sitePackages(world)).filter((name) => name.startsWith("tool"))).toEqual([]);
    expect(brokenRecords(sitePackages(world))).toEqual([]);
  });

  test.each([
    [true, ["lib==1.0", "pip==24.0", "setuptools==70.0", "wheel==0.43"]],
    [false, ["lib==1.0"]],
  ])("what an environment was seeded with stays (seed: %s)", async (seed, expected) => {
    const seeds = [
      ["pip", "24.0"],
      ["setuptools", "70.0"],
      ["wheel", "0.43"],
    ].map(([name = "", version = ""]) => ({ name, version, files: { [`${name}.py`]: "" } }));
    const world = await makeWorld([tool, lib("1.0"), ...seeds]);
    const { common } = world;
    const { indexUrl, ignoreConfiguration } = common;
    await world.installer.venv({ path: world.environment, existing: "clear", seed, indexUrl, ignoreConfiguration });
    await world.installer.install({ ...common, requirements: ["pip", "setuptools", "wheel", "tool"] });
    await world.installer.sync({ ...common, requirementFiles: [world.requirements("lib==1.0\n")] });
    expect(await world.installed()).toEqual(expected);
  });

  test("the same again changes nothing and says so", async () => {
    const world = await makeWorld([tool]);
    const options = { ...world.common, requirementFiles: [world.requirements("tool==1.0\n")] };
    await world.installer.sync(options);
    const before = snapshot(world.environment);
    const report = await world.installer.sync(options);
    expect(report).toMatchObject({ changed: false, added: [], removed: [], kept: [{ name: "tool", version: "1.0" }] });
    expect(snapshot(world.environment)).toEqual(before);
  });

  test("into a second environment nothing is fetched or unpacked, and files are links into the cache", async () => {
    const world = await makeWorld([tool, lib("1.0")]);
    const requirementFiles = [world.requirements("tool==1.0\nlib==1.0\n")];
    await world.installer.sync({ ...world.common, requirementFiles });
    const other = join(world.folder, "other");
    await world.installer.venv({ path: other });
    rmSync(join(world.index, "files"), { recursive: true }); // whoever would fetch now fails
    const report = await world.installer.sync({ ...world.common, python: other, requirementFiles });
    expect(report).toMatchObject({ fetched: 0, cached: 2, filesCopied: 0 });
    expect(report.filesLinked).toBeGreaterThan(0);
    expect(statSync(join(sitePackages(world), "lib.py")).nlink).toBe(3);
  });

  test("generated files are never links into the cache", async () => {
    const world = await makeWorld([tool]);
    await world.installer.sync({ ...world.common, requirementFiles: [world.requirements("tool==1.0\n")] });
    const site = sitePackages(world);
    const generated = ["RECORD", "INSTALLER", "REQUESTED"].map((name) => join(site, "tool-1.0.dist-info", name));
    for (const path of [...generated, join(world.environment, "bin/tool")]) expect(lstatSync(path).nlink).toBe(1);
  });

  test("bytecode that Python left goes with its module", async () => {
    const world = await makeWorld([lib("1.0"), lib("2.0")]);
    await world.installer.sync({ ...world.common, requirementFiles: [world.requirements("lib==1.0\n")] });
    run(world, "python", "-c", "import lib");
    expect(readdirSync(join(sitePackages(world), "__pycache__"))).toHaveLength(1);
    await world.installer.sync({
      ...world.common,
      requirementFiles: [world.requirements("", "empty.txt")],
      allowEmpty: true,
    });
    expect(existsSync(join(sitePackages(world), "__pycache__"))).toBe(false);
  });

  test("a dry run says what would be done and does nothing", async () => {
    const world = await makeWorld([lib("1.0")]);
    const before = snapshot(world.environment);
    const report = await world.installer.sync({
      ...world.common,
      requirementFiles: [world.requirements("lib==1.0\n")],
      dryRun: true,
    });
    expect(report).toMatchObject({ changed: false, dryRun: true, added: [{ name: "lib", version: "1.0" }] });
    expect(snapshot(world.environment)).toEqual(before);
  });

  test("an empty file is refused unless it is meant", async () => {
    const world = await makeWorld([lib("1.0")]);
    await expect(
      world.installer.sync({ ...world.common, requirementFiles: [world.requirements("# nothing\n")] }),
    ).rejects.toMatchObject({
      code: "MURRE_NOTHING_REQUIRED",
    });
  });

  test("two distributions with one file: one wins whole, and a warning names both", async () => {
    const shared = (name: string) => ({
      name,
      version: "1.0",
      files: { "shared/__init__.py": `by = "${name}"\n`, [`shared/${name}.py`]: "" },
    });
    const world = await makeWorld([shared("a"), shared("b")]);
    const { conflicts } = await world.installer.sync({
      ...world.common,
      requirementFiles: [world.requirements("b==1.0\na==1.0\n")],
    });
    expect(conflicts).toMatchObject([{ winner: "b", losers: ["a"] }]);
    expect(run(world, "python", "-c", "import shared; print(shared.by)")).toBe("b\n");
    const warnings = world.events.filter((event) => event.type === "warning").map(({ message }) => message);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("a, b all have this file");
  });
});

describe("murre pip install --no-deps", () => {
  test("adds what is named and leaves the rest", async () => {
    const world = await makeWorld([tool, lib("1.0")]);
    await world.installer.install({ ...world.common, requirements: ["tool"], dependencies: "none" });
    await world.installer.install({ ...world.common, requirements: ["lib>=0.5"], dependencies: "none" });
    expect(await world.installed()).toEqual(["lib==1.0", "tool==1.0"]);
  });

  test("takes a wheel by its path and writes direct_url.json (PEP 610)", async () => {
    const world = await makeWorld([lib("1.0")]);
    const path = join(world.index, "files/lib-1.0-py3-none-any.whl");
    await world.installer.install({ ...world.common, requirements: [path], dependencies: "none" });
    const direct = JSON.parse(readFileSync(join(sitePackages(world), "lib-1.0.dist-info/direct_url.json"), "utf8"));
    expect(direct.url).toBe(new URL(`file://${path}`).href);
    expect(direct.archive_info.hashes.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("works side by side in one process: each operation holds a lease of its own", async () => {
    const world = await makeWorld([tool, lib("1.0"), lib("2.0")]);
    const environments = await Promise.all(
      ["one", "two", "three"].map(async (name) => {
        const path = join(world.folder, name);
        await world.installer.venv({ path });
        await world.installer.install({
          ...world.common,
          python: path,
          requirements: ["lib", "tool"],
          dependencies: "none",
        });
        return path;
      }),
    );
    for (const path of environments) {
      const { distributions } = await openInstaller(world.folder).list({ python: path });
      expect(distributions.map(({ name }) => name)).toEqual(["lib", "tool"]);
    }
    expect(readdirSync(join(world.folder, `cache/${CACHE_LAYOUT}/store`))).toHaveLength(2);
  });
});
