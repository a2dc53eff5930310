import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeEnvironment, type TestEnvironment } from "./environment.ts";
import type { MadeUp } from "./made-up-wheel.ts";

/** An environment with the links that environments have, and some that users make. */
function linkedEnvironment(): TestEnvironment {
  const world = makeEnvironment();
  const { env, folder, site } = world;
  for (const path of [`${env}/bin`, `${folder}/elsewhere`, `${site}/real`]) mkdirSync(path);
  writeFileSync(`${env}/pyvenv.cfg`, "home = /usr/bin\n");
  for (const [link, to] of [
    ["lib64", "lib"],
    ["local", "."],
    ["share", `${folder}/elsewhere`],
    ["up", ".."],
    ["lib/site-packages/linked", "../../bin"],
  ] as const)
    symlinkSync(to, `${env}/${link}`);
  return world;
}

const data = (path: string): MadeUp => ({ name: "a", files: { "a.py": "", [`a-1.0.data/${path}`]: "mine" } });

describe("no door leads to what is reserved: .data, links, spellings", () => {
  test.each([
    "data/lib64/site-packages/.murre/commit/1f/x-left-1/journal",
    "data/local/lib64/site-packages/.murre/stamp",
    "data/up/env/lib/site-packages/.murre/stamp",
    "purelib/.murre/torn/x-1/journal",
    "data/share/.murre/x-1/x-left-1/stage/0/x",
    "data/local/pyvenv.cfg",
    "data/bin/pyvenv.cfg",
    "purelib/linked/python3",
    "data/local/bin/python3.11",
    "scripts/python",
    "purelib/other-1.0.dist-info/METADATA",
    "platlib/Other-1.0.DIST-INFO/METADATA",
    "data/lib64/site-packages/other-1.0.dist-info/direct_url.json",
    "purelib/a-1.0.dist-info/INSTALLER",
    "purelib/a-1.0.dist-info/REQUESTED",
    "data/lib/site-packages/a-1.0.dist-info/direct_url.json",
    "purelib/a-1.0.dist-info/METADATA",
  ])("a-1.0.data/%s is refused, and nothing is touched", async (path) => {
    const { change, snapshot } = linkedEnvironment();
    const before = snapshot();
    await expect(change([data(path)], [], { unowned: "keep beside" })).rejects.toMatchObject({
      code: "MURRE_RESERVED_PATH",
    });
    expect(snapshot()).toEqual(before);
  });

  test.each([
    ["data/lib64/site-packages/a/x.py", "lib/site-packages/a/x.py"],
    ["data/local/etc/a.conf", "etc/a.conf"],
    ["data/share/a/doc.txt", "../elsewhere/a/doc.txt"],
    ["purelib/linked/tool", "bin/tool"],
    ["purelib/a/pyvenv.cfg", "lib/site-packages/a/pyvenv.cfg"],
    ["purelib/a/_vendor/b-1.0.dist-info/METADATA", "lib/site-packages/a/_vendor/b-1.0.dist-info/METADATA"],
    ["purelib/a.pth", "lib/site-packages/a.pth"],
  ])("a-1.0.data/%s goes where it leads, and goes again", async (path, place) => {
    const { env, change, snapshot } = linkedEnvironment();
    const before = snapshot();
    expect(await change([data(path)])).toMatchObject({ end: "done" });
    expect(readFileSync(`${env}/${place}`, "utf8")).toBe("mine");
    expect(await change([], ["a"])).toMatchObject({ end: "done" });
    expect([existsSync(`${env}/${place}`), snapshot()]).toEqual([false, before]);
  });
});

describe("one file by two spellings is one file", () => {
  test("in one wheel: what comes through .data is last, as with pip", async () => {
    const { site, change, installed } = linkedEnvironment();
    const files = { "a/x.py": "root", "a-1.0.data/data/lib64/site-packages/a/x.py": "data" };
    expect(await change([{ name: "a", files }])).toMatchObject({ end: "done" });
    expect([readFileSync(`${site}/a/x.py`, "utf8"), installed().length]).toEqual(["data", 1]);
  });

  test("in two wheels: the last by name has it, and it is a conflict", async () => {
    const { site, plan, change } = linkedEnvironment();
    const wheels: MadeUp[] = [
      { name: "a", files: { "shared/x.py": "a" } },
      { name: "b", files: { "b-1.0.data/data/lib64/site-packages/shared/x.py": "b" } },
    ];
    expect(plan(wheels).conflicts).toMatchObject([{ path: `${site}/shared/x.py`, winner: "b", losers: ["a"] }]);
    await change(wheels);
    expect(readFileSync(`${site}/shared/x.py`, "utf8")).toBe("b");
  });

  test("of one that is installed: it has an owner, and stays with the other one", async () => {
    const { site, change } = linkedEnvironment();
    await change([{ name: "b", files: { "b-1.0.data/data/lib64/site-packages/shared.py": "b" } }]);
    await change([{ name: "a", files: { "shared.py": "a" } }]);
    await change([], ["a"]);
    expect(existsSync(`${site}/shared.py`)).toBe(true);
  });

  test("a developer's link that goes in the same change leads nowhere any more", async () => {
    const { site, folder, change } = linkedEnvironment();
    mkdirSync(`${folder}/source`);
    writeFileSync(`${folder}/source/__init__.py`, "source");
    symlinkSync(`${folder}/source`, `${site}/pkg`);
    mkdirSync(`${site}/pkg-1.0.dist-info`);
    writeFileSync(`${site}/pkg-1.0.dist-info/RECORD`, "pkg,,\npkg-1.0.dist-info/RECORD,,\n");
    const next = { name: "pkg", version: "2.0", files: { "pkg/__init__.py": "wheel", "pkg/sub/x.py": "" } };
    expect(await change([next], ["pkg"])).toMatchObject({ end: "done" });
    expect([lstatSync(`${site}/pkg`).isDirectory(), readFileSync(`${folder}/source/__init__.py`, "utf8")]).toEqual([
      true,
      "source",
    ]);
  });
});

describe("RECORD rows are input", () => {
  const record = (rows: readonly string[]) =>
    [...rows, "a.py", "a-1.0.dist-info/RECORD"].map((row) => `${row},,\n`).join("");

  test.each([
    ["../../bin", "is a folder"],
    ["../../lib64", "is a link to a folder"],
    ["../../local", "is a link to a folder"],
    ["../../share", "is a link to a folder"],
    ["../../local/lib64/", "is a link to a folder"],
    ["../..", "is a folder"],
    ["../../..", "lies outside the environment"],
    ["../../lib64/site-packages/../../../x", "lies outside the environment"],
    ["/etc/passwd", "is absolute"],
    ["../../pyvenv.cfg", "is a part of the environment"],
    ["../../local/bin/python", "is a part of the environment"],
    ["linked/python", "is a part of the environment"],
    [".murre/stamp", "is a part of the environment"],
    ["../../lib64/site-packages/.murre/stamp", "is a part of the environment"],
    ["real", "is a folder"],
    ["b-1.0.dist-info/METADATA", "is another distribution's"],
  ])("%s %s: it stays, and is told", async (row, reason) => {
    const { env, site, change, plan, snapshot } = linkedEnvironment();
    symlinkSync("/usr/bin/python3", `${env}/bin/python`);
    await change([{ name: "a", files: { "a.py": "" } }]);
    mkdirSync(`${site}/b-1.0.dist-info`);
    for (const name of ["METADATA", "RECORD"]) writeFileSync(`${site}/b-1.0.dist-info/${name}`, "");
    writeFileSync(`${site}/a-1.0.dist-info/RECORD`, record([row]));
    const { "lib/site-packages/a.py": _, ...others } = snapshot();
    expect(plan([], ["a"]).foreign).toEqual([{ name: "a", rows: [{ path: expect.any(String), reason }] }]);
    await change([], ["a"]);
    const isOwn = (path: string) => path.startsWith("lib/site-packages/a-1.0.dist-info");
    expect(snapshot()).toEqual(Object.fromEntries(Object.entries(others).filter(([path]) => !isOwn(path))));
  });

  test("a row through a link names the file that it leads to", async () => {
    const { env, site, change } = linkedEnvironment();
    await change([{ name: "a", files: { "a.py": "", "a-1.0.data/data/bin/tool": "" } }]);
    writeFileSync(`${site}/a-1.0.dist-info/RECORD`, record(["../../local/bin/tool", "../../lib64/site-packages/a.py"]));
    await change([], ["a"]);
    expect([existsSync(`${site}/a.py`), existsSync(`${env}/bin/tool`)]).toEqual([false, false]);
  });
});
