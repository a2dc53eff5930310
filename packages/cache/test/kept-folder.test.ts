import { temporaryFolder } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { beginCacheOperation, CACHE_LAYOUT, maintainCache } from "../src/index.ts";

const child = fileURLToPath(new URL("taking-child.mjs", import.meta.url));

/** A cache in which a folder `a` with one file was kept. */
function makeCache() {
  const folder = temporaryFolder("kept");
  const place = join(folder, CACHE_LAYOUT, "repositories/a");
  const take = () => {
    const cache = beginCacheOperation(folder);
    const path = cache.takeFolder("a");
    return { cache, path, files: existsSync(path) ? readdirSync(path) : undefined };
  };
  const keep = (name = "one") => {
    const { cache, path } = take();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, name), name);
    cache.keepFolder(path, "a");
    cache.end();
  };
  const temporaries = () => {
    const path = join(folder, CACHE_LAYOUT, "tmp");
    return existsSync(path) ? readdirSync(path) : [];
  };
  return { folder, place, take, keep, temporaries, maintenance: maintainCache(folder) };
}

describe("a folder that operations add to", () => {
  test("is nothing at first, and then what the last one gave back", () => {
    const { take, keep } = makeCache();
    const first = take();
    expect(first.files).toBeUndefined();
    first.cache.end();
    keep("one");
    keep("two");
    const { cache, files } = take();
    expect(files).toEqual(["one", "two"]);
    cache.end();
  });

  test("is somebody's alone: who takes it meanwhile has none, and what was given back first stays", () => {
    const { take, keep, temporaries } = makeCache();
    keep("one");
    const [first, second] = [take(), take()];
    expect([first.files, second.files]).toEqual([["one"], undefined]);
    mkdirSync(second.path, { recursive: true });
    writeFileSync(join(second.path, "second"), "");
    second.cache.keepFolder(second.path, "a");
    first.cache.keepFolder(first.path, "a");
    const third = take();
    expect(third.files).toEqual(["second"]);
    third.cache.keepFolder(third.path, "a");
    for (const { cache } of [first, second, third]) cache.end();
    expect(temporaries()).toEqual([]);
  });

  test("is not taken where it is a link, and what the link leads to stays", () => {
    const { folder, place, take, keep } = makeCache();
    keep();
    const outside = join(folder, "outside");
    renameSync(place, outside);
    symlinkSync(outside, place);
    const { cache, files } = take();
    cache.end();
    expect([files, readdirSync(outside)]).toEqual([undefined, ["one"]]);
  });

  test("that cannot be kept is no error", () => {
    const { folder, take } = makeCache();
    const { cache, path } = take();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, CACHE_LAYOUT, "repositories"), "no folder");
    cache.keepFolder(path, "a");
    cache.keepFolder(join(folder, "none"), "a");
    expect(existsSync(path)).toBe(false);
    cache.end();
  });
});

describe("a process that is killed", () => {
  test("between the renames leaves nothing that is found again, and its rest goes when somebody prunes", async () => {
    const { folder, take, keep, temporaries, maintenance } = makeCache();
    keep();
    expect(spawnSync(process.execPath, [child, folder, "between the renames"]).signal).toBe("SIGKILL");
    expect(temporaries()).not.toEqual([]);
    const { cache, files } = take();
    cache.end();
    expect(files).toBeUndefined();
    await maintenance.prune();
    expect(temporaries()).toEqual([]);
  });

  test("after them has kept it", () => {
    const { folder, take, keep } = makeCache();
    keep();
    expect(spawnSync(process.execPath, [child, folder, "after the renames"]).signal).toBe("SIGKILL");
    const { cache, files } = take();
    cache.end();
    expect(files).toEqual(["one", "whole"]);
  });
});

describe("cleaning and pruning beside it", () => {
  test("takes what lies there, and nothing from who works in it, who gives it back afterwards", async () => {
    const { place, take, keep, maintenance } = makeCache();
    keep();
    const { cache, path, files } = take();
    expect(files).toEqual(["one"]);
    await maintenance.clean();
    await maintenance.prune({ olderThanMs: 0 });
    expect(readFileSync(join(path, "one"), "utf8")).toBe("one");
    cache.keepFolder(path, "a");
    cache.end();
    expect(readdirSync(place)).toEqual(["one"]);
    const { freed } = await maintenance.clean();
    expect([existsSync(place), freed.files]).toEqual([false, 1]);
  });

  test("prune takes those that nobody has used since, and counts them", async () => {
    const { place, keep, maintenance } = makeCache();
    keep();
    const day = 24 * 60 * 60 * 1000;
    await maintenance.prune({ olderThanMs: 10 * day });
    expect(existsSync(place)).toBe(true);
    const old = new Date(Date.now() - 11 * day);
    utimesSync(place, old, old);
    const { freed } = await maintenance.prune({ olderThanMs: 10 * day });
    expect([existsSync(place), freed.files]).toEqual([false, 1]);
  });

  test("its files count for the size of the cache", () => {
    const { keep, maintenance } = makeCache();
    keep();
    expect(maintenance.size()).toMatchObject({ entries: 0, files: 1, bytes: 3 });
  });
});
