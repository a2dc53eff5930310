import { describe, expect, test } from "vitest";
import { sameFolders } from "../../test/environment.ts";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import type { Destination } from "../environment/destination.ts";
import type { EntryKind, EnvironmentView } from "../environment/environment-view.ts";
import { planChange } from "./plan.ts";

const destination: Destination = {
  schemes: {
    purelib: "/env/lib/site-packages",
    platlib: "/env/lib/site-packages",
    scripts: "/env/bin",
    headers: "/env/include/site/python3.11",
    data: "/env",
  },
  executable: "/env/bin/python",
  platform: "linux",
  boundary: "/env",
};

const site = destination.schemes.purelib;

function view(
  existing: Record<string, Record<string, EntryKind>> = {},
  owners: Record<string, string[]> = {},
): EnvironmentView {
  return {
    folders: sameFolders("/env"),
    foldsCase: () => false,
    list: (folder) => (existing[folder] === undefined ? undefined : new Map(Object.entries(existing[folder]))),
    ownersOf: (path) => owners[path] ?? [],
    digestOf: () => undefined,
    isCutOff: () => false,
    readApart: () => Buffer.from("#!python\nprint()\n"),
  };
}

/** An environment with these folders and files besides. */
const withSite = (inSite: Record<string, Record<string, EntryKind>>, owners: Record<string, string[]> = {}) =>
  view(
    {
      "/env": { lib: "directory", bin: "directory" },
      "/env/bin": { activate: "file", python: "file" },
      "/env/lib": { "site-packages": "directory" },
      [site]: {},
      ...inSite,
    },
    owners,
  );

const newEnvironment = withSite({});

const plan = (wheels: Parameters<typeof madeUpWheel>[0][], state = newEnvironment) =>
  planChange(
    destination,
    wheels.map((wheel) => madeUpWheel(wheel)),
    [],
    state,
  );

describe("ownership is looked at as high in the tree as possible", () => {
  test("a new top-level folder of one wheel is placed as one tree", () => {
    const { tasks, placed } = plan([{ name: "a", files: { "a/x.py": "1", "a/b/y.py": "2" } }]);
    expect(tasks[0]?.trees).toEqual([
      { source: "a", target: `${site}/a` },
      { source: "a-1.0.dist-info", target: `${site}/a-1.0.dist-info` },
    ]);
    expect(tasks[0]?.folders).toEqual([{ source: "", target: site, make: false }]);
    expect(placed).toEqual([`${site}/a`, `${site}/a-1.0.dist-info`]);
  });

  test("a new folder of several wheels is opened, made before all tasks, and placed once", () => {
    const { tasks, scaffold, placed } = plan([
      { name: "a", files: { "ns/a.py": "1", "ns/own/a.py": "" } },
      { name: "b", files: { "ns/b.py": "2" } },
    ]);
    expect(scaffold).toContain(`${site}/ns`);
    expect(tasks[0]?.folders).toContainEqual({ source: "ns", target: `${site}/ns`, make: false });
    expect(tasks[0]?.folders).toContainEqual({ source: "ns/own", target: `${site}/ns/own`, make: true });
    expect(placed).toEqual([`${site}/a-1.0.dist-info`, `${site}/ns`, `${site}/b-1.0.dist-info`]);
  });

  test("a folder that stays is opened: what is new in it is placed by itself, as high as it goes", () => {
    const state = withSite({ [site]: { a: "directory" }, [`${site}/a`]: { "other.py": "file" } });
    const { tasks, placed } = plan([{ name: "a", files: { "a/x.py": "", "a/b/c/y.py": "" } }], state);
    expect(tasks[0]?.folders).toEqual([
      { source: "", target: site, make: false },
      { source: "a", target: `${site}/a`, make: false },
      { source: "a/b", target: `${site}/a/b`, make: true },
      { source: "a/b/c", target: `${site}/a/b/c`, make: true },
    ]);
    expect(placed).toEqual([`${site}/a-1.0.dist-info`, `${site}/a/x.py`, `${site}/a/b`]);
  });

  test("headers and data go to their schemes; of folders that are missing the topmost is placed", () => {
    const { placed } = plan([{ name: "a", files: { "a-1.0.data/headers/a.h": "", "a-1.0.data/data/share/doc": "d" } }]);
    expect(placed).toEqual([`${site}/a-1.0.dist-info`, "/env/share", "/env/include"]);
  });

  test("a tree that the data of another wheel reaches into is opened", () => {
    const { tasks, conflicts } = plan([
      { name: "a", files: { "a/x.py": "of a" } },
      { name: "b", files: { "b-1.0.data/purelib/a/x.py": "of b" } },
    ]);
    expect(tasks[0]?.trees.map(({ source }) => source)).toEqual(["a-1.0.dist-info"]);
    expect(conflicts).toMatchObject([{ path: `${site}/a/x.py`, winner: "b", losers: ["a"] }]);
  });
});

describe("every destination path has one writer", () => {
  const shared = { name: "b", files: { "ns/__init__.py": "of b", "ns/b.py": "" } };

  test.each([[["a", "b", "c"]], [["c", "a", "b"]], [["b", "c", "a"]]])(
    "the last name wins whatever the order is: %j",
    (names) => {
      const { conflicts, tasks } = plan(
        names.map((name) => ({ ...shared, name, files: { "ns/__init__.py": `of ${name}` } })),
      );
      expect(conflicts).toEqual([
        { path: `${site}/ns/__init__.py`, winner: "c", losers: ["a", "b"], identical: false },
      ]);
      expect(tasks.filter(({ skip }) => skip.size === 0).map(({ name }) => name)).toEqual(["c"]);
    },
  );

  test("identical bytes are no reason to warn", () => {
    const { conflicts } = plan([
      { name: "a", files: { "ns/__init__.py": "" } },
      { name: "b", files: { "ns/__init__.py": "" } },
    ]);
    expect(conflicts.map(({ identical }) => identical)).toEqual([true]);
  });

  test("two scripts of one name are decided by the same order", () => {
    const { conflicts, generated } = plan([
      { name: "b", files: {}, console: { tool: "b:main" } },
      { name: "a", files: {}, console: { tool: "a:main" } },
    ]);
    expect(conflicts).toEqual([{ path: "/env/bin/tool", winner: "b", losers: ["a"], identical: false }]);
    expect(generated.filter(({ path }) => path === "/env/bin/tool").map(({ wheel }) => wheel)).toEqual(["b"]);
  });

  test.each([
    ["ns/etc", "ns/etc/conf"],
    ["etc", "etc/conf"],
  ])("a file %s in one wheel that is a folder in another is refused", (file, inFolder) => {
    const wheels = [
      { name: "a", files: { [file]: "file", "ns/x.py": "" } },
      { name: "b", files: { [inFolder]: "" } },
    ];
    expect(() => plan(wheels)).toThrow(
      expect.objectContaining({ code: "MURRE_FILE_AGAINST_DIRECTORY", distributions: ["a", "b"] }),
    );
  });
});

describe("where the file system folds case, two spellings of one path are refused", () => {
  const planOn = (platform: NodeJS.Platform, wheels: Parameters<typeof madeUpWheel>[0][], state = newEnvironment) =>
    planChange(
      { ...destination, platform },
      wheels.map((wheel) => madeUpWheel(wheel)),
      [],
      state,
    );
  const pairs: [what: string, a: string, b: string][] = [
    ["two files", "ns/Read.py", "ns/read.py"],
    ["two folders, whatever is in them", "Crypto/a.py", "crypto/b.py"],
    ["a file and a folder", "Tool", "tool/x.py"],
  ];

  test.each(pairs)("%s", (_, a, b) => {
    const wheels = [
      { name: "a", files: { [a]: "1" } },
      { name: "b", files: { [b]: "2" } },
    ];
    for (const platform of ["darwin", "win32"] as const)
      expect(() => planOn(platform, wheels)).toThrow(
        expect.objectContaining({ code: "MURRE_CASE_COLLISION", distributions: ["a", "b"] }),
      );
    expect(planOn("linux", wheels).conflicts).toEqual([]);
  });

  test("two scripts", () => {
    const wheels = [
      { name: "a", files: {}, console: { Tool: "a:main" } },
      { name: "b", files: {}, console: { tool: "b:main" } },
    ];
    expect(() => planOn("darwin", wheels)).toThrow(expect.objectContaining({ code: "MURRE_CASE_COLLISION" }));
  });

  test("what stands in the environment counts, unless it goes", () => {
    const state = withSite(
      { [site]: { Read: "directory" }, [`${site}/Read`]: { "x.py": "file" } },
      { [`${site}/Read`]: ["old"] },
    );
    const made = { name: "a", files: { "read/x.py": "" } };
    expect(() => planOn("darwin", [made], state)).toThrow(
      expect.objectContaining({ paths: [`${site}/Read`, `${site}/read`], distributions: ["old", "a"] }),
    );
    const removed = { name: "a", version: "0", files: [`${site}/Read/x.py`] };
    const upgraded = planChange({ ...destination, platform: "darwin" }, [madeUpWheel(made)], [removed], state);
    expect([upgraded.retired, upgraded.placed]).toEqual([
      [`${site}/Read`],
      [`${site}/a-1.0.dist-info`, `${site}/read`],
    ]);
  });

  test("one spelling is no collision, however many have it", () => {
    const wheels = ["a", "b"].map((name) => ({ name, files: { "NS/x.py": "" } }));
    expect(planOn("darwin", wheels).conflicts).toHaveLength(1);
  });
});

describe("what stands in the environment", () => {
  const occupied = (owners: Record<string, string[]>) =>
    withSite({ [site]: { a: "directory" }, [`${site}/a`]: { "x.py": "file" } }, owners);

  test("a file that nobody owns is never replaced", () => {
    expect(() => plan([{ name: "a", files: { "a/x.py": "1" } }], occupied({}))).toThrow(
      expect.objectContaining({ code: "MURRE_UNOWNED_FILE", paths: [`${site}/a/x.py`] }),
    );
  });

  test("unless the user says so: then it is kept beside", () => {
    const made = madeUpWheel({ name: "a", files: { "a/x.py": "1" } });
    const { placed, copies } = planChange(destination, [made], [], occupied({}), { unowned: "keep beside" });
    expect(copies).toEqual([{ from: `${site}/a/x.py`, target: `${site}/a/x.py.murre-backup` }]);
    expect(placed).toContain(`${site}/a/x.py.murre-backup`);
  });

  test("a file of another distribution is replaced, and both are named", () => {
    const { replaced, conflicts } = plan(
      [{ name: "a", files: { "a/x.py": "1" } }],
      occupied({ [`${site}/a/x.py`]: ["old"] }),
    );
    expect([...replaced]).toEqual([`${site}/a/x.py`]);
    expect(conflicts).toEqual([{ path: `${site}/a/x.py`, winner: "a", losers: ["old"], identical: false }]);
  });

  test("a folder that stays is never replaced by a file", () => {
    const state = withSite({ [site]: { "a.py": "directory" }, [`${site}/a.py`]: { mine: "file" } });
    expect(() => plan([{ name: "a", files: { "a.py": "1" } }], state)).toThrow(
      expect.objectContaining({ code: "MURRE_FILE_AGAINST_DIRECTORY" }),
    );
  });

  test("a script that nobody owns is never replaced", () => {
    expect(() => plan([{ name: "a", files: {}, console: { activate: "a:main" } }])).toThrow(
      expect.objectContaining({ code: "MURRE_UNOWNED_FILE", paths: ["/env/bin/activate"] }),
    );
  });
});

describe("RECORD", () => {
  test("lists every installed file once, with hash and size, and itself without", () => {
    const { generated } = plan([
      { name: "a", files: { "a/x.py": "1", "a-1.0.data/data/share/doc": "d" }, console: { tool: "a:main" } },
    ]);
    const record = generated.find(({ path }) => path.endsWith("/RECORD"));
    const rows = `${record?.before?.().toString()}${record?.content.toString()}`
      .trimEnd()
      .split("\n")
      .map((row) => row.split(","));
    expect(rows.map(([path]) => path).toSorted()).toEqual([
      "../../bin/tool",
      "../../share/doc",
      "a-1.0.dist-info/INSTALLER",
      "a-1.0.dist-info/METADATA",
      "a-1.0.dist-info/RECORD",
      "a/x.py",
    ]);
    expect(rows.find(([path]) => path === "a/x.py")).toEqual([
      "a/x.py",
      "sha256=a4ayc_80_OGda4BO_1o_V0etpOqiLx1JwB5S3beHW0s",
      "1",
    ]);
    expect(rows.find(([path]) => path === "a-1.0.dist-info/RECORD")).toEqual(["a-1.0.dist-info/RECORD", "", ""]);
  });

  test("is written after everything else of its wheel", () => {
    const { generated } = plan([{ name: "a", files: {}, console: { tool: "a:main" } }]);
    expect(generated.at(-1)?.path).toBe(`${site}/a-1.0.dist-info/RECORD`);
  });

  test.each([
    ["lib/../../../../etc", "through the folder above"],
    ["a-1.0.data/data/../../etc", "through the folder above, below .data"],
    ["a-1.0.data/elsewhere", "by a scheme that there is not"],
  ])("a wheel with files in %s is refused: they leave the environment %s", (folder) => {
    const wheel = madeUpWheel({ name: "a", files: { "a.py": "" } });
    // No manifest that was read has such a folder: this is a second lock on the same door.
    Object.defineProperty(wheel.entry.manifest, "directories", {
      value: [
        { path: "", fileCount: 0 },
        { path: folder, fileCount: 1 },
      ],
    });
    Object.assign(wheel.entry.manifest.head, { hasData: true, topLevel: [] });
    expect(() => planChange(destination, [wheel], [], newEnvironment)).toThrow(
      expect.objectContaining({ code: "MURRE_PATH_LEAVES_ENVIRONMENT", distribution: "a", path: folder }),
    );
  });
});

describe("files that go become whole folders where nothing else stays in them", () => {
  const removal = (...files: string[]) => ({
    name: "a",
    version: "1.0",
    files: files.map((file) => `${site}/${file}`),
    distInfo: `${site}/a-1.0.dist-info`,
  });
  const installedState = (inA: Record<string, EntryKind>) =>
    withSite({
      [site]: {
        a: "directory",
        "a-1.0.dist-info": "directory",
        "top.py": "file",
        "other.py": "file",
        __pycache__: "directory",
      },
      [`${site}/__pycache__`]: { "top.cpython-311.pyc": "file", "other.cpython-311.pyc": "file" },
      [`${site}/a`]: { "__init__.py": "file", sub: "directory", __pycache__: "directory", ...inA },
      [`${site}/a/sub`]: { "x.py": "file" },
      [`${site}/a/__pycache__`]: { "__init__.cpython-311.pyc": "file" },
      [`${site}/a-1.0.dist-info`]: { METADATA: "file", RECORD: "file", "written-by-others": "file" },
    });
  const files = ["a/__init__.py", "a/sub/x.py", "top.py", "a-1.0.dist-info/METADATA", "a-1.0.dist-info/RECORD"];
  const change = (state: EnvironmentView, movesFolders = true) =>
    planChange(destination, [], [removal(...files)], state, { movesFolders });

  test("a package with its bytecode, and the dist-info with whatever is in it, are one rename each", () => {
    const { retired } = change(installedState({}));
    expect(retired.toSorted()).toEqual(
      ["__pycache__/top.cpython-311.pyc", "a", "a-1.0.dist-info", "top.py"].map((path) => `${site}/${path}`),
    );
  });

  test("a file that no RECORD lists keeps its folder, and only what is listed goes", () => {
    const { retired } = change(installedState({ "mine.cfg": "file" }));
    expect(retired.toSorted()).toEqual(
      ["__pycache__/top.cpython-311.pyc", "a-1.0.dist-info", "a/__init__.py", "a/__pycache__", "a/sub", "top.py"].map(
        (path) => `${site}/${path}`,
      ),
    );
  });

  test("a link to a folder is not what it leads to, and keeps its folder", () => {
    expect(change(installedState({ link: "linked-directory" })).retired).not.toContain(`${site}/a`);
  });

  test("where folders cannot be renamed, all goes file by file, and the folders at the end", () => {
    const { retired, emptied } = change(installedState({}), false);
    expect(retired).toContain(`${site}/a/sub/x.py`);
    expect(emptied).toEqual(["a-1.0.dist-info", "a/__pycache__", "a/sub", "a"].map((path) => `${site}/${path}`));
  });

  test("an upgrade places the new folder where the old one goes", () => {
    const made = madeUpWheel({ name: "a", version: "2.0", files: { "a/__init__.py": "2" } });
    const { retired, placed, replaced } = planChange(destination, [made], [removal(...files)], installedState({}));
    expect(retired).toContain(`${site}/a`);
    expect(placed).toContain(`${site}/a`);
    expect([...replaced]).toEqual([]);
  });

  test("a folder becomes a file, and a file a folder", () => {
    const made = madeUpWheel({ name: "a", version: "2.0", files: { a: "file now", "top.py/__init__.py": "" } });
    const { retired, placed } = planChange(destination, [made], [removal(...files)], installedState({}));
    expect(retired).toEqual(expect.arrayContaining([`${site}/a`, `${site}/top.py`]));
    expect(placed).toEqual(expect.arrayContaining([`${site}/a`, `${site}/top.py`]));
  });

  test("the environment's own folders stay though nothing is left in them", () => {
    const state = view({
      "/env": { lib: "directory", bin: "directory", share: "directory" },
      "/env/bin": { tool: "file" },
      "/env/share": { doc: "file" },
      "/env/lib": { "site-packages": "directory" },
      [site]: {},
    });
    const removed = { name: "a", version: "1.0", files: ["/env/bin/tool", "/env/share/doc"] };
    expect(planChange(destination, [], [removed], state).retired).toEqual(["/env/share", "/env/bin/tool"]);
  });
});
