import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorCode, hasCode } from "./error-code.ts";
import { NotAFile, type FilesErrorCode } from "./errors.ts";

const notAFile = new NotAFile("/x", "pipe");

describe("errorCode", () => {
  test.each<[string, unknown, string | undefined]>([
    ["a permanent one", notAFile, "MURRE_NOT_A_FILE"],
    ["the system's", caught(() => statSync("/no/such/file")), "ENOENT"],
    [
      "that of what only looks like an error, as it comes from a thread",
      { code: "MURRE_NOT_A_FILE" },
      "MURRE_NOT_A_FILE",
    ],
    ["none of an error without", new Error("MURRE_NOT_A_FILE"), undefined],
    ["none where it is a number, as a DOMException has", new DOMException("aborted", "AbortError"), undefined],
    ["none of a text", "MURRE_NOT_A_FILE", undefined],
    ["none of nothing", undefined, undefined],
    ["none of null", null, undefined],
  ])("%s", (_, error, code) => {
    expect(errorCode(error)).toBe(code);
  });
});

describe("hasCode", () => {
  test.each<[string, unknown, readonly FilesErrorCode[], boolean]>([
    ["the one", notAFile, ["MURRE_NOT_A_FILE"], true],
    ["one of several", notAFile, ["MURRE_FILE_TOO_LARGE", "MURRE_NOT_A_FILE"], true],
    ["another one", notAFile, ["MURRE_FILE_TOO_LARGE"], false],
    ["of none", notAFile, [], false],
    ["no code at all", new Error("x"), ["MURRE_NOT_A_FILE"], false],
    ["no error", undefined, ["MURRE_NOT_A_FILE"], false],
  ])("%s", (_, error, codes, has) => {
    expect(hasCode<FilesErrorCode>(error, ...codes)).toBe(has);
  });

  test("a code that there is not does not compile, nor does any without the type of the codes", () => {
    // @ts-expect-error: misspelt
    expect(hasCode<FilesErrorCode>(notAFile, "MURRE_NOT_A_FlLE")).toBe(false);
    // @ts-expect-error: of no type
    expect(hasCode(notAFile, "MURRE_NOT_A_FILE")).toBe(true);
  });
});

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
