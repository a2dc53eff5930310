import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveUrl } from "./resolve-url.ts";

const piece = fc.constantFrom(
  "a",
  "b-1.0.whl",
  "..",
  ".",
  "%2e",
  "%2E.",
  "%41",
  "é",
  "x y",
  "c+1",
  "",
  "d:e",
  "\\",
  "~",
  "a?b",
  "#",
  "#sha256=ab",
  "//h.x",
  "HTTPS:",
  "http:",
  "file:",
  "?q=/",
  "%",
);
const href = fc.array(piece, { maxLength: 5 }).chain((pieces) => fc.constantFrom(pieces.join("/"), pieces.join("")));
const base = fc.constantFrom(
  "https://h.x/simple/foo/",
  "https://h.x/simple/foo/index.html",
  "http://h.x:80/a?b=/c",
  "file:///srv/i/",
);

/** URL.canParse of some versions of Node refuses what URL takes. */
function parsed(link: string, page: string): string | undefined {
  try {
    const { href, protocol } = new URL(link, page);
    return /^(?:https?|file):$/.test(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}

describe("links are resolved as the URL standard says", () => {
  test("whatever way is taken", () => {
    fc.assert(
      fc.property(href, base, (link, page) => {
        const expected = parsed(link, page);
        expect(resolveUrl(link, page)).toBe(expected);
      }),
      { seed: 20_240_601, numRuns: 5000 },
    );
  });

  test("credentials and other schemes are left out", () => {
    expect(resolveUrl("https://u:p@h.x/a.whl", "https://h.x/")).toBe("https://h.x/a.whl");
    expect(resolveUrl("mailto:someone", "https://h.x/")).toBeUndefined();
  });
});
