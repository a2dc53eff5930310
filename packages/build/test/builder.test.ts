import { CACHE_LAYOUT, maintainCache } from "@murre/cache";
import { normalizeName } from "@murre/pep508";
import { parseMetadata } from "@murre/wheel";
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { BuildServices } from "../src/builder/build-services.ts";
import { makeTarGz } from "@murre/test-kit";
import { BuilderWorld, contentOf } from "./builder-world.ts";
import { inHouseBackend, prepareMetadata } from "./source.ts";

const nothingRuns: BuildServices["environments"] = {
  make: async () => {
    throw new Error("an environment was made");
  },
};

function sdist(world: BuilderWorld, files: Readonly<Record<string, string>>) {
  const members = Object.entries(files).map(([path, data]) => ({ path: `demo-1.0/${path}`, data }));
  const path = join(world.folder, "demo-1.0.tar.gz");
  writeFileSync(path, makeTarGz(members));
  return world.archive(path);
}

const pyproject = `[build-system]\nrequires = []\nbuild-backend = "in_house"\nbackend-path = ["tools"]\n`;
const sources = { "pyproject.toml": pyproject, "src.py": "VALUE = 1\n", "tools/in_house.py": inHouseBackend };
const pkgInfo = (head: string) => `${head}\nName: demo\nVersion: 1.0\nRequires-Dist: other>=2\n`;

describe("PEP 643 and PEP 621: metadata that is static is read without running anything", () => {
  const read = (world: BuilderWorld, source: Parameters<BuilderWorld["archive"]>[0] | object) =>
    world.once(async ({ builder }) => parseMetadata(await builder.metadata(source as never)), {
      environments: nothingRuns,
    });

  test("the PKG-INFO of an sdist since 2.2", async () => {
    const world = new BuilderWorld();
    const source = sdist(world, { ...sources, "PKG-INFO": pkgInfo("Metadata-Version: 2.2") });
    expect(await read(world, source)).toMatchObject({ name: "demo", version: "1.0", requiresDist: ["other>=2"] });
  });

  test("the project table of a folder", async () => {
    const text = `[project]\nname = "demo"\nversion = "1.0"\ndependencies = ["other"]\nrequires-python = ">=3.8"\n`;
    const world = new BuilderWorld("", { "pyproject.toml": pyproject + text });
    expect(await read(world, world.directory)).toMatchObject({ requiresDist: ["other"], requiresPython: ">=3.8" });
  });

  test.each([
    ["before 2.2", "Metadata-Version: 2.1"],
    ["with dynamic requirements", "Metadata-Version: 2.4\nDynamic: Requires-Dist"],
    ["with a dynamic version, in any case", "Metadata-Version: 2.3\nDynamic: VERSION"],
  ])("but not a PKG-INFO %s", async (_, head) => {
    const world = new BuilderWorld();
    const source = sdist(world, { ...sources, "PKG-INFO": pkgInfo(head) });
    await expect(read(world, source)).rejects.toThrow("an environment was made");
  });

  test("nor the PKG-INFO of a folder, which may be an old one", async () => {
    const world = new BuilderWorld("", { "PKG-INFO": pkgInfo("Metadata-Version: 2.2") });
    await expect(read(world, world.directory)).rejects.toThrow("an environment was made");
  });
});

describe("metadata that is not static", () => {
  test("is asked of the backend, and remembered for this state of the source", async () => {
    const world = new BuilderWorld(prepareMetadata);
    for (let i = 0; i < 2; i++)
      await world.once(async ({ builder }) => {
        expect(parseMetadata(await builder.metadata(world.directory)).requiresDist).toEqual(["needed"]);
      });
    expect(world.hooks).toEqual(["prepare_metadata"]);
  });

  test("is taken from the wheel where the backend cannot tell it alone", async () => {
    const world = new BuilderWorld();
    await world.once(async ({ builder }) => {
      expect(parseMetadata(await builder.metadata(world.directory)).requiresDist).toEqual(["needed"]);
      expect(contentOf(await builder.wheel(world.directory))).toBe("VALUE = 1\n");
    });
    expect(world.hooks).toEqual(["build_wheel"]);
  });

  test("names a source that nobody named", async () => {
    const world = new BuilderWorld(prepareMetadata);
    const { project: _, ...unnamed } = world.directory;
    await world.once(async ({ builder }) => {
      expect((await builder.wheel(unnamed)).manifest.head.name).toBe("demo");
    });
    expect(readdirSync(join(world.folder, `cache/${CACHE_LAYOUT}/built`)).toSorted()).toEqual([
      "demo",
      "unnamed-sources",
    ]);
  });
});

describe("the cache of built wheels", () => {
  test("a wheel is built once for each state of a folder", async () => {
    const world = new BuilderWorld();
    const build = () => world.once(async ({ builder }) => contentOf(await builder.wheel(world.directory)));
    expect([await build(), await build()]).toEqual(["VALUE = 1\n", "VALUE = 1\n"]);
    writeFileSync(join(world.tree, "src.py"), "VALUE = 2\n");
    expect([await build(), await build()]).toEqual(["VALUE = 2\n", "VALUE = 2\n"]);
    expect(world.hooks).toEqual(["build_wheel", "build_wheel"]);
  });

  test("a wheel is built once for the bytes of an sdist, wherever they lie", async () => {
    const world = new BuilderWorld();
    const source = sdist(world, sources);
    const elsewhere = { ...source, path: join(world.folder, "copy.tar.gz") };
    await world.once(({ builder }) => builder.wheel(source));
    renameSync(source.path, elsewhere.path);
    expect(await world.once(async ({ builder }) => contentOf(await builder.wheel(elsewhere)))).toBe("VALUE = 1\n");
    expect(world.hooks).toEqual(["build_wheel"]);
  });

  test("other settings or constraints are another build", async () => {
    const world = new BuilderWorld();
    for (const settings of [{}, { configSettings: { a: "1" } }, { constraints: ["x<2"] }, { isolation: "/env" }, {}]) {
      const operation = world.begin({}, settings);
      await operation.builder.wheel(world.directory);
      await operation.end();
    }
    expect(world.hooks).toHaveLength(4);
  });

  test("an operation keeps the wheel of the state that it saw, although the source was changed, built and cleaned since", async () => {
    const world = new BuilderWorld();
    const early = world.begin();
    const old = await early.builder.wheel(world.directory);
    writeFileSync(join(world.tree, "src.py"), "VALUE = 2\n");
    expect(await world.once(async ({ builder }) => contentOf(await builder.wheel(world.directory)))).toBe(
      "VALUE = 2\n",
    );
    expect(contentOf(await early.builder.wheel(world.directory))).toBe("VALUE = 1\n");
    const { archives } = await maintainCache(join(world.folder, "cache")).clean(["demo"]);
    expect(archives).toBe(2);
    expect(contentOf(old)).toBe("VALUE = 1\n");
    await early.end();
    expect(existsSync(old.filesFolder)).toBe(false);
    await world.once(({ builder }) => builder.wheel(world.directory));
    expect(world.hooks).toHaveLength(3);
  });
});

describe("what is built has to be what was asked for", () => {
  test.each([
    ["another project", { project: normalizeName("other") }, "demo 1.0, and other"],
    ["another version", { version: "2.0" }, "demo 1.0, and demo 2.0"],
  ])("%s is refused", async (_, expected, said) => {
    const world = new BuilderWorld();
    const build = world.once(({ builder }) => builder.wheel({ ...world.directory, ...expected }));
    await expect(build).rejects.toMatchObject({ code: "MURRE_BUILD_MISMATCH", message: expect.stringContaining(said) });
  });

  test("a project that is needed to build itself is named with all that are between", async () => {
    const world = new BuilderWorld();
    const build = world.once(({ builder }) => builder.wheel(world.directory), { chain: ["a", "demo", "b"] });
    await expect(build).rejects.toMatchObject({ code: "MURRE_BUILD_CYCLE", projects: ["demo", "b", "demo"] });
  });

  test("a folder without anything to build is refused", async () => {
    const world = new BuilderWorld();
    const build = world.once(({ builder }) => builder.wheel({ ...world.directory, path: join(world.tree, "tools") }));
    await expect(build).rejects.toMatchObject({ code: "MURRE_NO_SOURCE_TREE" });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10);
}

/** A build that waits until somebody says how it ends. */
const held = `
_build = build_wheel
def build_wheel(*a, **k):
    import time
    _note("held")
    while not os.path.exists(os.environ["VERDICT"]): time.sleep(0.01)
    if open(os.environ["VERDICT"]).read() == "fail": raise ValueError("on purpose")
    return _build(*a, **k)
`;

describe("several operations that need one build", () => {
  /** Three operations ask at once; the build ends as the verdict says when two of them wait. */
  async function askAtOnce(world: BuilderWorld, verdict: string) {
    process.env["VERDICT"] = join(world.folder, "verdict");
    const operations = [world.begin(), world.begin(), world.begin()];
    const builds = operations.map(({ builder }) => builder.wheel(world.directory).then(contentOf, (e: Error) => e));
    await until(() => world.hooks.length > 0 && operations.filter(({ waits }) => waits.length > 0).length === 2);
    // At once: whoever reads it halfway has built from what is no verdict, and it counts as a source that was changed.
    writeFileSync(join(world.folder, "verdict.new"), verdict);
    renameSync(join(world.folder, "verdict.new"), join(world.folder, "verdict"));
    const outcomes = await Promise.all(builds);
    for (const { end } of operations) await end();
    return { outcomes, waits: operations.flatMap(({ waits }) => waits) };
  }

  test("one builds, the others wait and say for what", async () => {
    const world = new BuilderWorld(held);
    const { outcomes, waits } = await askAtOnce(world, "succeed");
    expect(outcomes).toEqual(Array(3).fill("VALUE = 1\n"));
    expect(world.hooks.filter((hook) => hook === "held")).toEqual(["held"]);
    expect(waits.filter((what) => !what.includes("wheel of demo"))).toEqual([]);
  });

  test("a build that fails fails once, and all say why", async () => {
    const world = new BuilderWorld(held);
    const { outcomes } = await askAtOnce(world, "fail");
    const error = { code: "MURRE_BUILD_FAILED", message: expect.stringContaining("ValueError: on purpose") };
    expect(outcomes).toEqual(Array(3).fill(expect.objectContaining(error)));
    expect(world.hooks.filter((hook) => hook === "held")).toEqual(["held"]);
    expect(readdirSync(world.logFolder)).not.toEqual([]);
  });
});

test("nothing temporary stays, and of logs those of failures", async () => {
  const world = new BuilderWorld();
  await world.once(({ builder }) => builder.wheel(world.directory));
  expect(readdirSync(join(world.folder, `cache/${CACHE_LAYOUT}/tmp`))).toEqual([]);
  expect(readdirSync(world.logFolder)).toEqual([]);
  const failing = new BuilderWorld("def build_wheel(*a, **k): raise ValueError()");
  await expect(failing.once(({ builder }) => builder.wheel(failing.directory))).rejects.toThrow(failing.logFolder);
  expect(readdirSync(join(failing.folder, `cache/${CACHE_LAYOUT}/tmp`))).toEqual([]);
  expect(readdirSync(failing.logFolder)).toHaveLength(1);
});
