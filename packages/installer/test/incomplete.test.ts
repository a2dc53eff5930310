import { existsSync, readdirSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords, makeWorld } from "./world.ts";

const tool = {
  name: "tool",
  version: "1.0",
  files: { "tool/__init__.py": "", "tool/a/x.py": "1\n", "tool/b/y.py": "2\n" },
  entryPoints: { console_scripts: { tool: "tool:main" } },
};

/** An environment as a process leaves it that is killed while it places `tool`: no RECORD yet, and some files missing. */
async function tornWorld() {
  const world = await makeWorld([tool, { name: "other", version: "1.0" }]);
  await world.installer.install({ ...world.common, requirements: ["tool"] });
  const lib = join(world.environment, "lib");
  const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
  for (const name of ["RECORD", "REQUESTED", "INSTALLER"]) unlinkSync(join(site, "tool-1.0.dist-info", name));
  rmSync(join(site, "tool/b"), { recursive: true });
  return { world, site };
}

describe("a distribution that a killed command left half-installed", () => {
  test("does not count as installed: the same command completes it", async () => {
    const { world, site } = await tornWorld();
    const { added } = await world.installer.install({ ...world.common, requirements: ["tool"] });
    expect(added).toEqual([{ name: "tool", version: "1.0" }]);
    expect(brokenRecords(site)).toEqual([]);
    expect(existsSync(join(site, "tool/b/y.py"))).toBe(true);
    expect((await world.installer.check({ python: world.environment })).problems).toEqual([]);
  });

  test("is completed by a sync too", async () => {
    const { world, site } = await tornWorld();
    await world.installer.sync({ ...world.common, requirementFiles: [world.requirements("tool==1.0\n")] });
    expect(brokenRecords(site)).toEqual([]);
  });

  test("is named by check", async () => {
    const { world } = await tornWorld();
    const { problems } = await world.installer.check({ python: world.environment });
    expect(problems).toMatchObject([{ kind: "incomplete", name: "tool" }]);
  });

  test("keeps nobody from installing something else, and a sync without it takes its dist-info away", async () => {
    const { world, site } = await tornWorld();
    await world.installer.install({ ...world.common, requirements: ["other"] });
    await world.installer.sync({ ...world.common, requirementFiles: [world.requirements("other==1.0\n")] });
    expect(readdirSync(site).filter((name) => name.endsWith(".dist-info"))).toEqual(["other-1.0.dist-info"]);
  });
});
