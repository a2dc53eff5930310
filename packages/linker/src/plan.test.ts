import { describe, expect, test } from "vitest";
import { madeUpWheel } from "../test/made-up-wheel.ts";
import type { Destination } from "./destination.ts";
import type { EnvironmentView } from "./existing.ts";
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
  existing: Record<string, Record<string, "file" | "directory">> = {},
  owners: Record<string, string[]> = {},
): EnvironmentView {
  return {
    list: (folder) => (existing[folder] === undefined ? undefined : new Map(Object.entries(existing[folder]))),
    ownersOf: (path) => owners[path] ?? [],
    digestOf: () => undefined,
    readApart: () => Buffer.from("#!python\nprint()\n"),
  };
}

const newEnvironment = view({
  "/env": { lib: "directory", bin: "directory" },
  "/env/bin": { python: "file" },
  "/env/lib": { "site-packages": "directory" },
  [site]: {},
});

const plan = (wheels: Parameters<typeof madeUpWheel>[0][], state = newEnvironment) =>
  planChange(
    destination,
    wheels.map((wheel) => madeUpWheel(wheel)),
    [],
    state,
  );

describe("ownership is looked at as high in the tree as possible", () => {
  test("a new top-level folder of one wheel is placed as one tree", () => {
    const { tasks, sharedFolders } = plan([{ name: "a", files: { "a/x.py": "1", "a/b/y.py": "2" } }]);
    expect(tasks[0]?.trees).toEqual([
      { source: "a", target: `${site}/a` },
      { source: "a-1.0.dist-info", target: `${site}/a-1.0.dist-info` },
    ]);
    expect(tasks[0]?.folders).toEqual([{ source: "", target: site, make: false }]);
    expect(sharedFolders).toEqual([]);
  });

  test("a folder of several wheels is opened, and made before all tasks", () => {
    const { tasks, sharedFolders } = plan([
      { name: "a", files: { "ns/a.py": "1", "ns/own/a.py": "" } },
      { name: "b", files: { "ns/b.py": "2" } },
    ]);
    expect(sharedFolders).toEqual([`${site}/ns`]);
    expect(tasks[0]?.folders).toContainEqual({ source: "ns", target: `${site}/ns`, make: false });
    expect(tasks[0]?.folders).toContainEqual({ source: "ns/own", target: `${site}/ns/own`, make: true });
    expect(tasks.flatMap(({ trees }) => trees.map(({ source }) => source))).toEqual([
      "a-1.0.dist-info",
      "b-1.0.dist-info",
    ]);
  });

  test("a folder that stands in the environment is opened, and made only where it is missing", () => {
    const state = view({ "/env": { bin: "directory" }, "/env/bin": {}, [site]: { a: "directory" }, [`${site}/a`]: {} });
    const { tasks } = plan([{ name: "a", files: { "a/x.py": "", "a/b/y.py": "" } }], state);
    expect(tasks[0]?.folders).toEqual([
      { source: "", target: site, make: false },
      { source: "a", target: `${site}/a`, make: false },
      { source: "a/b", target: `${site}/a/b`, make: true },
    ]);
  });

  test("a tree that the data of another wheel reaches into is opened", () => {
    const { tasks, conflicts } = plan([
      { name: "a", files: { "a/x.py": "of a" } },
      { name: "b", files: { "b-1.0.data/purelib/a/x.py": "of b" } },
    ]);
    expect(tasks[0]?.trees.map(({ source }) => source)).toEqual(["a-1.0.dist-info"]);
    expect(conflicts).toMatchObject([{ path: `${site}/a/x.py`, winner: "b", losers: ["a"] }]);
  });

  test("headers and data go to their schemes, whose folders are made where they are missing", () => {
    const { tasks, sharedFolders } = plan([
      { name: "a", files: { "a-1.0.data/headers/a.h": "", "a-1.0.data/data/share/doc": "d" } },
    ]);
    expect(sharedFolders).toContain("/env/include/site/python3.11");
    const targets = tasks[0]?.folders.map(({ target }) => target);
    expect(targets).toContain("/env/include/site/python3.11/a");
    expect(targets).toContain("/env/share");
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

describe("what stands in the environment", () => {
  const occupied = (owners: Record<string, string[]>) =>
    view(
      { "/env": { bin: "directory" }, "/env/bin": {}, [site]: { a: "directory" }, [`${site}/a`]: { "x.py": "file" } },
      owners,
    );

  test("a file that nobody owns is never replaced", () => {
    expect(() => plan([{ name: "a", files: { "a/x.py": "1" } }], occupied({}))).toThrow(
      expect.objectContaining({ code: "MURRE_UNOWNED_FILE", paths: [`${site}/a/x.py`] }),
    );
  });

  test("a file of another distribution is replaced, and both are named", () => {
    const { tasks, conflicts } = plan(
      [{ name: "a", files: { "a/x.py": "1" } }],
      occupied({ [`${site}/a/x.py`]: ["old"] }),
    );
    expect(tasks[0]?.replace.size).toBe(1);
    expect(conflicts).toEqual([{ path: `${site}/a/x.py`, winner: "a", losers: ["old"], identical: false }]);
  });

  test("a script that nobody owns is never replaced: `python` is safe", () => {
    expect(() => plan([{ name: "a", files: {}, console: { python: "a:main" } }])).toThrow(
      expect.objectContaining({ code: "MURRE_UNOWNED_FILE", paths: ["/env/bin/python"] }),
    );
  });
});

describe("RECORD", () => {
  test("lists every installed file once, with hash and size, and itself without", () => {
    const { generated } = plan([
      { name: "a", files: { "a/x.py": "1", "a-1.0.data/data/share/doc": "d" }, console: { tool: "a:main" } },
    ]);
    const record = generated.find(({ path }) => path.endsWith("/RECORD"))?.content.toString();
    const rows =
      record
        ?.trimEnd()
        .split("\n")
        .map((row) => row.split(",")) ?? [];
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

  test("a path that leaves the environment is refused", () => {
    expect(() => plan([{ name: "a", files: { "a-1.0.data/data/../../../etc/passwd": "" } }])).toThrow(
      expect.objectContaining({ code: "MURRE_PATH_LEAVES_ENVIRONMENT" }),
    );
  });
});
