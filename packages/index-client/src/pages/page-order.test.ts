import { compareVersions, parseVersion, tryParseVersion } from "@murre/pep440";
import { normalizeName } from "@murre/pep508";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidIndexPage } from "../errors.ts";
import { decodePageDocument, encodePageDocument, pageOfText } from "./page-document.ts";
import { inOrder } from "./page-order.ts";
import { readSimpleJson } from "./simple-json.ts";
import type { ProjectPage } from "../location/types.ts";

const project = normalizeName("foo");
const index = "https://e.x/simple/";
const url = `${index}foo/`;
const damaged = () => new InvalidIndexPage(url, "damaged");
const place = { project, index, damaged, readSource: () => ({}) };

/** What a JSON page of these files says, as it is written, kept and read again. */
function orderedPage(filenames: readonly string[], isYanked: (filename: string) => boolean = () => false): ProjectPage {
  const files = filenames.map((filename) => ({ filename, url: filename, hashes: {}, yanked: isYanked(filename) }));
  const content = Buffer.from(JSON.stringify({ meta: { "api-version": "1.0" }, name: "foo", files }));
  const text = inOrder(readSimpleJson(content, url, index, project).text);
  const kept = decodePageDocument(Buffer.concat(encodePageDocument({}, text)), place);
  expect(kept?.page.releases.map(filesOf)).toEqual(pageOfText(text, place).releases.map(filesOf));
  return kept!.page;
}

const filesOf = ({ version, files }: ProjectPage["releases"][number]) => [
  version,
  files.map(({ filename }) => filename),
];

describe("the releases of a page", () => {
  test.each<[what: string, filenames: readonly string[], releases: readonly unknown[], ascending: number | undefined]>([
    ["nothing", [], [], 0],
    [
      "in the order of their names: in that of their versions",
      ["foo-0.10.zip", "foo-0.2-py3-none-any.whl", "foo-0.2.zip", "foo-0.2rc1.zip"],
      [
        ["0.2rc1", ["foo-0.2rc1.zip"]],
        ["0.2", ["foo-0.2-py3-none-any.whl", "foo-0.2.zip"]],
        ["0.10", ["foo-0.10.zip"]],
      ],
      3,
    ],
    [
      "what stands apart and is of one version: together, in the page's order",
      ["foo-2.zip", "foo-1.zip", "foo-2-py3-none-any.whl", "foo-1-py3-none-any.whl"],
      [
        ["1", ["foo-1.zip", "foo-1-py3-none-any.whl"]],
        ["2", ["foo-2.zip", "foo-2-py3-none-any.whl"]],
      ],
      2,
    ],
    [
      "what has no valid version, or none at all: last",
      ["foo-b-py3-none-any.whl", "bar-1.zip", "foo-2.zip", "foo-1.zip"],
      [
        ["1", ["foo-1.zip"]],
        ["2", ["foo-2.zip"]],
        ["b", ["foo-b-py3-none-any.whl"]],
        [undefined, ["bar-1.zip"]],
      ],
      2,
    ],
    [
      "a version in two spellings: as the page has it",
      ["foo-2.zip", "foo-1.zip", "foo-1.0-py3-none-any.whl"],
      [
        ["2", ["foo-2.zip"]],
        ["1", ["foo-1.zip"]],
        ["1.0", ["foo-1.0-py3-none-any.whl"]],
      ],
      undefined,
    ],
  ])("%s", (_, filenames, releases, ascending) => {
    const page = orderedPage(filenames);
    expect(page.releases.map(filesOf)).toEqual(releases);
    expect(page.ascending).toBe(ascending);
  });

  test("are yanked where all of their files are, wherever these stood", () => {
    const page = orderedPage(["foo-2.zip", "foo-1.zip", "foo-2-py3-none-any.whl"], (name) => name !== "foo-2.zip");
    expect(page.releases.map(({ version, yanked }) => [version, yanked])).toEqual([
      ["1", true],
      ["2", false],
    ]);
  });

  const version = fc.constantFrom("1", "2", "1.0", "10", "1a1", "0.dev1", "1.post1", "2!0", "x", "1+a.b", "é");
  const filename = fc
    .tuple(version, fc.constantFrom("foo", "Foo", "bar"))
    .chain(([text, name]) =>
      fc.constantFrom(
        `${name}-${text}.zip`,
        `${name}-${text}.tar.gz`,
        `${name}-${text}-py3-none-any.whl`,
        `${name}-${text}.egg`,
      ),
    );

  test("are of the same files in any order, and those that are said to ascend do", () => {
    fc.assert(
      fc.property(fc.array(filename, { maxLength: 12 }), (filenames) => {
        const page = orderedPage(filenames);
        const listed = page.releases.flatMap(({ files }) => files.map((file) => file.filename));
        expect(listed.toSorted()).toEqual(filenames.filter((name) => !name.endsWith(".egg")).toSorted());
        const { ascending = 0 } = page;
        const texts = page.releases.map((release) => release.version);
        const versions = texts.slice(0, ascending).map((text) => parseVersion(text ?? ""));
        for (const [i, one] of versions.slice(1).entries()) expect(compareVersions(versions[i]!, one)).toBeLessThan(0);
        const others = page.ascending === undefined ? [] : texts.slice(ascending);
        expect(others.filter((text) => tryParseVersion(text ?? "") !== undefined)).toEqual([]);
      }),
    );
  });
});
