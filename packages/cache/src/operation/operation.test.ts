import { temporaryFolder } from "@murre/test-kit";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fillDemo } from "../demo-wheel.test.data.ts";
import type { ArchiveManifest } from "../entry/archive-manifest.ts";
import type { EntryContents } from "../entry/manifest.ts";
import type { WheelContents } from "../entry/wheel-manifest.ts";
import { entryId } from "../folder/layout.ts";
import type { CacheOperation } from "./cache-operation.ts";
import { beginCacheOperation } from "./operation.ts";

const sha256 = "ab".repeat(32);

/** Stands for unpacking: writes one file, and says so. */
function fill(text = "print()\n") {
  return async (folder: string): Promise<WheelContents> => ({ ...(await fillDemo(text)(folder)), sha256 });
}

function withCache(work: (cache: CacheOperation, folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = temporaryFolder("cache");
    const cache = beginCacheOperation(folder);
    try {
      await work(cache, folder);
    } finally {
      cache.end();
    }
  };
}

const listed = (cache: CacheOperation, name: string) => {
  const path = join(cache.layout.root, name);
  return existsSync(path) ? readdirSync(path) : [];
};

describe("a store entry", () => {
  test(
    "is a miss before it was added, and found afterwards, also by others",
    withCache(async (cache, folder) => {
      expect(cache.lookup("a", sha256)).toBeUndefined();
      const added = await cache.add("a", fill());
      const other = beginCacheOperation(folder);
      const found = other.lookup("a", sha256);
      other.end();
      expect(found?.id).toBe(added.id);
      expect(readFileSync(join(found?.filesFolder ?? "", "a.py"), "utf8")).toBe("print()\n");
      expect(found).toMatchObject({ kind: "wheel", manifest: { head: { name: "a" } } });
    }),
  );

  test(
    "has the pointer as a hard link to its token (P2)",
    withCache(async (cache) => {
      const { id } = await cache.add("a", fill());
      const token = statSync(`${cache.layout.entry(id)}/ptr`);
      const pointer = statSync(cache.layout.pointer("a", sha256));
      expect(pointer.ino).toBe(token.ino);
      expect(readFileSync(cache.layout.pointer("a", sha256), "utf8")).toBe(`${id}\n`);
    }),
  );

  test(
    "of the loser of a race is dropped, and the winner's is used",
    withCache(async (cache) => {
      const entries = await Promise.all([1, 2, 3, 4].map(() => cache.add("a", fill())));
      expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
      expect(listed(cache, "store")).toEqual([entries[0]?.id]);
      expect(listed(cache, "tmp")).toEqual([]);
      expect(listed(cache, "trash")).toEqual([]);
    }),
  );

  test(
    "that failed to fill leaves nothing behind",
    withCache(async (cache) => {
      await expect(cache.add("a", () => Promise.reject(new Error("no wheel")))).rejects.toThrow("no wheel");
      expect(cache.lookup("a", sha256)).toBeUndefined();
      expect([...listed(cache, "store"), ...listed(cache, "tmp")]).toEqual([]);
    }),
  );
});

describe("an entry is of the kind that was asked for, where the same bytes are kept as the other", () => {
  const wheel = fill();
  const archive = async (folder: string): Promise<ArchiveManifest> => {
    writeFileSync(join(folder, "a-1.0.zip"), "12345", { flag: "wx" });
    return { kind: "archive", filename: "a-1.0.zip", project: "a", version: "1.0", sizeBytes: 5, sha256 };
  };
  test.each([
    ["a wheel beside an archive", archive, wheel, "wheel", "a.py"],
    ["an archive beside a wheel", wheel, archive, "archive", "a-1.0.zip"],
    ["an archive beside an archive", archive, archive, "archive", "a-1.0.zip"],
  ])("%s", async (_case, first, second, kind, file) => {
    await withCache(async (cache) => {
      const before = await cache.add<EntryContents>("a", first);
      const after = await cache.add<EntryContents>("a", second);
      expect(after.kind).toBe(kind);
      expect(cache.lookup("a", sha256)).toMatchObject({ id: after.id, kind });
      expect(readdirSync(after.filesFolder)).toEqual([file]);
      expect(existsSync(before.filesFolder)).toBe(true); // whoever has the other one keeps it
    })();
  });
});

describe("outside interference is a miss, never an error", () => {
  test(
    "the entry's bytes are gone: the pointer is condemned, and the next one publishes",
    withCache(async (cache) => {
      const { id } = await cache.add("a", fill());
      rmSync(cache.layout.entry(id), { recursive: true });
      expect(cache.lookup("a", sha256)).toBeUndefined();
      expect(listed(cache, "condemned")).toHaveLength(1);
      const again = await cache.add("a", fill());
      expect(cache.lookup("a", sha256)?.id).toBe(again.id);
    }),
  );

  test(
    "the manifest is torn",
    withCache(async (cache) => {
      const { id } = await cache.add("a", fill());
      writeFileSync(`${cache.layout.entry(id)}/manifest`, "{");
      expect(cache.lookup("a", sha256)).toBeUndefined();
    }),
  );

  test(
    "the pointer is marked as condemned (protocols/reclamation.md, C1b)",
    withCache(async (cache) => {
      await cache.add("a", fill());
      writeFileSync(cache.layout.pointer("a", sha256), "x", { flag: "a" });
      expect(cache.lookup("a", sha256)).toBeUndefined();
    }),
  );

  test(
    "the whole cache folder was removed under the operation",
    withCache(async (cache, folder) => {
      await cache.add("a", fill());
      rmSync(folder, { recursive: true });
      expect(cache.lookup("a", sha256)).toBeUndefined();
      const again = await cache.add("a", fill());
      expect(existsSync(join(again.filesFolder, "a.py"))).toBe(true);
    }),
  );

  test(
    "a fill whose folder was swept and made anew is fenced and repeated",
    withCache(async (cache) => {
      let calls = 0;
      const entry = await cache.add("a", async (folder) => {
        calls += 1;
        const unpacked = await fill()(folder);
        if (calls === 1) {
          const own = join(folder, "..");
          rmSync(own, { recursive: true });
          mkdirSync(join(own, "pkg"), { recursive: true });
        }
        return unpacked;
      });
      expect(calls).toBe(2);
      expect(readFileSync(join(entry.filesFolder, "a.py"), "utf8")).toBe("print()\n");
    }),
  );

  test(
    "an own entry that a record condemns keeps its bytes: a retransmitted link (NFS) had published it",
    withCache(async (cache, folder) => {
      let own = "";
      await cache.add("a", async (filesFolder) => {
        const unpacked = await fill()(filesFolder);
        own = entryId(sha256, ...leaseAndNumber(filesFolder));
        mkdirSync(join(cache.layout.root, "condemned"));
        writeFileSync(join(cache.layout.root, "condemned/record"), `${own}\nx`);
        const other = beginCacheOperation(folder);
        await other.add("a", fill());
        other.end();
        return unpacked;
      });
      expect(listed(cache, "store")).toContain(own);
      expect(cache.lookup("a", sha256)?.id).not.toBe(own);
    }),
  );
});

describe("an entry from before this machine was started", () => {
  /** As if a process of another boot had published it: its name and its times tell. */
  function fromEarlierBoot({ layout }: CacheOperation, id: string): string {
    const other = id.replace(/_[0-9a-z]{5}/, "_0boot");
    renameSync(layout.entry(id), layout.entry(other));
    writeFileSync(layout.pointer("a", sha256), `${other}\n`); // the token is a link of it
    utimesSync(`${layout.entry(other)}/manifest`, new Date(0), new Date(0));
    return `${layout.entry(other)}/pkg/a.py`;
  }

  test(
    "whose files a power loss cut off is a miss, and published anew",
    withCache(async (cache) => {
      const file = fromEarlierBoot(cache, (await cache.add("a", fill())).id);
      writeFileSync(file, "");
      expect(cache.lookup("a", sha256)).toBeUndefined();
      expect(listed(cache, "condemned")).toHaveLength(1);
      await cache.add("a", fill());
      expect(readFileSync(join(cache.lookup("a", sha256)?.filesFolder ?? "", "a.py"), "utf8")).toBe("print()\n");
    }),
  );

  test(
    "is looked through once: at its first use",
    withCache(async (cache) => {
      const file = fromEarlierBoot(cache, (await cache.add("a", fill())).id);
      expect(cache.lookup("a", sha256)).toBeDefined();
      writeFileSync(file, "");
      expect(cache.lookup("a", sha256)).toBeDefined();
    }),
  );
});

function leaseAndNumber(filesFolder: string): [string, number] {
  const match = /([^/]+)-(\d+)\/pkg$/.exec(filesFolder);
  return [match?.[1] ?? "", Number(match?.[2])];
}

describe("documents", () => {
  test(
    "are read whole or not at all, and replaced by one rename",
    withCache(async (cache) => {
      expect(cache.documents.read("index", "x", "p")).toBeUndefined();
      cache.documents.write(["index", "x", "p"], "one");
      cache.documents.write(["index", "x", "p"], "two");
      expect(cache.documents.read("index", "x", "p")?.toString()).toBe("two");
      expect(listed(cache, "tmp")).toEqual([]);
    }),
  );

  test(
    "that cannot be written fail no operation",
    withCache(async (cache) => {
      writeFileSync(join(cache.layout.root, "index"), "a file where the folder belongs");
      expect(() => cache.documents.write(["index", "x"], "data")).not.toThrow();
      expect(cache.documents.read("index", "x")).toBeUndefined();
      expect(listed(cache, "tmp")).toEqual([]);
    }),
  );
});

test("a cache folder that is a file is refused with a code", () => {
  const file = join(temporaryFolder("cache"), "file");
  writeFileSync(file, "");
  expect(() => beginCacheOperation(file)).toThrow(
    expect.objectContaining({ code: "MURRE_CACHE_UNUSABLE", folder: file }),
  );
});

test("the lease of an operation is gone when it ends", () => {
  const folder = temporaryFolder("cache");
  const cache = beginCacheOperation(folder);
  expect(listed(cache, "leases")).toHaveLength(1);
  cache.end();
  expect(listed(cache, "leases")).toEqual([]);
});
