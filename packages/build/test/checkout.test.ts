import { normalizeName } from "@murre/pep508";
import { maintainCache } from "@murre/cache";
import { parseMetadata } from "@murre/wheel";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BuildServices, BuildSource } from "../src/builder/build-services.ts";
import { BuilderWorld, contentOf } from "./builder-world.ts";
import { prepareMetadata } from "./source.ts";

const nothingRuns: BuildServices["environments"] = {
  make: async () => {
    throw new Error("an environment was made");
  },
};

const isStatic = `[project]\nname = "demo"\nversion = "1.0"\n[build-system]\nrequires = []\nbuild-backend = "in_house"\nbackend-path = ["tools"]\n`;

/** A world whose tree stands for the files of a commit; what is asked of the repository is noted. */
function makeWorld(code = "", files: Readonly<Record<string, string>> = {}) {
  const world = new BuilderWorld(code, files);
  const asked: string[] = [];
  const source = (commit: string, more: Partial<BuildSource> = {}): BuildSource => ({
    kind: "checkout",
    path: "demo.git",
    project: normalizeName("demo"),
    shown: "git+https://host/demo",
    checkout: {
      identity: `git ${commit} of https://host/demo`,
      write: async (destination) => {
        asked.push(`files of ${commit}`);
        expect(existsSync(destination)).toBe(false);
        cpSync(world.tree, destination, { recursive: true });
      },
      addHistory: async (destination) => {
        asked.push(`history of ${commit}`);
        mkdirSync(join(destination, ".git"));
        writeFileSync(join(destination, ".git/history"), "");
      },
    },
    ...more,
  });
  return { world, source, asked };
}

describe("a state of a repository", () => {
  test("is fetched and built once for a commit, and neither asked nor fetched afterwards", async () => {
    const { world, source, asked } = makeWorld();
    for (let time = 1; time <= 2; time++)
      await world.once(async ({ builder }) => {
        await builder.metadata(source("a1"));
        expect(contentOf(await builder.wheel(source("a1")))).toContain("1");
      });
    expect(asked).toEqual(["files of a1", "history of a1"]);
    expect(world.hooks.filter((hook) => hook === "build_wheel")).toHaveLength(1);
    writeFileSync(join(world.tree, "src.py"), "VALUE = 2\n");
    const next = await world.once(async ({ builder }) => contentOf(await builder.wheel(source("b2"))));
    expect(next).toBe("VALUE = 2\n");
  });

  test("operations side by side build it once", async () => {
    const { world, source } = makeWorld();
    await Promise.all([1, 2, 3].map(() => world.once(({ builder }) => builder.wheel(source("a1")))));
    expect(world.hooks.filter((hook) => hook === "build_wheel")).toHaveLength(1);
  });

  test("with static metadata runs nothing for it, and needs no history", async () => {
    const { world, source, asked } = makeWorld("", { "pyproject.toml": isStatic });
    const { version } = await world.once(async ({ builder }) => parseMetadata(await builder.metadata(source("a1"))), {
      environments: nothingRuns,
    });
    await world.once(({ builder }) => builder.wheel(source("a1")));
    expect([version, asked]).toEqual(["1.0", ["files of a1", "files of a1"]]);
  });

  test("has its history before the first hook runs", async () => {
    const { world, source } = makeWorld(`${prepareMetadata}\nassert os.path.exists(".git/history"), "no history"\n`);
    await world.once(async ({ builder }) => {
      await builder.metadata(source("a1"));
      expect(contentOf(await builder.wheel(source("a1")))).toBe("VALUE = 1\n");
    });
  });

  test("of which an inner folder is meant is another build, and that folder has to be in it", async () => {
    const { world, source } = makeWorld();
    cpSync(world.tree, join(world.folder, "inner"), { recursive: true });
    cpSync(join(world.folder, "inner"), join(world.tree, "a/inner"), { recursive: true });
    writeFileSync(join(world.tree, "a/inner/src.py"), "VALUE = 3\n");
    const built = (subdirectory?: string) =>
      world.once(async ({ builder }) =>
        contentOf(await builder.wheel(source("a1", subdirectory === undefined ? {} : { subdirectory }))),
      );
    expect([await built(), await built("a/inner")]).toEqual(["VALUE = 1\n", "VALUE = 3\n"]);
    for (const outside of ["..", "../environment", "../sources", "a/../..", "none"])
      await expect(built(outside)).rejects.toMatchObject({ code: "MURRE_NO_SOURCE_TREE" });
  });

  test("is fetched again after the cache was cleaned, also between its metadata and its wheel", async () => {
    const { world, source, asked } = makeWorld();
    const maintenance = maintainCache(join(world.folder, "cache"));
    await world.once(async ({ builder }) => {
      await builder.metadata(source("a1"));
      await maintenance.clean();
      expect(contentOf(await builder.wheel(source("a1")))).toContain("VALUE = 1");
    });
    await maintenance.clean();
    await world.once(({ builder }) => builder.wheel(source("a1")));
    expect(asked.filter((what) => what === "files of a1").length).toBeGreaterThan(1);
  });

  test("that cannot be fetched fails as the repository says", async () => {
    const { world, source } = makeWorld();
    const failing = source("a1");
    const checkout = { ...failing.checkout, write: () => Promise.reject(new Error("no network")) };
    await expect(world.once(({ builder }) => builder.wheel({ ...failing, checkout } as BuildSource))).rejects.toThrow(
      "no network",
    );
  });
});
