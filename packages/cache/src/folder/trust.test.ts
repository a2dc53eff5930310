import { temporaryFolder } from "@murre/test-kit";
import { chmodSync, chownSync, lchownSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CACHE_LAYOUT, LAYOUT_FOLDERS } from "./layout.ts";
import { maintainCache } from "../maintenance/maintenance.ts";
import { beginCacheOperation } from "../operation/operation.ts";
import { distrust, distrustOf, type CacheUser } from "./trust.ts";

const user = (uid: number, ...groups: number[]): CacheUser => ({ uid, groups: new Set(groups) });
const ann = user(1000, 1000, 50);
const root = user(0, 0);
const anothers = /^it belongs to another user \(uid \d+\)$/;
const everybodys = /^everybody can write to it$/;

describe("the top folder of a cache", () => {
  test.each([
    ["one's own", ann, 1000, 1000, 0o755, undefined],
    ["one's own, closed", ann, 1000, 1000, 0o700, undefined],
    ["root's", ann, 0, 0, 0o755, undefined],
    ["root's, for root", root, 0, 0, 0o755, undefined],
    ["another user's", ann, 1001, 1001, 0o755, anothers],
    ["another user's, of a group that one is in, which may only read", ann, 1001, 50, 0o755, anothers],
    ["another user's, of a group that one is in, which may write", ann, 1001, 50, 0o2775, undefined],
    ["another user's, of a group that one is not in", ann, 1001, 51, 0o2775, anothers],
    ["a user's, for root", root, 1000, 1000, 0o755, anothers],
    ["a user's with a group of its own that may write, for root", root, 1000, 1000, 0o775, anothers],
    ["any uid's of the group root, as in containers", user(12345, 0), 1001, 0, 0o775, undefined],
    ["one's own that everybody may write to", ann, 1000, 1000, 0o777, everybodys],
    ["one's own that everybody may write to, with the sticky bit", ann, 1000, 1000, 0o1777, undefined],
    ["root's that everybody may write to", root, 0, 0, 0o777, everybodys],
    ["a group's that everybody may write to", ann, 1001, 50, 0o2777, everybodys],
  ] as const)("%s", (_, who, uid, gid, mode, expected) => {
    const why = distrustOf({ uid, gid, mode }, who);
    expect(why ?? "").toMatch(expected ?? /^$/);
  });
});

describe.skipIf(process.platform === "win32")("a cache", () => {
  function made() {
    const folder = join(temporaryFolder("trust"), "cache");
    beginCacheOperation(folder).end();
    return folder;
  }

  test("of one's own is used", () => {
    expect(distrust(made())).toBeUndefined();
  });

  test("that is made where there is no umask is not for everybody, and is used again", () => {
    const before = process.umask(0);
    try {
      const folder = made();
      const cache = beginCacheOperation(folder);
      cache.documents.write(["index", "one", "two"], "");
      cache.end();
      for (const name of [
        "",
        ...["", "/index", "/index/one", "/leases", "/tmp"].map((below) => `${CACHE_LAYOUT}${below}`),
      ])
        expect([name, statSync(join(folder, name)).mode & 0o002]).toEqual([name, 0]);
      expect(distrust(folder)).toBeUndefined();
    } finally {
      process.umask(before);
    }
  });

  test("may be a link of one's own, as to a larger disk", () => {
    const folder = made();
    symlinkSync(folder, `${folder}-link`);
    expect(distrust(`${folder}-link`)).toBeUndefined();
  });

  test.each(LAYOUT_FOLDERS)("with a link where %s belongs is not used, but left as it is", async (name) => {
    const folder = made();
    const elsewhere = temporaryFolder("elsewhere");
    rmSync(join(folder, CACHE_LAYOUT, name), { recursive: true, force: true });
    symlinkSync(elsewhere, join(folder, CACHE_LAYOUT, name));
    const said: string[] = [];
    const cache = beginCacheOperation(folder, { onWarning: (code, message) => said.push(`${code} ${message}`) });
    expect(cache.layout.root.startsWith(folder)).toBe(false);
    cache.end();
    expect(said).toEqual([
      expect.stringMatching(`^MURRE_WARNING_CACHE_NOT_USED .*${CACHE_LAYOUT}/${name} in it is a symbolic link`),
    ]);
    await expect(maintainCache(folder).clean()).rejects.toMatchObject({ code: "MURRE_CACHE_UNUSABLE" });
    await expect(maintainCache(folder).prune()).rejects.toMatchObject({ code: "MURRE_CACHE_UNUSABLE" });
    await expect(maintainCache(folder).verify()).rejects.toMatchObject({ code: "MURRE_CACHE_UNUSABLE" });
  });

  test("that everybody may write to is not used", () => {
    const folder = made();
    chmodSync(join(folder, CACHE_LAYOUT), 0o777);
    expect(distrust(folder)).toContain(`everybody can write to ${CACHE_LAYOUT}`);
    chmodSync(folder, 0o777);
    expect(distrust(folder)).toMatch(/everybody can write to it/);
  });
});

describe.runIf(process.getuid?.() === 0)("for root, a cache", () => {
  const folder = () => join(temporaryFolder("trust"), "cache");

  test("of a user is not used, nor is one made in a user's folder", () => {
    const cache = folder();
    mkdirSync(cache);
    chownSync(cache, 12001, 12001);
    expect(distrust(cache)).toMatch(/belongs to another user \(uid 12001\)/);
    expect(distrust(join(cache, "not/there/yet"))).toMatch(/would lie in a folder of another user/);
    expect(distrust(folder())).toBeUndefined();
  });

  test("whose folder inside belongs to a user is not used; where a group shares it, it is", () => {
    const cache = folder();
    mkdirSync(join(cache, `${CACHE_LAYOUT}/store`), { recursive: true });
    chownSync(join(cache, `${CACHE_LAYOUT}/store`), 12001, 12001);
    expect(distrust(cache)).toContain(`${CACHE_LAYOUT}/store in it belongs to another user (uid 12001)`);
    chmodSync(cache, 0o2775);
    expect(distrust(cache)).toBeUndefined();
  });

  test("that a user's link leads to is not used", () => {
    const cache = folder();
    mkdirSync(cache);
    symlinkSync(cache, `${cache}-link`);
    lchownSync(`${cache}-link`, 12001, 12001);
    expect(distrust(`${cache}-link`)).toMatch(/symbolic link of another user/);
  });
});
