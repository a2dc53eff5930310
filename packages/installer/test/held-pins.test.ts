import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
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

describe("a pinned version that is installed asks no index", () => {
  test.each([
    ["as it is", "one==1.0\ntwo==1.0\n"],
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
    ["for a range, of which there may be something newer", "one>=1.0\ntwo==1.0\n", {}],
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
