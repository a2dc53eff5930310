import { normalizeName } from "@murre/pep508";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSourceArchive, parseSdistFilename, parseWheelFilename } from "./distribution-filename.ts";
import { tagToString } from "./tag.ts";

type WheelRow = readonly [string] | readonly [string, string, string, readonly (string | number)[], readonly string[]];
type SdistRow = readonly [string] | readonly [string, string, string];

/** What packaging 26.3 makes of each name; a row of one is a name it rejects. */
const { wheels, sdists } = JSON.parse(readFileSync(join(import.meta.dirname, "../test/filenames.json"), "utf8")) as {
  wheels: readonly WheelRow[];
  sdists: readonly SdistRow[];
};

describe("PEP 427: name-version(-build)?-interpreter-abi-platform.whl, as packaging.utils reads it", () => {
  test.each(wheels.filter((row) => row.length > 1).map((row) => [row[0], row] as const))("%s", (filename, row) => {
    const { name, version, build, tags } = parseWheelFilename(filename);
    expect([filename, name, version.toString(), build ?? [], tags.map(tagToString).sort()]).toEqual(row);
  });
  const rejected = wheels.filter((row) => row.length === 1).map(([filename]) => filename);
  test.each(rejected.filter((filename) => !filename.includes("__")))("%s is rejected", (filename) => {
    expect(() => parseWheelFilename(filename)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_WHEEL_FILENAME", filename }),
    );
  });
  test.each(["foo__bar-1.0-py3-none-any.whl", "Foo_._bar-1.0-py3-none-any.whl"])(
    "%s is one, as for pip and uv",
    (filename) => {
      expect(parseWheelFilename(filename).name).toBe("foo-bar");
    },
  );
  test("the message names the file and the part", () => {
    expect(() => parseWheelFilename("foo-1.x-py3-none-any.whl")).toThrow(
      'invalid wheel file name "foo-1.x-py3-none-any.whl": "1.x" is no version',
    );
  });
});

describe("PEP 625: name-version.tar.gz, and .zip as of old", () => {
  test.each(sdists.filter((row) => row.length > 1).map((row) => [row[0], row] as const))("%s", (filename, row) => {
    const { name, version } = parseSdistFilename(filename);
    expect([filename, name, version.toString()]).toEqual(row);
  });
  test.each(sdists.filter((row) => row.length === 1).map(([filename]) => filename))("%s is rejected", (filename) => {
    expect(() => parseSdistFilename(filename)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_SDIST_FILENAME", filename }),
    );
  });
  test.each([
    ["foo-1.0-1.tar.gz", "foo", "1.0.post1"],
    ["foo-bar-2-3.zip", "foo-bar", "2.post3"],
    ["foo-bar-2.tar.gz", "foo-bar", "2"],
    ["python-3-2.0.tar.gz", "python-3", "2.0"],
  ])("%s of the project %s is version %s", (filename, project, version) => {
    const parsed = parseSdistFilename(filename, normalizeName(project));
    expect([parsed.name, parsed.version.toString()]).toEqual([project, version]);
  });
});

test("archives of sources are known by their ending", () => {
  expect(["a-1.tar.gz", "a.tgz", "a.ZIP", "a-1.whl", "a.tar.bz2"].map(isSourceArchive)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
