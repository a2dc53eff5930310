import fs, { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolders } from "./make-folders.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "murre-folders-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(["a", "a/b/c/d", "here", "here/a", "link/a", "a/../b"])(
  "%s is there afterwards, called once or twice",
  (path) => {
    mkdirSync(join(folder, "here"));
    symlinkSync("here", join(folder, "link"));
    makeFolders(`${folder}/${path}`);
    makeFolders(`${folder}/${path}`);
    expect(existsSync(join(folder, path))).toBe(true);
  },
);

test.each([
  ["below a file", "file/a", "ENOTDIR"],
  ["far below a file", "file/a/b/c", "ENOTDIR"],
  ["a file", "file", "EEXIST"],
  ["below a link that leads nowhere", "gone/a", "EEXIST"],
  ["a link that leads nowhere", "gone", "EEXIST"],
  ["a name that is too long", "a".repeat(300), "ENAMETOOLONG"],
  ["below a name that is too long", `${"a".repeat(300)}/b`, "ENAMETOOLONG"],
])("%s: %s is the system's error %s", (_, path, code) => {
  writeFileSync(join(folder, "file"), "");
  symlinkSync("nothing", join(folder, "gone"));
  expect(() => makeFolders(join(folder, path))).toThrow(expect.objectContaining({ code }));
});

test.runIf(existsSync("/proc/self")).each(["/proc/x", "/proc/x/y/z", "/proc/self/fd/x"])(
  "%s, where nothing can be made, is an error and no endless loop",
  (path) => {
    expect(() => makeFolders(path)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E/) }));
  },
);

test.each([
  ["is made by another process, just after it was missing", 1],
  ["is removed and made by others, again and again", 20],
])("the folder above %s: what was asked for is there", (_, times) => {
  const above = join(folder, "above");
  const real = fs.mkdirSync;
  let left = times;
  fs.mkdirSync = ((...args: Parameters<typeof real>) => {
    if (args[0] !== join(above, "a") || left-- <= 0) return real(...args);
    if (existsSync(above)) rmdirSync(above);
    try {
      return real(...args);
    } finally {
      real(above);
    }
  }) as typeof real;
  syncBuiltinESMExports();
  try {
    makeFolders(join(above, "a"));
  } finally {
    fs.mkdirSync = real;
    syncBuiltinESMExports();
  }
  expect(existsSync(join(above, "a"))).toBe(true);
});
