import { describe, expect, test } from "vitest";
import { readPythonString } from "./python-string.ts";

describe("Python language reference, String and Bytes literals", () => {
  test.each([
    ["'linux'", "linux"],
    [`"it's"`, "it's"],
    [String.raw`"a\\b"`, String.raw`a\b`],
    [String.raw`'\x41\u00e9\U0001F40D\101'`, "A\u00e9\u{1F40D}A"],
    [String.raw`'\n\t\"\q'`, '\n\t"\\q'],
    ["'a\\\nb'", "ab"],
    ["'a\\\r\nb'", "ab"],
  ])("%j means %j", (literal, value) => {
    expect(readPythonString(literal)).toBe(value);
  });

  test.each([
    "'a\nb'",
    "'a\rb'",
    "'a\0b'",
    "'a\\'",
    String.raw`'\x4'`,
    String.raw`'\u12'`,
    String.raw`'\U00110000'`,
    String.raw`'\N{DASH}'`,
  ])("%j is refused", (literal) => {
    expect(readPythonString(literal)).toBeUndefined();
  });
});
