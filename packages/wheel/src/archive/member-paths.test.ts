import { describe, expect, test } from "vitest";
import type { ArchiveEntry } from "./archive-entries.ts";
import { entryOf } from "./archive-entry.test.data.ts";
import { checkPaths, unsafePathReason } from "./member-paths.ts";

describe("a member's path stays below the destination", () => {
  test.each([
    "a",
    "a/b.py",
    "...",
    "a/..b/c..",
    ".hidden/x",
    "a b/ü",
    "aux.py",
    "nul",
    "a/b:c",
    "a".repeat(255),
    "é".repeat(127),
  ])("%j is safe", (path) => {
    expect(unsafePathReason(path, "linux")).toBeUndefined();
  });

  test.each([
    "",
    "/a",
    "../a",
    "a/../../b",
    "a/..",
    "..",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "C:x",
    "c:/x",
    "a\\b",
    "a\0b",
    "a\nb",
    "\u007f",
    "a".repeat(256),
    `${"é".repeat(128)}/a`,
    "a/".repeat(2000) + "b",
  ])("%j is unsafe everywhere", (path) => {
    expect(unsafePathReason(path, "linux")).toBeDefined();
  });

  test.each(["aux", "a/NUL.txt", "com1", "COM¹.py", "a./b", "a ", "x?y", "a/b:c", "lpt9.tar.gz", "conin$"])(
    "%j is unsafe on Windows",
    (path) => {
      expect(unsafePathReason(path, "win32")).toBeDefined();
    },
  );

  test.each(["auxiliary", "console.py", "a.b", ".a", "com10", "com"])("%j is safe on Windows", (path) => {
    expect(unsafePathReason(path, "win32")).toBeUndefined();
  });
});

describe("the rule for collisions", () => {
  test("folders follow from the files, parents before children", () => {
    expect(checkPaths(entries("b/c/d.py", "a/x.py", "b/e.py", "f.py"), "linux").directories).toEqual(["a", "b", "b/c"]);
  });

  test("a file that is a folder as well is an invalid wheel", () => {
    expect(checkPaths(entries("a", "a/b"), "linux").problems).toMatchObject([{ code: "MURRE_INVALID_WHEEL" }]);
  });

  test("an entry for a folder is checked like a file, and is no member", () => {
    const { members, folders } = checkPaths(entries("a/", "a/b"), "linux");
    expect([members.length, folders.length]).toEqual([1, 1]);
    const reasons = ["../a/", "/a/", "a//", "/"].map((path) => checkPaths(entries(path), "linux").problems[0]?.code);
    expect(new Set(reasons)).toEqual(new Set(["MURRE_UNSAFE_PATH"]));
    expect(checkPaths(entries("a/", "a"), "linux").problems).toMatchObject([{ code: "MURRE_INVALID_WHEEL" }]);
  });

  test.each([
    ["another size", { sizeBytes: 1 }],
    ["another checksum", { crc32: 1 }],
    ["another mode", { unixMode: 0o100755 }],
  ])("so is a path twice, with %s", (_, change) => {
    const [one, other] = entries("a/b", "a/b");
    expect(checkPaths([one!, { ...other!, ...change }], "linux").problems).toMatchObject([
      { code: "MURRE_INVALID_WHEEL", path: "a/b" },
    ]);
  });

  test("a path twice with the same size and checksum is one member, and one whose bytes are to be compared", () => {
    const [one, other] = entries("a/b", "a/b");
    const { problems, members, repeats } = checkPaths([one!, other!], "linux");
    expect([problems, members, repeats]).toEqual([[], [one], [other]]);
  });

  test.each([
    ["README", "Readme"],
    ["\u00e9.py", "e\u0301.py"],
  ])("%j and %j are noted on Linux and unsafe on macOS and Windows", (one, two) => {
    expect(checkPaths(entries(one, two), "linux")).toMatchObject({ problems: [], caseCollisions: [two] });
    for (const platform of ["darwin", "win32"])
      expect(checkPaths(entries(one, two), platform).problems).toMatchObject([
        { code: "MURRE_UNSAFE_PATH", path: two },
      ]);
  });
});

function entries(...paths: string[]): ArchiveEntry[] {
  return paths.map(entryOf);
}
