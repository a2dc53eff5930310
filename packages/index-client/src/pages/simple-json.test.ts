import { describe, expect, test } from "vitest";
import { InvalidIndexPage } from "../errors.ts";
import { parseSimpleJson } from "./simple-json.ts";

const digest = "ab".repeat(32);
const parse = (page: unknown) =>
  parseSimpleJson(JSON.stringify(page), "https://e.x/simple/foo/", "https://e.x/simple/");
const wheel = { filename: "foo-1.0-py3-none-any.whl", url: "/f/foo-1.0-py3-none-any.whl", hashes: { sha256: digest } };
const fileOf = (more: object) =>
  parse({ meta: { "api-version": "1.1" }, name: "foo", files: [{ ...wheel, ...more }] }).files[0];

describe("PEP 691: the page of a project in JSON", () => {
  test("a file is told by its name, URL and hashes", () => {
    expect(fileOf({})).toEqual({
      filename: "foo-1.0-py3-none-any.whl",
      kind: "wheel",
      url: "https://e.x/f/foo-1.0-py3-none-any.whl",
      hashes: { sha256: digest },
      yanked: false,
      index: "https://e.x/simple/",
    });
  });

  test.each([
    ["requires-python", ">=3.8", "requiresPython", ">=3.8"],
    ["yanked", true, "yanked", ""],
    ["yanked", "broken", "yanked", "broken"],
    ["yanked", false, "yanked", false],
    ["yanked", "", "yanked", false],
    ["yanked", null, "yanked", false],
    ["hashes", null, "hashes", {}],
    ["hashes", { sha256: null }, "hashes", {}],
    ["core-metadata", null, "coreMetadata", undefined],
    ["size", null, "sizeBytes", undefined],
    ["upload-time", null, "uploadTime", undefined],
    ["filename", null, "filename", "foo-1.0-py3-none-any.whl"],
    ["url", "../../f/foo-1.0-py3-none-any.whl", "url", "https://e.x/f/foo-1.0-py3-none-any.whl"],
    ["core-metadata", true, "coreMetadata", true],
    ["core-metadata", { sha256: digest }, "coreMetadata", { sha256: digest }],
    ["core-metadata", false, "coreMetadata", undefined],
    ["dist-info-metadata", { sha256: digest }, "coreMetadata", { sha256: digest }],
    ["size", 123, "sizeBytes", 123],
    ["upload-time", "2024-01-01T00:00:00Z", "uploadTime", "2024-01-01T00:00:00Z"],
    ["requires-python", null, "requiresPython", undefined],
    ["provenance", null, "provenance", undefined],
    ["provenance", "", "provenance", undefined],
    ["provenance", { url: "https://p.x/" }, "provenance", undefined],
    ["provenance", "https://p.x/foo/provenance", "provenance", "https://p.x/foo/provenance"],
    ["provenance", "../../p", "provenance", "https://e.x/p"],
    ["provenance", "https://u:secret@p.x/", "provenance", "https://p.x/"],
    ["provenance", "file:///etc/passwd", "provenance", undefined],
  ] as const)("%s: %j is read as %s: %j", (key, value, field, expected) => {
    expect(fileOf({ [key]: value })?.[field]).toEqual(expected);
  });

  test.each([
    ["no JSON", "<html>"],
    ["no object", "[]"],
    ["another major version", '{"meta": {"api-version": "2.0"}, "files": []}'],
    ["another major version, as a number", '{"meta": {"api-version": 2}, "files": []}'],
    ["a version that is none", '{"meta": {"api-version": "latest"}, "files": []}'],
    ["no files", '{"meta": {"api-version": "1.0"}}'],
  ])("a page with %s is refused", (_, text) => {
    expect(() => parseSimpleJson(text, "https://e.x/", "https://e.x/")).toThrow(InvalidIndexPage);
  });

  test.each([
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ "api-version": null }, undefined],
    [{ "api-version": 1.1 }, "1.1"],
    [{ "api-version": "1.9" }, "1.9"],
  ])("a page whose meta is %j is read, as pip and uv do, and states version %s", (meta, version) => {
    const page = parse({ meta, name: "foo", files: [null, wheel] });
    expect([page.files.length, page.version]).toEqual([1, version]);
  });
});
