import { beginCacheOperation } from "@murre/cache";
import { normalizeName } from "@murre/pep508";
import { temporaryFolder } from "@murre/test-kit";
import { readFileSync, truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DamagedPage } from "../errors.ts";
import { judgeLinks } from "../location/page-link.ts";
import { keptPages } from "./kept-pages.ts";
import { encodePageDocument } from "./page-document.ts";
import { writePageText } from "./page-text.ts";

const index = "https://e.x/simple/";

/** A document of some 170 bytes a release. */
function document(project: string, releases: number, mark = "1"): readonly Buffer[] {
  const links = Array.from({ length: releases }, (_, n) => {
    const filename = `${project}-${n}.tar.gz`;
    return {
      filename,
      url: `https://f.x/${mark}/${filename}`,
      hashes: { sha256: "0".repeat(64) },
      yanked: false as const,
    };
  });
  return encodePageDocument({}, writePageText(judgeLinks(links, index), `${index}${project}/`, normalizeName(project)));
}

function world(platform?: NodeJS.Platform) {
  const folder = temporaryFolder("kept");
  const cache = beginCacheOperation(folder);
  const damages: string[] = [];
  const kept = keptPages(cache.documents, () => damages.push("damaged"), platform);
  const read = (project: string) =>
    kept.read(["index", "0", project], {
      project: normalizeName(project),
      index,
      readSource: (source) => source ?? {},
    })!.page;
  const write = (project: string, data: readonly Buffer[]) => kept.write(["index", "0", project], data);
  const url = (page: ReturnType<typeof read>, n: number) => page.releases[n]?.files[0]?.url;
  return { kept, read, write, url, damages, path: (project: string) => `${cache.layout.root}/index/0/${project}` };
}

describe("a large page stays in its document", () => {
  test("and its releases are what they are, in any order, few or all", () => {
    const { kept, read, write, url } = world();
    write("big", document("big", 3000));
    const page = read("big");
    expect(page.releases).toHaveLength(3000);
    for (const n of [2999, 0, 1500]) expect(url(page, n)).toBe(`https://f.x/1/big-${n}.tar.gz`);
    expect(page.files.map(({ filename }) => filename)).toEqual(
      Array.from({ length: 3000 }, (_, n) => `big-${n}.tar.gz`),
    );
    kept.close();
  });

  test("says what it said when another process has put a new one in its place", () => {
    const { kept, read, write, url } = world();
    write("big", document("big", 3000, "old"));
    const page = read("big");
    write("big", document("big", 2000, "new"));
    expect([url(page, 7), url(read("big"), 7)]).toEqual([
      "https://f.x/old/big-7.tar.gz",
      "https://f.x/new/big-7.tar.gz",
    ]);
    kept.close();
  });

  test("is damaged where it was cut off after it was read", () => {
    const { kept, read, write, url, damages, path } = world();
    write("big", document("big", 3000));
    const page = read("big");
    truncateSync(path("big"), 200_000);
    expect(url(page, 0)).toBe("https://f.x/1/big-0.tar.gz");
    expect(() => url(page, 2999)).toThrow(DamagedPage);
    expect(damages).toEqual(["damaged"]);
    kept.close();
  });

  test("as long as the client is open; what was looked at stays", () => {
    const { kept, read, write, url, path } = world();
    write("big", document("big", 3000));
    write("small", document("small", 10));
    const [big, small] = [read("big"), read("small")];
    url(big, 1);
    kept.close();
    expect([url(big, 1), url(small, 2)]).toEqual(["https://f.x/1/big-1.tar.gz", "https://f.x/1/small-2.tar.gz"]);
    expect(() => url(big, 2)).toThrow(DamagedPage);
    expect(readFileSync(path("big")).length).toBeGreaterThan(300_000);
  });

  test("but where too many are open already, or the system would not let others replace it", () => {
    const many = world();
    const projects = Array.from({ length: 80 }, (_, n) => `p${n}`);
    for (const project of projects) many.write(project, document(project, 1000));
    const pages = projects.map((project) => many.read(project));
    expect(pages.map((page, n) => many.url(page, 999) === `https://f.x/1/p${n}-999.tar.gz`)).not.toContain(false);
    many.kept.close();
    expect(many.url(pages[79]!, 5)).toBe("https://f.x/1/p79-5.tar.gz");
    const windows = world("win32");
    windows.write("big", document("big", 3000));
    const page = windows.read("big");
    windows.kept.close();
    expect(windows.url(page, 5)).toBe("https://f.x/1/big-5.tar.gz");
  });
});
