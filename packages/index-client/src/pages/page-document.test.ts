import { normalizeName } from "@murre/pep508";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DamagedPage } from "../errors.ts";
import { decodePageDocument, encodePageDocument, withSource } from "./page-document.ts";
import { judgeLinks, type PageLink } from "../location/page-link.ts";
import { pageOf } from "./page-releases.ts";
import type { ProjectPage } from "../location/types.ts";

/** From a page on disk links may lead anywhere. */
const index = "file:///e/simple/";
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const hashes = fc.oneof(
  fc.constant({}),
  hex.map((sha256) => ({ sha256 })),
  hex.map((sha512) => ({ sha512, md5: "00" })),
);
const filename = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(..."abc-1.+"), minLength: 1, maxLength: 12 }),
    fc.constantFrom(".whl", ".tar.gz", ".egg"),
  )
  .map((parts) => parts.join(""));
const link: fc.Arbitrary<PageLink> = filename.chain((name) =>
  fc.record({
    filename: fc.constant(name),
    url: fc
      .tuple(
        fc.constantFrom("https://f.x/p/", "https://f.x/p/a/b/", "https://g.x/", "file:///w/"),
        fc.constantFrom(name, `${name}?a=b`, "other.whl"),
      )
      .map((parts) => parts.join("")),
    hashes,
    requiresPython: fc.constantFrom(undefined, ">=3.8", ">=3.9,<4"),
    yanked: fc.constantFrom(false as const, "", "why"),
    coreMetadata: fc.oneof(
      fc.constantFrom(undefined, true as const),
      hex.map((sha256) => ({ sha256 })),
    ),
    sizeBytes: fc.constantFrom(undefined, 0, 12_345),
    uploadTime: fc.constantFrom(undefined, "2024-01-01T00:00:00Z"),
  }),
);

const damages: string[] = [];
const place = {
  project: normalizeName("foo"),
  index,
  readSource: (kept: unknown) => kept,
  onDamage: () => void damages.push("damaged"),
};

/** Getters and classes as plain objects. */
const plain = (page: ProjectPage | undefined) =>
  page && {
    ...page,
    files: page.files,
    releases: page.releases.map(({ version, yanked, files }) => ({ version, yanked, files })),
  };

describe("a cached page is the page", () => {
  test("whatever a page holds comes back from its document", () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 8 }), (links) => {
        const page = pageOf(judgeLinks(links, index), normalizeName("foo"), index);
        const document = decodePageDocument(encodePageDocument({ a: 1 }, page), place);
        expect(document?.source).toEqual({ a: 1 });
        expect(plain(document?.page)).toEqual(plain(page));
        const again = decodePageDocument(withSource(document!, { a: 2 }), place);
        expect(again?.source).toEqual({ a: 2 });
        expect(plain(again?.page)).toEqual(plain(page));
      }),
      { seed: 20_240_601, numRuns: 200 },
    );
  });

  test.each(["", "{", "[]", '{"format":0}', '{"format":2}', '{"format":2,"lengths":[5]}\n[]', "null"])(
    "a damaged document is none: %s",
    (text) => {
      expect(decodePageDocument(Buffer.from(text), place)).toBeUndefined();
    },
  );

  const empty = encodePageDocument({}, pageOf(judgeLinks([], index), normalizeName("foo"), index));
  const head = { ...(JSON.parse(empty.toString()) as object), base: "https://f.x/", pythons: [">=3"], versions: ["1"] };
  const documentOf = (rows: string, more: object = {}) =>
    Buffer.from(`${JSON.stringify({ ...head, lengths: [Buffer.byteLength(rows)], ...more })}\n${rows}`);
  const release = (data: Buffer) => decodePageDocument(data, place)?.page.releases[0];

  test.each<object>([
    { base: 1 },
    { pythons: [1] },
    { versions: [1] },
    { versions: [] },
    { lengths: [-1, 3] },
    { yanked: ["0"] },
    { skipped: [null] },
    { skipped: [{ filename: "a" }] },
  ])("of any shape of its head: %j", (more) => {
    expect(decodePageDocument(documentOf("[]", more), place)).toBeUndefined();
  });

  test.each([
    "{",
    "{}",
    "[null]",
    "[[]]",
    '[["a.whl"]]',
    '[["a.whl",1]]',
    '[["a.whl",["b","c"]]]',
    '[["a.whl","",1]]',
    '[["a.whl","",{"sha256":1}]]',
    '[["a.whl","","",2]]',
    '[["a.whl","","",0,1]]',
    '[["a.whl","","",0,0,2]]',
    '[["a.whl","","",0,0,0,-2]]',
    '[["a.whl","","",0,0,0,-1,0]]',
    '[["a.whl","","",0,0,0,-1,"",""]]',
  ])("what is wrong with a release is seen when it is looked at: %s", (rows) => {
    damages.length = 0;
    expect(() => release(documentOf(rows))?.files).toThrow(DamagedPage);
    expect(damages).toEqual(["damaged"]);
  });

  test.each(["", "http://[", "ftp://f.x/", "file://other/", "https://999.1.1.1/"])(
    "an address from which nothing can be had: %j",
    (base) => expect(() => release(documentOf('[["a.whl","x/"]]', { base }))?.files).toThrow(DamagedPage),
  );

  test("which page it was", () => {
    expect(() => release(documentOf("{}"))?.files).toThrow(
      expect.objectContaining({ index: place.index, project: "foo" }) as Error,
    );
  });

  test("and the same of a sound one", () => {
    expect(release(documentOf('[["a.whl","x/"]]'))?.files.map(({ url }) => url)).toEqual(["https://f.x/x/a.whl"]);
  });
});
