import * as fc from "fast-check";
import { fileURLToPath } from "node:url";
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
  "%00",
  "%2f",
  "999.1.1.1",
);
const plain = fc.tuple(fc.nat({ max: 4 }), fc.constantFrom("", "files/", "a.b/c/", "-/", "a..b/"), piece);
const href = fc.oneof(
  fc.array(piece, { maxLength: 5 }).chain((pieces) => fc.constantFrom(pieces.join("/"), pieces.join(""))),
  plain.map(([up, down, name]) => `${"../".repeat(up)}${down}${name}`),
  plain.map(([port, down, name]) => `http://h.x:${["80", "443", "8080", "08", "0"][port]}/${down}${name}`),
);
const base = fc.constantFrom(
  "https://h.x/simple/foo/",
  "https://h.x/simple/foo/index.html",
  "http://h.x:80/a?b=/c",
  "http://h.x/simple/foo/",
  "https://h.x:8443/a/b.c/d/",
  "https://h.x//a//b/",
  "https://h.x/%41/..b/",
  "file:///srv/i/",
);

/** What is no file of this machine is left out, too. URL.canParse of some versions of Node refuses what URL takes. */
function parsed(link: string, page: string): string | undefined {
  try {
    const { href, protocol, host } = new URL(link, page);
    if (protocol === "file:" && fileURLToPath(href).includes("\0")) return undefined;
    if (protocol === "file:") return page.startsWith("file:") && host === "" ? href : undefined;
    return /^https?:$/.test(protocol) ? href : undefined;
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

  test.each([
    ["https://h.x/simple/foo/", "file:///etc/foo-1.0.tar.gz"],
    ["http://h.x/", "FILE:/etc/foo-1.0.tar.gz"],
    ["http://h.x/", "file:foo-1.0.tar.gz"],
    ["http://h.x/", "\tfi\nle:///etc/foo-1.0.tar.gz"],
    ["http://h.x/", "file://localhost/foo-1.0.tar.gz#sha256=ab"],
    ["http://h.x/", "file://share/foo-1.0.tar.gz"],
    ["file:///srv/index/foo/", "//share/foo-1.0.tar.gz"],
    ["file:///srv/index/foo/", "file://share/foo-1.0.tar.gz"],
  ])("a page at %s leads not to %j", (page, link) => {
    expect(resolveUrl(link, page)).toBeUndefined();
  });

  test.each([
    ["file:///srv/index/foo/", "../../f/foo-1.0.tar.gz", "file:///srv/f/foo-1.0.tar.gz"],
    ["file:///srv/index/foo/", "file:///other/foo-1.0.tar.gz", "file:///other/foo-1.0.tar.gz"],
    ["file:///srv/index/foo/", "file://localhost/foo-1.0.tar.gz", "file:///foo-1.0.tar.gz"],
    ["file:///srv/index/foo/", "https://h.x/foo-1.0.tar.gz", "https://h.x/foo-1.0.tar.gz"],
    ["file://share/index/foo/", "foo-1.0.tar.gz", "file://share/index/foo/foo-1.0.tar.gz"],
    ["https://h.x/simple/foo/", "//files.x/foo-1.0.tar.gz", "https://files.x/foo-1.0.tar.gz"],
  ])("a page at %s leads to %j", (page, link, url) => {
    expect(resolveUrl(link, page)).toBe(url);
  });
});
