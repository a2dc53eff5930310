import { temporaryFolder } from "@murre/test-kit";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { directUrlInfo } from "./direct-url-info.ts";
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
});
