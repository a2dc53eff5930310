import { describe, expect, test } from "vitest";
import { parseExternallyManaged } from "./externally-managed.ts";
import { formatPyvenvConfig, parsePyvenvConfig, seesSystemSitePackages } from "./pyvenv-config.ts";

describe("PEP 405: pyvenv.cfg holds lines of key = value", () => {
  test("keys are read in lower case, values without the space around them", () => {
    expect([...parsePyvenvConfig("Home = /usr/bin\r\nprompt=a = b\nno value\n")]).toEqual([
      ["home", "/usr/bin"],
      ["prompt", "a = b"],
    ]);
  });
  test("a value cannot begin a second key", () => {
    expect(formatPyvenvConfig([["prompt", "x\nhome = /evil"]])).toBe("prompt = x home = /evil\n");
  });
  test.each([
    ["include-system-site-packages = TRUE", true],
    ["include-system-site-packages = false", false],
    ["home = x", false],
  ])("%s", (text, expected) => {
    expect(seesSystemSitePackages(parsePyvenvConfig(text))).toBe(expected);
  });
});

describe("PEP 668: EXTERNALLY-MANAGED has an Error message for the user", () => {
  test("it goes on in the indented lines", () => {
    const text = "[externally-managed]\nError=To install,\n use apt.\n\n Or a venv.\nError-de=x\n";
    expect(parseExternallyManaged(text)).toBe("To install,\nuse apt.\n\nOr a venv.");
  });
  test.each(["", "[externally-managed]\n", "[other]\nError=x\n"])("%j holds none", (text) => {
    expect(parseExternallyManaged(text)).toBeUndefined();
  });
});
