import { describe, expect, test } from "vitest";
import { InvalidIndexPage } from "../errors.ts";
import { parseSimpleHtml } from "./simple-html.ts";

const url = "https://e.x/simple/foo/";
const digest = "ab".repeat(32);
const parse = (html: string, at = url) => parseSimpleHtml(html, at, "https://e.x/simple/");
const only = (anchor: string, at = url) => parse(`<!DOCTYPE html><html><body>${anchor}</body></html>`, at).files[0];
const link = (attributes: string): string => `<a href="foo-1.0-py3-none-any.whl" ${attributes}>foo</a>`;

describe("PEP 503: the page of a project is links to its files", () => {
  test.each([
    ["../../files/foo-1.0.tar.gz", "https://e.x/files/foo-1.0.tar.gz"],
    ["foo-1.0.tar.gz", "https://e.x/simple/foo/foo-1.0.tar.gz"],
    ["/files/foo-1.0.tar.gz?token=a&b=c", "https://e.x/files/foo-1.0.tar.gz?token=a&b=c"],
    ["//other.x/foo-1.0.tar.gz", "https://other.x/foo-1.0.tar.gz"],
    ["http://other.x/foo-1.0.tar.gz", "http://other.x/foo-1.0.tar.gz"],
    [" foo-1.0.tar.gz ", "https://e.x/simple/foo/foo-1.0.tar.gz"],
    ["https://user:secret@other.x/foo-1.0.tar.gz", "https://other.x/foo-1.0.tar.gz"],
  ])("%s is %s", (href, expected) => {
    expect(only(`<a href="${href}">x</a>`)?.url).toBe(expected);
  });

  test("links are relative to <base> where there is one", () => {
    expect(only('<base href="https://files.x/a/"><a href="foo-1.0.tar.gz">x</a>')?.url).toBe(
      "https://files.x/a/foo-1.0.tar.gz",
    );
  });

  test("links are relative to a file: page as well", () => {
    expect(only(link(""), "file:///srv/simple/foo/index.html")?.url).toBe(
      "file:///srv/simple/foo/foo-1.0-py3-none-any.whl",
    );
  });

  test("the fragment is the hash, and not part of the URL", () => {
    const file = only(`<a href="foo-1.0.tar.gz#sha256=${digest.toUpperCase()}">x</a>`);
    expect(file?.url).not.toContain("#");
    expect(file?.hashes).toEqual({ sha256: digest });
  });

  test("the file name is the URL's, decoded", () => {
    expect(only('<a href="foo-1.0%2Blocal-py3-none-any.whl">x</a>')?.filename).toBe("foo-1.0+local-py3-none-any.whl");
  });

  test("a file name that would leave its folder is no file", () => {
    expect(parse('<a href="..%2F..%2Fevil-1.0.whl">x</a><a href="%zz.whl">y</a>').files).toEqual([]);
  });

  test("entities in data-requires-python are decoded", () => {
    expect(only(link('data-requires-python="&gt;=3.8,&lt;4"'))?.requiresPython).toBe(">=3.8,<4");
  });

  test("links that no distribution can have are left out", () => {
    expect(parse('<a href="mailto:a@b.whl">x</a><a href="javascript:x.whl">y</a><a name="z">z</a>').files).toEqual([]);
  });

  test.each([
    ["foo-1.0-py3.7.egg", "eggs are not installed any more"],
    ["foo-1.0.win32.exe", "Windows installers are not installed"],
    ["foo-1.0.tar.bz2", "sdists are .tar.gz (PEP 625), or .zip of old"],
    ["README.txt", "neither a wheel nor an sdist"],
  ])("%s is skipped: %s", (filename, reason) => {
    expect(parse(`<a href="${filename}">x</a>`).skipped).toEqual([{ filename, reason }]);
  });
});

describe("PEP 592: a file may be yanked", () => {
  test.each([
    ['data-yanked="bad metadata"', "bad metadata"],
    ['data-yanked=""', ""],
    ["data-yanked", ""],
    ["", false],
  ])("%s", (attribute, yanked) => {
    expect(only(link(attribute))?.yanked).toBe(yanked);
  });
});

describe("PEP 658 and 714: a file's metadata may be offered separately", () => {
  test.each([
    ['data-core-metadata="true"', true],
    [`data-core-metadata="sha256=${digest}"`, { sha256: digest }],
    ['data-dist-info-metadata="true"', true],
    [`data-core-metadata="sha256=${digest}" data-dist-info-metadata="true"`, { sha256: digest }],
    ['data-core-metadata="false"', undefined],
    ["", undefined],
  ])("%s", (attribute, expected) => {
    expect(only(link(attribute))?.coreMetadata).toEqual(expected);
  });
});

describe("PEP 740: a page may say where it says who published a file", () => {
  test.each([
    ['data-provenance="https://p.x/foo?a=1&amp;b"', "https://p.x/foo?a=1&b"],
    ['data-provenance="../p"', "https://e.x/simple/p"],
    ['data-provenance="file:///etc/passwd"', undefined],
    ["data-provenance", undefined],
    ["", undefined],
  ])("%s", (attribute, expected) => {
    expect(only(link(attribute))?.provenance).toBe(expected);
  });
});

const stating = (version: string) => `<meta name="pypi:repository-version" content="${version}">${link("")}`;

describe("PEP 629: a page may state the version of the API", () => {
  test.each(["1.0", "1.4", "1.99"])("%s is read", (version) => {
    expect(parse(stating(version)).version).toBe(version);
  });

  test.each(["2.0", "nonsense"])("%s is refused", (version) => {
    expect(() => parse(stating(version))).toThrow(InvalidIndexPage);
  });
});
