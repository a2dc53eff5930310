import { normalizeName } from "@murre/pep508";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DamagedPage } from "../errors.ts";
import { decodePageDocument, encodePageDocument, withSource } from "./page-document.ts";
import { judgeLinks, type PageLink } from "../location/page-link.ts";
import { pageOf } from "./page-releases.ts";
import { writePageText } from "./page-text.ts";
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
  damaged() {
    damages.push("damaged");
    return new DamagedPage(index, "foo");
  },
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
        const judged = judgeLinks(links, index);
        const page = pageOf(judged, place.project, index);
        const text = writePageText(judged, `${index}foo/`, place.project);
        const document = decodePageDocument(Buffer.concat(encodePageDocument({ a: 1 }, text)), place);
        expect(document?.source).toEqual({ a: 1 });
        expect(plain(document?.page)).toEqual(plain(page));
        const again = decodePageDocument(Buffer.concat(withSource(document!, { a: 2 })), place);
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

  const head = { format: 6, source: {}, own: true, url: index, versions: ["1"], yanked: [], skipped: [] };
  const documentOf = (body: string, more: object = {}) =>
    Buffer.from(`${JSON.stringify({ ...head, lengths: [Buffer.byteLength(body)], ...more })}\n${body}`);
  const release = (data: Buffer) => decodePageDocument(data, place)?.page.releases[0];
  const sound = '{"filename":"foo-1.tar.gz","url":"x/foo-1.tar.gz"}';

  test.each<object>([
    { own: 1 },
    { url: 1 },
    { url: "" },
    { url: "ftp://f.x/" },
    { url: "file://other/" },
    { versions: [1] },
    { versions: [] },
    { lengths: [-1, 3] },
    { lengths: [Buffer.byteLength(sound) + 1] },
    { yanked: ["0"] },
    { skipped: [null] },
    { skipped: [{ filename: "a" }] },
    { relations: null },
    { relations: { tracks: ["https://e.x/foo/"] } },
  ])("of any shape of its head: %j", (more) => {
    expect(decodePageDocument(documentOf(sound), place)).toBeDefined();
    expect(decodePageDocument(documentOf(sound, more), place)).toBeUndefined();
  });

  test("a page of the network has no files of this machine", () => {
    const served = { ...place, index: "https://e.x/simple/" };
    expect(decodePageDocument(documentOf(sound), served)).toBeUndefined();
    const stolen = documentOf('{"filename":"foo-1.tar.gz","url":"file:///e/foo-1.tar.gz"}', { url: served.index });
    expect(decodePageDocument(stolen, served)?.page.files).toEqual([]);
  });

  test.each(["{", "}", '"', "nul", `${sound}]`, `${sound},`, sound.replaceAll("foo-1", "foo-2")])(
    "what is wrong with a release is seen when it is looked at: %s",
    (body) => {
      damages.length = 0;
      expect(() => release(documentOf(body))?.files).toThrow(DamagedPage);
      expect(damages).toEqual(["damaged"]);
    },
  );

  test.each(["null", "{}", "[]", "1", '{"url":1}', '{"filename":"foo-1.tar.gz","url":"http://["}'])(
    "what is no file is none: %s",
    (body) => expect(release(documentOf(`${sound},${body}`))?.files).toHaveLength(1),
  );

  test("which page it was", () => {
    expect(() => release(documentOf("{"))?.files).toThrow(
      expect.objectContaining({ index: place.index, project: "foo" }) as Error,
    );
  });

  test("and the same of a sound one", () => {
    expect(release(documentOf(sound))?.files.map(({ url }) => url)).toEqual([`${index}x/foo-1.tar.gz`]);
  });
});
