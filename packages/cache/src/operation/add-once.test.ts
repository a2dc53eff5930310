import { temporaryFolder } from "@murre/test-kit";
import { takeLease, type Lease } from "@murre/locking";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { fillDemo, namesBelow, shaOf } from "../demo-wheel.test.data.ts";
import { cacheLayout } from "../folder/layout.ts";
import { maintainCache } from "../maintenance/maintenance.ts";
import type { CacheOperation, EntryMaker } from "./cache-operation.ts";
import { beginCacheOperation } from "./operation.ts";
import { beginPartial, type PartialDownload } from "./partial.ts";

/** A download whose first byte is about to be written. */
async function beginMade(...asked: Parameters<typeof beginPartial>): ReturnType<typeof beginPartial> {
  const partial = await beginPartial(...asked);
  partial.make();
  return partial;
}

const sha256 = shaOf("print()\n");

const request = (make: (maker: EntryMaker) => ReturnType<EntryMaker["add"]>) => ({
  key: "a",
  lookup: (find: CacheOperation["lookup"]) => find("a", sha256),
  make,
});

const anything = (kept: unknown) => kept;

describe("addOnce", () => {
  test("of four operations that want one archive one makes it, and the others find it", async () => {
    const folder = temporaryFolder("cache");
    let made = 0;
    const operations = [1, 2, 3, 4].map(() => beginCacheOperation(folder));
    const entries = await Promise.all(
      operations.map((cache) =>
        cache.addOnce(
          request((maker) => {
            made += 1;
            return maker.add("a", fillDemo());
          }),
        ),
      ),
    );
    expect(made).toBe(1);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    const sum = (what: "added" | "found") => operations.reduce((total, { counts }) => total + counts[what], 0);
    expect([sum("added"), sum("found")]).toEqual([1, 3]);
    for (const cache of operations) cache.end();
    const root = cacheLayout(folder).root;
    expect([...namesBelow(root, "leases"), ...namesBelow(root, "locks"), ...namesBelow(root, "tmp")]).toEqual([]);
  });

  test("a failure of another's work (its credentials, its network) is tried again by oneself", async () => {
    const folder = temporaryFolder("cache");
    const [first, second] = [beginCacheOperation(folder), beginCacheOperation(folder)];
    let calls = 0;
    const settled = await Promise.allSettled(
      [first, second].map((cache) =>
        cache.addOnce(
          request(async (maker) => {
            calls += 1;
            if (calls === 1) {
              await new Promise((resolve) => setTimeout(resolve, 100)); // so that the other one waits
              throw new Error("no credentials");
            }
            return maker.add("a", fillDemo());
          }),
        ),
      ),
    );
    expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    for (const cache of [first, second]) cache.end();
  });

  test("what is cleaned away as soon as it is made is given to its maker nevertheless", async () => {
    const folder = temporaryFolder("cache");
    const cache = beginCacheOperation(folder);
    let calls = 0;
    const entry = await cache.addOnce(
      request(async (maker) => {
        calls += 1;
        const made = await maker.add("a", fillDemo());
        await maintainCache(folder).clean();
        return made;
      }),
    );
    expect(readFileSync(`${entry.filesFolder}/a.py`, "utf8")).toBe("print()\n");
    expect(calls).toBe(1);
    cache.end();
  });
});

describe("an interrupted download", () => {
  const url = "https://index/a-1.0-py3-none-any.whl";
  const validators = { etag: '"1"' };

  test.each<[string, (download: PartialDownload<unknown>, owner: Lease) => void]>([
    ["that has ended left it", (_, owner) => owner.release()],
    ["that goes on with other work left it", (download) => download.leave()],
  ])("goes on where another operation %s", async (_, end) => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const first = takeLease(layout.root);
    const begun = await beginMade(layout, first, { url, readValidators: anything });
    expect(begun.resumeFrom).toBeUndefined();
    begun.note(validators);
    appendFileSync(begun.path, "half");
    const second = takeLease(layout.root);
    const besideIt = await beginMade(layout, second, { url, readValidators: anything });
    expect(besideIt.resumeFrom).toBeUndefined(); // its owner is at work
    besideIt.remove();
    end(begun, first);
    const continued = await beginMade(layout, second, { url, readValidators: anything });
    expect(continued.resumeFrom).toEqual({ bytes: 4, validators });
    expect(readFileSync(continued.path, "utf8")).toBe("half");
    expect(existsSync(begun.path)).toBe(false);
    continued.remove();
    expect(namesBelow(layout.root, "partial")).toEqual([]);
    second.release();
    first.release();
  });

  test.each<[string, (download: PartialDownload<unknown>) => void]>([
    ["given up", (download) => download.leave()],
    ["made use of", (download) => download.remove()],
  ])("that is small is not gone on with: nothing is left of it when it is %s", async (_what, end) => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const lease = takeLease(layout.root);
    const small = await beginMade(layout, lease, { url, sizeBytes: 5000, readValidators: anything });
    small.note(validators);
    appendFileSync(small.path, "half");
    expect([small.exists(), small.resumeFrom]).toEqual([true, undefined]);
    end(small);
    expect([small.exists(), namesBelow(layout.root, "tmp"), namesBelow(layout.root, "partial")]).toEqual([
      false,
      [],
      [],
    ]);
    lease.release();
  });

  test.each<[string, (download: PartialDownload<unknown>) => void, isLarge: boolean]>([
    ["says that it is small", (download) => download.note(validators, 5000), false],
    ["says nothing", () => {}, false],
    ["says that it is large", (download) => download.note(validators, 5_000_000), true],
    ["does not say how large it is", (download) => download.note(validators), true],
    ["says twice that it is large", (download) => [1, 2].map(() => download.note(validators, 5_000_000)), true],
  ])("whose index says no size lies in a folder only where the server %s", async (_what, note, isLarge) => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const lease = takeLease(layout.root);
    const download = await beginMade(layout, lease, { url, readValidators: anything });
    const file = openSync(download.path, "w");
    note(download);
    writeSync(file, "received");
    closeSync(file);
    expect(readFileSync(download.path, "utf8")).toBe("received");
    expect(namesBelow(layout.root, "partial").length > 0).toBe(isLarge);
    download.remove();
    expect([...namesBelow(layout.root, "tmp"), ...namesBelow(layout.root, "partial")]).toEqual([]);
    lease.release();
  });

  test("that is small is no longer there when somebody removed the cache", async () => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const lease = takeLease(layout.root);
    const small = await beginMade(layout, lease, { url, sizeBytes: 0, readValidators: anything });
    rmSync(layout.root, { recursive: true });
    expect(small.exists()).toBe(false);
    small.remove();
  });

  test.each<[string, (folder: string) => void]>([
    ["without validators", (folder) => rmSync(`${folder}/validators`)],
    ["with torn validators", (folder) => writeFileSync(`${folder}/validators`, '{"eta')],
    ["with validators of nothing", (folder) => writeFileSync(`${folder}/validators`, "null")],
  ])("what was left %s is not written to by who takes it over: its owner may have it open", async (_what, damage) => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const [first, second] = [takeLease(layout.root), takeLease(layout.root)];
    const begun = await beginMade(layout, first, { url, readValidators: anything });
    begun.note(validators);
    writeFileSync(begun.path, "half");
    damage(dirname(begun.path));
    first.release();
    const anew = await beginMade(layout, second, { url, readValidators: (kept) => kept ?? undefined });
    expect([existsSync(begun.path), anew.exists(), existsSync(anew.path), anew.resumeFrom]).toEqual([
      false,
      true,
      false,
      undefined,
    ]);
    second.release();
  });

  test.each<[string, (folder: string) => void]>([
    ["without validators", (folder) => rmSync(`${folder}/validators`)],
    ["with torn validators", (folder) => writeFileSync(`${folder}/validators`, '{"eta')],
    ["without a byte", (folder) => [rmSync(`${folder}/data`), writeFileSync(`${folder}/validators`, "{}")]],
  ])("%s begins anew, and is not left behind", async (_what, damage) => {
    const layout = cacheLayout(temporaryFolder("cache"));
    const lease = takeLease(layout.root);
    const begun = await beginMade(layout, lease, { url, readValidators: anything });
    begun.note(validators);
    writeFileSync(begun.path, "half");
    damage(dirname(begun.path));
    begun.leave();
    expect(begun.exists()).toBe(false);
    lease.release();
  });
});

describe("a cache folder that cannot be written to", () => {
  /** As root no mode forbids anything: a file where the leases belong does. */
  async function readOnly() {
    const folder = temporaryFolder("cache");
    const owner = beginCacheOperation(folder);
    await owner.add("a", fillDemo());
    owner.documents.write(["metadata", "a"], "text");
    owner.end();
    const { root } = cacheLayout(folder);
    rmSync(`${root}/leases`, { recursive: true });
    writeFileSync(`${root}/leases`, "");
    const warnings: string[] = [];
    return { cache: beginCacheOperation(folder, { onWarning: (code) => warnings.push(code) }), folder, warnings };
  }

  test("serves hits, without a word", async () => {
    const { cache, warnings, folder } = await readOnly();
    expect(cache.lookup("a", sha256)?.filesFolder.startsWith(folder)).toBe(true);
    expect(cache.documents.read("metadata", "a")?.toString()).toBe("text");
    cache.documents.write(["metadata", "b"], "lost");
    expect(cache.validate()).toBe(true);
    expect(warnings).toEqual([]);
    cache.end();
  });

  test("gets what is missing into a private cache for this run, and says so once", async () => {
    const { cache, warnings, folder } = await readOnly();
    const other = shaOf("other");
    const entry = await cache.addOnce({
      key: "b",
      lookup: (find) => find("b", other),
      make: (maker) => maker.add("b", fillDemo("other", "b")),
    });
    await cache.add("c", fillDemo("third", "c"));
    expect(entry.filesFolder.startsWith(folder)).toBe(false);
    expect(cache.lookup("a", sha256)?.filesFolder.startsWith(folder)).toBe(true);
    expect(warnings).toEqual(["MURRE_WARNING_CACHE_READ_ONLY"]);
    cache.end();
    expect(existsSync(entry.filesFolder)).toBe(false);
  });

  test("cleaning it fails with a code", async () => {
    const { folder, cache } = await readOnly();
    const { root } = cacheLayout(folder);
    writeFileSync(`${root}/condemned`, "");
    await expect(maintainCache(folder).clean()).rejects.toMatchObject({ code: "MURRE_CACHE_WRITE_FAILED" });
    cache.end();
  });
});

describe("a private cache (--no-cache)", () => {
  test("finds nothing of the shared one, leaves nothing there, and is removed at the end", async () => {
    const folder = temporaryFolder("cache");
    const owner = beginCacheOperation(folder);
    await owner.add("a", fillDemo());
    owner.end();
    const cache = beginCacheOperation(folder, { isPrivate: true });
    expect(cache.lookup("a", sha256)).toBeUndefined();
    const entry = await cache.add("b", fillDemo("b", "b"));
    expect(cache.lookup("b", shaOf("b"))?.id).toBe(entry.id);
    cache.end();
    expect(existsSync(cacheLayout(folder).archives + "/b")).toBe(false);
    expect(existsSync(entry.filesFolder)).toBe(false);
  });
});

test("an entry whose files are damaged while it is used is no longer found; a whole one stays", async () => {
  const folder = temporaryFolder("cache");
  const cache = beginCacheOperation(folder);
  const entry = await cache.add("a", fillDemo());
  expect(cache.discardDamaged("a", entry)).toBe(false);
  rmSync(`${entry.filesFolder}/a.py`);
  mkdirSync(`${entry.filesFolder}/b`);
  expect(cache.discardDamaged("a", entry)).toBe(true);
  expect(cache.lookup("a", sha256)).toBeUndefined();
  cache.end();
});
