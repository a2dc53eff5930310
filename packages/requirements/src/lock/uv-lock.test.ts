import { describe, expect, test } from "vitest";
import { parseUvPins } from "./uv-lock.ts";

const head = 'version = 1\nrevision = 3\nrequires-python = ">=3.8"\n';
const entry = (name: string, version: string, source: string, more = "") =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { ${source} }\n${more}`;

describe("a uv.lock", () => {
  test("says which versions it has from indexes, and of nothing else", () => {
    const text = [
      head,
      entry("Six.Py", "1.0", 'registry = "https://example.org/simple"'),
      entry("app", "1", 'editable = "."'),
      entry("tool", "1", 'git = "https://example.org/tool?rev=a#b"'),
      entry("far", "1", 'url = "https://example.org/far-1.zip"'),
      '[[package]]\nname = "dynamic"\nsource = { directory = "x" }\n',
      entry("local", "2", 'registry = "links"'),
    ].join("\n");
    expect(parseUvPins(text)).toEqual([
      { name: "six-py", version: "1.0" },
      { name: "local", version: "2" },
    ]);
  });

  test("says where it has one of several versions", () => {
    const text = `${head}${entry(
      "six",
      "1.0",
      'registry = "x"',
      `resolution-markers = ["sys_platform == 'win32'", "python_full_version < '3.9' and sys_platform == 'darwin'"]`,
    )}`;
    expect(parseUvPins(text).map(({ marker }) => `${marker}`)).toEqual([
      'sys_platform == "win32" or (python_full_version < "3.9" and sys_platform == "darwin")',
    ]);
  });

  test.each([
    ["no TOML", `${head}<<<<<<<\n`, /line 4/],
    ["another version", head.replace("1", "2"), /its version is not 1/],
    ["no version", "", /its version is not 1/],
    ["packages that are none", `${head}package = 1`, /package is no list/],
    ["a version that is none", `${head}${entry("six", "x y", 'registry = "x"')}`, /package\[0\].version/],
    ["a marker that is none", `${head}${entry("six", "1", 'registry = "x"', 'resolution-markers = ["?"]')}`, /markers/],
  ])("is refused with what is wrong with it: %s", (_, text, message) => {
    expect(() => parseUvPins(text, "there/uv.lock")).toThrow(message);
    expect(() => parseUvPins(text, "there/uv.lock")).toThrow("there/uv.lock: ");
  });

  test.each([
    ["one wrong marker", `["?"]`, 1],
    ["one beside a good one", `["sys_platform == 'win32'", "? or"]`, 1],
    ["two wrong ones", `["?", "nope == 1"]`, 2],
    ["what only brackets would make one", `["sys_platform == 'x') or (sys_platform == 'y'"]`, 1],
  ])("notes each wrong marker once: %s", (_, markers, count) => {
    const text = `${head}${entry("six", "1", 'registry = "x"', `resolution-markers = ${markers}`)}`;
    expect(() => parseUvPins(text)).toThrow(
      expect.objectContaining({
        problems: Array.from({ length: count }, () => expect.stringContaining("markers") as string),
      }) as Error,
    );
  });
});
