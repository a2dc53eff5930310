import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { makeWheel, wheelFilename, type WheelSpec } from "@murre/test-kit";
import { makeWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await makeWorld([
    { name: "one", version: "1.0", files: { "one.py": "x = 1\n" } },
    { name: "one", version: "2.0", files: { "one.py": "x = 2\n" } },
    { name: "two", version: "1.0", files: { "two.py": "x = 1\n" } },
  ]);
  await sync("one==1.0\ntwo==1.0\n");
});

function sync(text: string, options = {}) {
  return world.installer.sync({ ...world.common, requirementFiles: [world.requirements(text)], ...options });
}

function removeIndex(): void {
  rmSync(world.index, { recursive: true });
}

describe("a version that is installed and fits asks no index", () => {
  test.each([
    ["as it is", "one==1.0\ntwo==1.0\n"],
    ["of a range, of which there may be something newer", "one>=1.0\ntwo<3\n"],
    ["of a name alone", "one\ntwo\n"],
    ["in another spelling", "One==1.0.0\ntwo===1.0\n"],
  ])("%s", async (_, text) => {
    removeIndex();
    const report = await sync(text);
    expect([report.changed, report.kept.length]).toEqual([false, 2]);
  });

  test("with the hash of the wheel that it was installed from", async () => {
    const hash = (name: string) =>
      createHash("sha256")
        .update(readFileSync(join(world.index, `files/${name}-1.0-py3-none-any.whl`)))
        .digest("hex");
    const text = ["one", "two"].map((name) => `${name}==1.0 --hash=sha256:${hash(name)}\n`).join("");
    removeIndex();
    expect((await sync(text)).kept).toHaveLength(2);
  });

  test("and what is not pinned is removed all the same", async () => {
    removeIndex();
    const { removed, kept } = await sync("one==1.0\n");
    expect([removed, kept.map(({ name }) => name)]).toEqual([[{ name: "two", version: "1.0" }], ["one"]]);
  });
});

describe("the index is asked", () => {
  test("for another version, and for nothing else", async () => {
    rmSync(join(world.index, "simple/two"), { recursive: true });
    const { added, kept } = await sync("one==2.0\ntwo==1.0\n");
    expect([added, kept]).toEqual([[{ name: "one", version: "2.0" }], [{ name: "two", version: "1.0" }]]);
  });

  test.each([
    ["for a range that does not have it", "one>1.0\ntwo==1.0\n", {}],
    ["for another hash", `one==1.0 --hash=sha256:${"a".repeat(64)}\ntwo==1.0 --hash=sha256:${"b".repeat(64)}\n`, {}],
    ["with --reinstall", "one==1.0\ntwo==1.0\n", { reinstall: true }],
  ])("%s", async (_, text, options) => {
    removeIndex();
    await expect(sync(text, options)).rejects.toMatchObject({ code: expect.stringMatching(/^MURRE_/) as string });
  });

  test("where another program has changed the environment, and what it damaged is installed again", async () => {
    const site = join(world.environment, "lib/python3.11/site-packages");
    writeFileSync(join(site, "one-1.0.dist-info/extra"), "");
    rmSync(join(site, "one.py"));
    const { added } = await sync("one==1.0\ntwo==1.0\n");
    expect(added).toEqual([{ name: "one", version: "1.0" }]);
  });
});

describe("what becomes of what is installed and not pinned", () => {
  const versions = async (text: string, options = {}) => {
    await sync(text, options);
    return world.installed();
  };
  test.each([
    ["it stays", "one\n", {}, ["one==1.0"]],
    ["a range that it does not fit moves it, and nothing else", "one>1\ntwo\n", {}, ["one==2.0", "two==1.0"]],
    ["with --reinstall all becomes the newest", "one\ntwo\n", { reinstall: true }, ["one==2.0", "two==1.0"]],
    ["with --reinstall-package what is named does", "one\ntwo\n", { reinstall: ["one"] }, ["one==2.0", "two==1.0"]],
  ])("%s", async (_, text, options, expected) => {
    expect(await versions(text, options)).toEqual(expected);
  });

  test.each<[string, Partial<Parameters<World["installer"]["install"]>[0]>, string]>([
    ["it stays", { requirements: ["one"] }, "one==1.0"],
    ["--upgrade moves it", { requirements: ["one"], upgrade: "all" }, "one==2.0"],
    ["--upgrade-package moves it", { requirements: ["one", "two"], upgrade: ["one"] }, "one==2.0"],
    ["and only what is named there", { requirements: ["one", "two"], upgrade: ["two"] }, "one==1.0"],
  ])("with install --no-deps: %s", async (_, options, expected) => {
    await world.installer.install({ ...world.common, ...options, dependencies: "none" });
    expect(await world.installed()).toContain(expected);
  });

  test("a pre-release stays, and so does what came from elsewhere or is in no index any more", async () => {
    const wheel = async (spec: WheelSpec) => {
      const path = join(world.folder, wheelFilename(spec));
      writeFileSync(path, await makeWheel(spec));
      return path;
    };
    const requirements = [
      await wheel({ name: "one", version: "3.0rc1" }),
      await wheel({ name: "two", version: "0.5" }),
    ];
    await world.installer.install({ ...world.common, requirements });
    expect(await versions("one\ntwo\n")).toEqual(["one==3.0rc1", "two==0.5"]);
    // As if an index had had them, and another program had been there.
    const site = join(world.environment, "lib/python3.11/site-packages");
    for (const stem of ["one-3.0rc1", "two-0.5"]) rmSync(join(site, `${stem}.dist-info/direct_url.json`));
    expect(await versions("one\ntwo\n")).toEqual(["one==3.0rc1", "two==0.5"]);
    expect(await versions("one\ntwo>0.5\n")).toEqual(["one==3.0rc1", "two==1.0"]);
  });

  test("where another program has damaged it, the same version is installed again", async () => {
    const site = join(world.environment, "lib/python3.11/site-packages");
    writeFileSync(join(site, "one-1.0.dist-info/extra"), "");
    rmSync(join(site, "one.py"));
    expect((await sync("one\ntwo\n")).added).toEqual([{ name: "one", version: "1.0" }]);
  });

  test("a hash that the wheel did not have is none that is met by staying", async () => {
    const other = `--hash=sha256:${"a".repeat(64)}`;
    await expect(sync(`one ${other}\ntwo==1.0 ${other}\n`)).rejects.toThrow(/hash/i);
  });
});
