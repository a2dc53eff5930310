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

describe("other options of a change", async () => {
  const world = await makeWorld([{ name: "demo", version: "1.0" }]);

  test("--no-binary leaves nothing of a project that has only wheels", async () => {
    const requirementFiles = [world.requirements("demo==1.0\n")];
    const sync = world.installer.sync({ ...world.common, requirementFiles, noBinary: [":all:"] });
    await expect(sync).rejects.toMatchObject({
      code: "MURRE_NO_USABLE_WHEEL",
      message: expect.stringContaining("there are only wheels"),
    });
  });

  test("uninstalling needs neither the constraints nor the indexes of pip's configuration", async () => {
    await world.installer.install({ ...world.common, requirements: ["demo"] });
    const env = { ...process.env, PIP_CONSTRAINT: "/there/is/none", PIP_INDEX_URL: "nonsense:" };
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
