import { writeWheel } from "@murre/test-kit";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { makeWorld, openInstaller } from "./world.ts";

describe("wheels at a path or URL beside other requirements", async () => {
  const world = await makeWorld([
    { name: "demo", version: "1.0" },
    { name: "demo", version: "2.0" },
    { name: "other", version: "1.0", requiresDist: ["demo"] },
  ]);
  const wheel = await writeWheel(join(world.folder, "wheels"), { name: "demo", version: "1.0" });
  const url = pathToFileURL(wheel).href;

  test.each(["follow", "none"] as const)("its version has to fit, with dependencies: %s", async (dependencies) => {
    const change = { ...world.common, dependencies, dryRun: true };
    const both = world.installer.install({ ...change, requirements: [wheel, "demo>=2"] });
    await expect(both).rejects.toMatchObject({ code: "MURRE_CONFLICTING_REQUIREMENTS" });
    const constraintFiles = [world.requirements("demo==2.0\n", "two.txt")];
    const constrained = world.installer.install({ ...change, requirements: [wheel], constraintFiles });
    await expect(constrained).rejects.toMatchObject({ code: "MURRE_CONFLICTING_REQUIREMENTS" });
    const fitting = await world.installer.install({ ...change, requirements: [wheel, "demo<2"] });
    expect(fitting.added).toEqual([{ name: "demo", version: "1.0" }]);
  });

  test.each([
    ["a named project", { requirements: ["demo"] }],
    ["a named project without dependencies", { requirements: ["demo"], dependencies: "none" as const }],
    ["a dependency", { requirements: ["other"] }],
  ])("a constraint with a URL says where it comes from: %s", async (_, wanted) => {
    const constraintFiles = [world.requirements(`demo @ ${url}\n`, "at.txt")];
    const report = await world.installer.install({ ...world.common, ...wanted, constraintFiles, dryRun: true });
    expect(report.added).toContainEqual({ name: "demo", version: "1.0" });
  });

  test("a URL with a stray % is an error with a code", async () => {
    const requirements = ["http://127.0.0.1:9/demo%zz-1.0-py3-none-any.whl"];
    const refused = world.installer.install({ ...world.common, requirements, dryRun: true });
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^MURRE_/) });
  });
});

describe("a wheel that is named by its place has to be one for this interpreter", async () => {
  const world = await makeWorld([{ name: "other", version: "1.0" }]);
  const foreign = [
    ["another platform", "cp38.cp311-abi3-win_amd64", /cp38-abi3-win_amd64, cp311-abi3-win_amd64/],
    ["another Python", "cp27-cp27mu-manylinux1_x86_64", /cp27-cp27mu-manylinux1_x86_64/],
    ["Python 2 only", "py2-none-any", /the tag py2-none-any/],
  ] as const;

  test.each(foreign)(
    "%s is refused by all commands alike, with its tags and those that are taken",
    async (_, tags, said) => {
      const wheel = await writeWheel(join(world.folder, "wheels"), { name: "demo", version: "1.0", tags });
      const url = pathToFileURL(wheel).href;
      const requirementFiles = [world.requirements(`demo @ ${url}\n`)];
      const constraintFiles = [world.requirements(`demo @ ${url}\n`, "constraints.txt")];
      const { common, installer } = world;
      const refused = { code: "MURRE_NO_USABLE_WHEEL", project: "demo", message: expect.stringMatching(said) };
      for (const change of [
        () => installer.install({ ...common, requirements: [wheel] }),
        () => installer.install({ ...common, requirements: [`demo @ ${url}`], dependencies: "none" }),
        () => installer.install({ ...common, requirements: ["demo"], constraintFiles }),
        () => installer.sync({ ...common, requirementFiles }),
        () => installer.wheel({ ...common, requirements: [wheel], outputFolder: join(world.folder, "out") }),
      ]) {
        const outcome = change();
        await expect(outcome).rejects.toMatchObject(refused);
        await expect(outcome).rejects.toThrow(/this Python takes cp3\d+-.*, py3\d?-none-any/);
      }
      expect(await world.installed()).toEqual([]);
    },
  );

  test("also where a dependency names it, which is a reason to pass that release over", async () => {
    const wheel = await writeWheel(join(world.folder, "wheels"), {
      name: "demo",
      version: "1.0",
      tags: "py2-none-any",
    });
    const requiresDist = [`demo @ ${pathToFileURL(wheel).href}`];
    const deep = await makeWorld([
      { name: "deep", version: "2.0", requiresDist },
      { name: "deep", version: "1.0" },
    ]);
    const latest = deep.installer.install({ ...deep.common, requirements: ["deep==2.0"] });
    await expect(latest).rejects.toThrow(/the tag py2-none-any, and this Python takes cp3/);
    await deep.installer.install({ ...deep.common, requirements: ["deep"] });
    expect(await deep.installed()).toEqual(["deep==1.0"]);
  });
});

describe("other options of a change", async () => {
  const world = await makeWorld([{ name: "demo", version: "1.0" }]);

  test("--no-binary leaves nothing of a project that has only wheels", async () => {
    const requirementFiles = [world.requirements("demo==1.0\n")];
    const sync = world.installer.sync({ ...world.common, requirementFiles, noBinary: [":all:"] });
    await expect(sync).rejects.toMatchObject({
      code: "MURRE_NO_USABLE_WHEEL",
      message: expect.stringContaining("it has no sdist, and wheels are not allowed"),
    });
  });

  test.each([
    { PIP_CONSTRAINT: "/there/is/none", PIP_INDEX_URL: "nonsense:" },
    { MURRE_INDEX: "https://[nonsense" },
    { MURRE_FIND_LINKS: "https://[nonsense" },
    { PIP_FIND_LINKS: "https://[nonsense" },
    { MURRE_CONFIG_SETTINGS: "nonsense", MURRE_BUILD_TIMEOUT: "soon" },
  ])("uninstalling needs neither constraints nor indexes, whoever names them: %j", async (variables) => {
    await world.installer.install({ ...world.common, requirements: ["demo"] });
    const env = { ...process.env, ...variables };
    const installer = openInstaller(world.folder, undefined, env);
    const { removed } = await installer.uninstall({ names: ["demo"], python: world.environment });
    expect(removed).toEqual([{ name: "demo", version: "1.0" }]);
  });

  test("--target needs no environment", async () => {
    const { python: _, ...common } = world.common;
    const target = join(world.folder, "target");
    await world.installer.install({ ...common, requirements: ["demo"], target });
    expect(existsSync(join(target, "demo.py"))).toBe(true);
    writeFileSync(join(target, "mine.txt"), "");
    const { removed } = await world.installer.uninstall({ names: ["demo"], target });
    expect(removed).toEqual([{ name: "demo", version: "1.0" }]);
    expect(existsSync(join(target, "mine.txt"))).toBe(true);
  });
});
