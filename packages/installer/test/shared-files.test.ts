import type { WheelSpec } from "@murre/test-kit";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords, makeWorld } from "./world.ts";

/** Distributions that share two files: what they have in `f`, and in `g`. */
async function worldOf(owners: Readonly<Record<string, readonly [f: string, g: string]>>) {
  const world = await makeWorld(
    Object.entries(owners).map(([name, [f, g]]) => ({ name, version: "1.0", files: { "shared/f": f, "shared/g": g } })),
  );
  const lib = join(world.environment, "lib");
  const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
  return {
    install: (...requirements: string[]) => world.installer.install({ ...world.common, requirements }),
    uninstall: (...names: string[]) => world.installer.uninstall({ python: world.environment, names }),
    contents: () => ["f", "g"].map((name) => readFileSync(join(site, "shared", name), "utf8")),
  };
}

describe("when one goes, the bytes of all its shared files are those of one that stays", () => {
  test("also where it had the same bytes as another one", async () => {
    const { install, uninstall, contents } = await worldOf({ a: ["same", "a"], b: ["b", "b"], c: ["same", "c"] });
    await install("a", "b", "c");
    expect(contents()).toEqual(["same", "c"]);
    await uninstall("c");
    expect(contents()).toEqual(["b", "b"]);
  });

  test("where several go at once", async () => {
    const { install, uninstall, contents } = await worldOf({
      a: ["c", "a"],
      b: ["b", "b"],
      c: ["c", "c"],
      d: ["d", "c"],
    });
    await install("a", "b", "c", "d");
    await uninstall("c", "d");
    expect(contents()).toEqual(["b", "b"]);
  });

  test("and one that was installed later, and had won, keeps its own", async () => {
    const { install, uninstall, contents } = await worldOf({ a: ["same", "a"], b: ["b", "b"], c: ["same", "c"] });
    await install("b", "c");
    await install("a");
    expect(contents()).toEqual(["same", "a"]);
    await uninstall("c");
    expect(contents()).toEqual(["same", "a"]);
  });
});

describe("the next owner's bytes come back wherever they were", () => {
  const ofOwner = (name: string): WheelSpec => ({
    name,
    version: "1.0",
    files: {
      [`${name}/__init__.py`]: "",
      [`${name}-1.0.data/scripts/shipped`]: `#!python\n# of ${name}\n`,
      [`${name}-1.0.data/data/share/doc.txt`]: `of ${name}`,
      [`${name}-1.0.data/purelib/shared.py`]: `# of ${name}\n`,
    },
    entryPoints: { console_scripts: { made: `${name}:main` } },
  });

  test("scripts that are made, scripts that were shipped, data files and modules", async () => {
    const world = await makeWorld([ofOwner("a"), ofOwner("b")]);
    const lib = join(world.environment, "lib");
    const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
    await world.installer.install({ ...world.common, requirements: ["a", "b"] });
    world.events.length = 0;
    await world.installer.uninstall({ python: world.environment, names: ["b"] });
    expect(brokenRecords(site)).toEqual([]);
    expect(world.events.filter(({ type }) => type === "warning")).toEqual([]);
    for (const script of ["made", "shipped"]) {
      const path = join(world.environment, "bin", script);
      expect(statSync(path).mode & 0o111).toBe(0o111);
    }
    expect(readFileSync(join(world.environment, "share/doc.txt"), "utf8")).toBe("of a");
  });
});
