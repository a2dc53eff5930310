import { normalizeName } from "@murre/pep508";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePageDocument, encodePageDocument } from "./page-document.ts";
import { judgeLinks, type PageLink } from "./page-link.ts";

const index = "https://e.x/simple/";
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

describe("a cached page is the page", () => {
  test("whatever a page holds comes back from its document", () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 8 }), (links) => {
        const page = judgeLinks(links, index);
        const document = decodePageDocument(
          Buffer.from(encodePageDocument({ a: 1 }, page)),
          normalizeName("foo"),
          index,
        );
        expect(document).toEqual({ source: { a: 1 }, page: { project: "foo", index, ...page } });
      }),
      { seed: 20_240_601, numRuns: 200 },
    );
  });

  test.each(["", "{", "[]", '{"format":0}', '{"format":1}', "null"])("a damaged document is none: %s", (text) => {
    expect(decodePageDocument(Buffer.from(text), normalizeName("foo"), index)).toBeUndefined();
  });
});
