import { temporaryFolder } from "@murre/test-kit";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { directReference, directUrlInfo, installedSha256, isFromUrl } from "./direct-url-info.ts";
import { subdirectoryOf, urlKind } from "./source-url.ts";

const folder = pathToFileURL(temporaryFolder("source-url")).href;

test.each([
  ["https://host/a-1.0-py3-none-any.whl", "wheel"],
  ["https://host/a-1.0-py3-none-any.whl#sha256=00", "wheel"],
  ["https://host/a-1.0.tar.gz?token=x#egg=a", "archive"],
  ["https://host/archive/main.zip", "archive"],
  ["file:///there/is/none", "unknown"],
  ["https://host/a-1.0.tar.bz2", "unknown"],
  ["git+https://host/repository@main", "version-control"],
  ["hg+ssh://host/repository", "version-control"],
  [folder, "directory"],
  [`${folder}#subdirectory=inner`, "directory"],
])("%s leads to: %s", (url, kind) => {
  expect(urlKind(url)).toBe(kind);
});

test.each([
  ["https://host/a.zip#subdirectory=packages/a", "packages/a"],
  ["https://host/a.zip#egg=a&subdirectory=in%20there", "in there"],
  ["https://host/a.zip#egg=a", undefined],
  ["https://host/a.zip", undefined],
])("%s names the folder %s", (url, subdirectory) => {
  expect(subdirectoryOf(url)).toBe(subdirectory);
});

describe("PEP 610: direct_url.json", () => {
  test("of a wheel has its hash and no credentials", () => {
    expect(directUrlInfo("https://user:secret@host/a-1.0-py3-none-any.whl#egg=a", "ab")).toEqual({
      url: "https://host/a-1.0-py3-none-any.whl",
      archive_info: { hash: "sha256=ab", hashes: { sha256: "ab" } },
    });
  });

  test("of an archive of sources has the folder inside, and the hash where it is known", () => {
    expect(directUrlInfo("https://host/a.zip#subdirectory=b", undefined)).toEqual({
      url: "https://host/a.zip",
      subdirectory: "b",
      archive_info: {},
    });
  });

  test("of a folder says that it is one", () => {
    expect(directUrlInfo(folder, undefined)).toEqual({ url: folder, dir_info: {} });
  });

  test("of variables has their names, and a user's own name only without them", () => {
    const url = "https://${USER}:${PASSWORD}@host/a.zip";
    expect(directUrlInfo(url, undefined).url).toBe(url);
    expect(directUrlInfo("https://${TOKEN}@host/a.zip#egg=a", undefined).url).toBe("https://${TOKEN}@host/a.zip");
    expect(directUrlInfo("https://user:${PASSWORD}@host/a.zip", undefined).url).toBe("https://host/a.zip");
  });
});

describe("the URL that freeze prints", () => {
  const url = "https://host/a.zip";
  test.each([
    ["an archive", { url, archive_info: {} }, url],
    ["an archive with the hash of old", { url, archive_info: { hash: "md5=00" } }, `${url}#md5=00`],
    ["an archive with hashes alone", { url, archive_info: { hashes: { sha256: "00" } } }, `${url}#sha256=00`],
    [
      "a folder inside of an archive",
      { url, subdirectory: "b/c d&e", archive_info: { hash: "sha256=00", hashes: { sha256: "00" } } },
      `${url}#sha256=00&subdirectory=b/c%20d%26e`,
    ],
    ["a folder", { url: "file:///a", dir_info: {} }, "file:///a"],
    [
      "a revision",
      { url: "https://host/a.git", subdirectory: "b", vcs_info: { vcs: "git", commit_id: "c0ffee" } },
      "git+https://host/a.git@c0ffee#subdirectory=b",
    ],
  ])("of %s", (_, direct, expected) => {
    expect(directReference(direct)).toBe(expected);
  });

  test.each(["b", "b/c d&e", "ü=#%"])("names the folder %j so that it is read back", (folder) => {
    expect(subdirectoryOf(directReference({ url, subdirectory: folder, archive_info: {} }))).toBe(folder);
  });
});

describe("what is installed is what a URL gives", () => {
  const installed = directUrlInfo("https://host/a.zip#subdirectory=b", "00");
  test.each([
    ["https://host/a.zip#subdirectory=b", true],
    ["https://user:secret@host/a.zip#egg=a&subdirectory=b", true],
    ["HTTPS://host:443/x/../a.zip#subdirectory=b&sha256=00", true],
    ["https://host/a.zip", false],
    ["https://host/b.zip#subdirectory=b", false],
  ])("%s: %s", (url, expected) => {
    expect(isFromUrl(installed, url)).toBe(expected);
  });

  test("the sha256 of its archive is known by both ways in which PEP 610 has it", () => {
    const of = (archive_info: object) => installedSha256({ url: "https://host/a.zip", archive_info });
    expect([of({}), of({ hash: "sha256=00" }), of({ hash: "md5=00" }), of({ hashes: { sha256: "11" } })]).toEqual([
      undefined,
      "00",
      undefined,
      "11",
    ]);
  });
});
