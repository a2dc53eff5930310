import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reasonOf } from "./reason.ts";
import { readSmallText } from "./small-file.ts";

describe("a reason has neither the path, which its message names, nor Node's name of the call", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "reason-"));
    writeFileSync(join(folder, "file"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const gone = "no such file or directory (ENOENT)";
  test.each<readonly [string, () => unknown, string]>([
    ["a file that is not there", () => readFileSync(join(folder, "gone")), gone],
    ["one whose name looks like a call", () => readFileSync(join(folder, "gone, open 'x'")), gone],
    ["two paths", () => renameSync(join(folder, "gone"), join(folder, "x")), gone],
    ["a file in place of a folder", () => readdirSync(join(folder, "file")), "not a directory (ENOTDIR)"],
    ["no path", () => readFileSync(1e6), "bad file descriptor (EBADF)"],
    ["a folder", () => readSmallText(folder), "is a folder, and a file is needed here; nothing was read from it"],
    [
      "an error of somebody else",
      () => raise(new Error("ENOENT: so it says, open 'x'")),
      "ENOENT: so it says, open 'x'",
    ],
    ["what is no error", () => raise("words"), "words"],
  ])("%s", (_, refused, expected) => {
    expect(caught(refused)).toBe(expected);
  });
});

function raise(error: unknown): never {
  throw error;
}

function caught(refused: () => unknown): string {
  try {
    refused();
  } catch (error) {
    return reasonOf(error);
  }
  return "nothing was thrown";
}
