import { normalizeName } from "@murre/pep508";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidIndexPage } from "../errors.ts";
import { pageOfText } from "./page-document.ts";
import { pageOf } from "./page-releases.ts";
import { findPageText } from "./page-text.ts";
import { parseSimpleJson, readSimpleJson } from "./simple-json.ts";
import type { ProjectPage } from "../location/types.ts";

const project = normalizeName("foo");
const index = "https://e.x/simple/";
const url = `${index}foo/`;
const place = { project, index, damaged: () => new InvalidIndexPage(url, "damaged") };

const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const version = fc.constantFrom("1.0", "1.0.post1", "2.0rc1", "2024.10.11.121314");
const filename = fc.oneof(
  version.map((text) => `foo-${text}-py3-none-any.whl`),
  version.map((text) => `foo-${text}.tar.gz`),
  version.map((text) => `Foo-${text}.egg`),
  fc.constantFrom("other-1.0.zip", "foo.whl", "foo 1.0.zip", "f\u00f6o-1.0.zip", 'foo-"},{"a.zip', "a".repeat(1001)),
);
/** What stands in a page that might be taken for something else. */
const reason = fc.oneof(
  fc.constantFrom(
    "",
    "broken",
    "use 2.0, please: 1.0 is broken",
    "},{",
    '"},{"filename":"foo-9.zip"',
    "a }] b",
    "a\\nb",
    "m\u00fcde",
    "user@host",
    "[x]",
    ": ",
  ),
  fc.string({ maxLength: 6 }),
);
const file = fc.record(
  {
    "core-metadata": fc.oneof(fc.constantFrom(true, false, null), fc.record({ sha256: hex })),
    filename,
    hashes: fc.oneof(fc.record({ sha256: hex }), fc.record({ sha512: hex, md5: fc.constant("00") }), fc.constant({})),
    "requires-python": fc.constantFrom(">=3.8", ">=3.6, <4", null),
    size: fc.nat(),
    provenance: fc.constantFrom(null, "https://p.x/foo/provenance", "../p", "https://u:p@p.x/", "file:///p", 1),
    url: fc.constantFrom(
      "foo-1.zip",
      "../../f/a/foo-1.zip",
      "https://u:p@f.x/foo-1.zip",
      "https://f.x/p/foo-1.zip#a=b",
    ),
    yanked: fc.oneof(fc.boolean(), fc.constant(null), reason),
  },
  { requiredKeys: ["filename", "url", "hashes"] },
);
const rest = fc.record(
  { meta: fc.record({ "api-version": fc.constantFrom("1.0", "1.4") }), name: reason, versions: fc.array(version) },
  { requiredKeys: [] },
);

const plain = ({ files, releases, skipped }: ProjectPage) => ({
  files,
  releases: releases.map((release) => ({ version: release.version, yanked: release.yanked, files: release.files })),
  skipped,
});

/** Written as servers do, and as none does. */
const writings: readonly (readonly [string, least: number, (page: object) => string])[] = [
  ["compact", 20, (page) => JSON.stringify(page)],
  ["indented", 0, (page) => JSON.stringify(page, undefined, 1)],
  ["with a space behind each colon and comma", 0, (page) => JSON.stringify(page, undefined, 1).replace(/\n */g, " ")],
  [
    "in ASCII",
    20,
    (page) =>
      JSON.stringify(page).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ],
];

describe("the files of a page are found without being parsed", () => {
  test.each(writings)("%s, they are the same as those that are parsed", (_, least, write) => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(file, { maxLength: 6 }), rest, fc.boolean(), (files, more, isLast) => {
        const json = write(isLast ? { ...more, files } : { files, ...more });
        const { text, version: stated } = readSimpleJson(Buffer.from(json), url, index, project);
        const { version: expected, ...parsed } = parseSimpleJson(json, url, index);
        expect(stated).toBe(expected);
        expect(plain(pageOfText(text, place))).toEqual(plain(pageOf(parsed, project, index)));
        found += text.own ? 0 : 1;
      }),
      { seed: 20_261_128, numRuns: 400 },
    );
    expect(found).toBeGreaterThanOrEqual(least);
  });

  const one = '{"filename":"foo-1.zip","url":"a"}';
  const find = (json: string) => findPageText(Buffer.from(json), url, project)?.text.versions;

  test("of the pages that indexes send", () => {
    expect(
      find(`{"files":[${one},${one.replace("1", "2")}],"meta":{"api-version":"1.4"},"versions":["1","2"]}`),
    ).toEqual(["1", "2"]);
  });

  test.each(['say \\"no\\"', "ends in a space ", "a\\\\", "user@host", "[1]: 2"])(
    "with the reason %s for a yank",
    (reason) => {
      const yanked = one.replace("}", `,"yanked":"${reason}"}`);
      const { text } = readSimpleJson(Buffer.from(`{"files":[${yanked},${one}]}`), url, index, project);
      expect(text.own).toBe(false);
      expect(pageOfText(text, place).files.map((each) => each.yanked)).toEqual([JSON.parse(`"${reason}"`), false]);
    },
  );

  test.each([
    ["nothing", ""],
    ["no files", '{"meta":{}}'],
    ["an empty list", '{"files":[]}'],
    ["an escape", `{"files":[${one}],"name":"a\\u0041"}`],
    ["what may be a password", `{"files":[${one.replace("a", "https://u:p@h/a")}]}`],
    ["a line that ends", `{"files":[${one},\n${one}]}`],
    ["a space where none is needed", `{"files":[${one}, ${one}]}`],
    ["another one", `{"files":[${one.replace(":", ": ")},${one}]}`],
    ["a file without a name", `{"files":[{"url":"foo-1.zip"},${one}]}`],
    ["a list of objects within a file", `{"files":[{"x":[${one},${one}],"filename":"foo-1.zip","url":"a"}]}`],
    ["another list of objects", `{"files":[${one}],"others":[${one}]}`],
    ["another list of files", `{"x":{"files":[${one}]},"files":[]}`],
    ["an end that is missing", `{"files":[${one},`],
  ])("%s is left to the parser", (_, json) => expect(find(json)).toBeUndefined());

  test.each([
    ["no end of the page", `{"files":[${one}]`],
    ["a list in another list", `{"x":{"files":[${one}]}}`],
  ])("%s: the page is refused", (_, json) => {
    expect(() => readSimpleJson(Buffer.from(json), url, index, project)).toThrow(InvalidIndexPage);
  });

  test("what is wrong within a file is told when its release is looked at, and not of another one", () => {
    const json = `{"files":[${one},{"filename":"foo-2.zip","url":nonsense}]}`;
    const { releases } = pageOfText(readSimpleJson(Buffer.from(json), url, index, project).text, place);
    expect(releases[0]?.files).toHaveLength(1);
    expect(() => releases[1]?.files).toThrow(InvalidIndexPage);
  });

  test("what the page was asked for with does not stay", () => {
    const { text } = readSimpleJson(Buffer.from(`{"files":[${one}]}`), `${url}?token=secret#a`, index, project);
    expect(text.url).toBe(url);
  });
});
