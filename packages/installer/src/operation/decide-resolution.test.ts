import { normalizeName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { decidePrereleases, decidePython, decideResolution, decideUploads } from "./decide-resolution.ts";
import type { Said } from "./said.ts";

const now = Date.UTC(2026, 2, 10);

function saying(options: Said["options"], variables: Said["variables"] = {}): Said {
  const places = { cwd: "/project", home: "/home/me", platform: "linux" } as const;
  return { options, variables, configuration: { files: [] }, places, userAgent: "", now, logFolder: "" };
}

describe("which versions are taken", () => {
  test.each<readonly [Said["options"], Said["variables"], object]>([
    [{}, {}, { strategy: "highest", overrideFiles: [], excludeFiles: [] }],
    [{ resolution: "lowest-direct" }, { MURRE_RESOLUTION: "lowest" }, { strategy: "lowest-direct" }],
    [
      {},
      { MURRE_RESOLUTION: "lowest", MURRE_OVERRIDE: "a b", MURRE_EXCLUDE: "c" },
      { strategy: "lowest", overrideFiles: ["a", "b"], excludeFiles: ["c"] },
    ],
    [{ overrideFiles: [], excludeFiles: ["d"] }, { MURRE_OVERRIDE: "a" }, { overrideFiles: [], excludeFiles: ["d"] }],
  ])("of %j and %j", (options, variables, expected) => {
    expect(decideResolution(saying(options, variables))).toMatchObject(expected);
  });

  test("a variable that means nothing is refused with the words that do", () => {
    expect(() => decideResolution(saying({}, { MURRE_RESOLUTION: "newest" }))).toThrow(
      /^MURRE_RESOLUTION=newest: expected one of highest, lowest, lowest-direct$/,
    );
  });
});

describe("what becomes of pre-releases of single projects", () => {
  test.each<readonly [Said["options"], Said["variables"], unknown]>([
    [{ prereleasePackages: ["X=allow"] }, {}, { usual: "if-necessary-or-explicit", own: [["x", "allow"]] }],
    [
      { prereleasePackages: ["a_b=explicit", "A.b=disallow"], prerelease: "allow" },
      { MURRE_PRERELEASE: "disallow" },
      {
        usual: "allow",
        own: [
          ["a-b", "explicit"],
          ["a-b", "disallow"],
        ],
      },
    ],
    [
      { prereleasePackages: ["x=if-necessary"] },
      { MURRE_PRERELEASE: "disallow" },
      { usual: "disallow", own: [["x", "if-necessary"]] },
    ],
    [{ prereleasePackages: [], prereleases: true }, {}, "allow"],
  ])("by %j and %j", (options, variables, expected) => {
    expect(decidePrereleases(saying(options, variables), undefined)).toEqual(expected);
  });

  test.each([
    ["x", /^--prerelease-package x: expected NAME=MODE$/],
    ["=allow", /^--prerelease-package =allow: expected NAME=MODE$/],
    ["x y=allow", /: expected NAME=MODE$/],
    ["x==allow", /: expected one of disallow, allow, if-necessary, explicit, if-necessary-or-explicit behind the =$/],
    ["x=yes", /^--prerelease-package x=yes: expected one of/],
    ["x=", /^--prerelease-package x=: expected one of/],
  ])("%s is refused", (word, message) => {
    expect(() => decidePrereleases(saying({ prereleasePackages: [word] }), undefined)).toThrow(message);
  });
});

describe("when a file has to have been uploaded", () => {
  const indexes = {
    locations: [
      { kind: "find-links", url: "https://user:secret@links.example/" },
      { kind: "simple", url: "https://index.example/" },
    ],
    findLinks: [],
    strategy: "first-index",
  } as const;
  const day = 24 * 60 * 60 * 1000;

  test.each<readonly [Said["options"], Said["variables"], string, number | undefined]>([
    [{}, {}, "x", undefined],
    [{ excludeNewer: "2026-01-02T03:04:05Z" }, { MURRE_EXCLUDE_NEWER: "1 day" }, "x", Date.UTC(2026, 0, 2, 3, 4, 5)],
    [{}, { MURRE_EXCLUDE_NEWER: "1 day" }, "x", now - day],
    [{ excludeNewer: "P1D", excludeNewerPackages: ["X=P2D", "y=false"] }, {}, "x", now - 2 * day],
    [{ excludeNewer: "P1D", excludeNewerPackages: ["X=P2D", "y=false"] }, {}, "y", undefined],
    [{ excludeNewerPackages: ["x=P2D"] }, {}, "z", undefined],
    [{ excludeNewer: "false" }, { MURRE_EXCLUDE_NEWER: "1 day" }, "x", undefined],
  ])("by %j and %j of %s", (options, variables, project, expected) => {
    const { uploadedBefore } = decideUploads(saying(options, variables), indexes);
    expect(uploadedBefore(normalizeName(project), "https://index.example/")).toBe(expected);
    expect(uploadedBefore(normalizeName(project), "https://links.example/")).toBeUndefined();
  });

  test.each<readonly [Said["options"], RegExp]>([
    [{ excludeNewer: "soon" }, /^--exclude-newer soon: expected a timestamp/],
    [{ excludeNewer: "2 months" }, /months and years have no fixed length/],
    [{ excludeNewerPackages: ["x"] }, /^--exclude-newer-package x: expected NAME=WHEN$/],
    [{ excludeNewerPackages: ["x=2026-02-30"] }, /^--exclude-newer-package x=2026-02-30: expected/],
  ])("%j is refused", (options, message) => {
    expect(() => decideUploads(saying(options), indexes)).toThrow(message);
  });
});

test.each([
  ["3.12", "3.12"],
  ["312", "3.12"],
  ["39", "3.9"],
  ["3.12.4", "3.12.4"],
])("--python-version %s is Python %s, as pip has it", (given, version) => {
  expect(decidePython({ pythonVersion: given }, {})).toEqual(decidePython({ pythonVersion: version }, {}));
});

test.each([
  [{ pythonVersion: "27" }, /^--python-version 27: expected a version such as/],
  [{ pythonVersion: "2.7" }, /^--python-version 2.7: expected a version such as/],
  [{ pythonVersion: ">=3.8" }, /^--python-version >=3.8: expected/],
  [{ pythonPlatform: "amiga" }, /^--python-platform amiga: expected one of windows, linux, macos, /],
  [{ pythonPlatform: "constructor" }, /expected one of/],
  [{ pythonPlatform: "riscv64-manylinux_2_28" }, /expected one of/],
])("a Python that there is not is refused: %j", (options, message) => {
  expect(() => decidePython(options, {})).toThrow(message);
});
