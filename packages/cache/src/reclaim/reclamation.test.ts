import { temporaryFolder } from "@murre/test-kit";
import { takeLease } from "@murre/locking";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { condemn, snapshotRecords } from "./condemn.ts";
import { fillDemo, namesBelow, shaOf } from "../demo-wheel.test.data.ts";
import { cacheLayout } from "../folder/layout.ts";
import type { CacheOperation } from "../operation/cache-operation.ts";
import { beginCacheOperation } from "../operation/operation.ts";
import { removeOrphans } from "./orphan.ts";
import { sweep, sweepCondemned } from "./sweep.ts";
import { nothing } from "./trash.ts";

const sha256 = shaOf("print()\n");

function open() {
  const folder = temporaryFolder("cache");
  const layout = cacheLayout(folder);
  const begin = (): CacheOperation => beginCacheOperation(folder);
  const pointer = layout.pointer("a", sha256);
  const names = (name: string) => namesBelow(layout.root, name);
  /** An entry that an operation published which has ended. */
  const publish = async (): Promise<string> => {
    const cache = begin();
    const { id } = await cache.add("a", fillDemo());
    cache.end();
    return id;
  };
  return { folder, layout, begin, pointer, names, publish };
}

/** A lease of a process that had this process's pid earlier: dead, but its file is there. */
function deadLease(root: string): string {
  const lease = takeLease(root);
  const name = lease.name.replace(/^.{16}/, "f".repeat(16)).replace(/_[^_]+$/, "_1");
  lease.release();
  writeFileSync(`${root}/leases/${name}`, "");
  return name;
}

// The labels are those of protocols/reclamation.md.
describe("condemn, C1 to C3", () => {
  test("takes the pointer away at once, and leaves the entry to those who have it", async () => {
    const { begin, layout, pointer, names, publish } = open();
    const id = await publish();
    const reader = begin();
    const entry = reader.lookup("a", sha256);
    expect(condemn(layout, [pointer])).toBe(1);
    expect(existsSync(pointer)).toBe(false);
    await sweep(layout);
    expect(readFileSync(`${entry?.filesFolder}/a.py`, "utf8")).toBe("print()\n");
    expect(names("store")).toEqual([id]);
    reader.end();
    expect(names("store")).toEqual([]);
  });

  test("a pointer that is already gone leaves nothing to do", () => {
    const { layout, pointer, names } = open();
    expect(condemn(layout, [pointer])).toBe(0);
    expect(names("condemned")).toEqual([]);
  });

  test("C2 reads the leases after C1 (CE1): a reader from before C1 is in the snapshot, one from after it is not needed", async () => {
    const { begin, layout, pointer, names, publish } = open();
    await publish();
    const reader = begin();
    const readersLease = names("leases");
    condemn(layout, [pointer]);
    const later = begin();
    const [snapshot = ""] = names("snapshots");
    expect(readFileSync(`${layout.snapshots}/${snapshot}`, "utf8").trim().split("\n")).toEqual(readersLease);
    reader.end();
    expect(names("store")).toEqual([]); // although `later` lives
    later.end();
  });

  test("one snapshot serves many pointers, by links, of which a file takes so many only", async () => {
    const { begin, layout, names } = open();
    const cache = begin();
    const texts = ["1", "2", "3", "4", "5"];
    for (const text of texts) await cache.add("a", fillDemo(text));
    condemn(
      layout,
      texts.map((text) => layout.pointer("a", shaOf(text))),
      2,
    );
    const inodes = names("snapshots").map((name) => statSync(`${layout.snapshots}/${name}`).ino);
    expect(inodes).toHaveLength(5);
    expect(new Set(inodes).size).toBe(3);
    expect(names("trash")).toEqual([]);
    cache.end();
    expect([...names("store"), ...names("condemned"), ...names("snapshots")]).toEqual([]);
  });

  test("the first snapshot of a record wins: a later one could miss a reader that a sweeper must wait for", async () => {
    const { begin, layout, pointer, names, publish } = open();
    await publish();
    const reader = begin();
    reader.lookup("a", sha256);
    condemn(layout, [pointer]);
    const [record = ""] = names("condemned");
    const before = readFileSync(`${layout.snapshots}/${record}`, "utf8");
    const lease = `${layout.leases}/${before.trim()}`;
    renameSync(lease, `${lease}.aside`);
    snapshotRecords(layout, [record]);
    expect(readFileSync(`${layout.snapshots}/${record}`, "utf8")).toBe(before);
    renameSync(`${lease}.aside`, lease);
    reader.end();
  });

  test("C1b marks the inode (CE7): who still resolves the old name on NFS reads no pointer", async () => {
    const { begin, layout, pointer, publish } = open();
    await publish();
    linkSync(pointer, `${layout.root}/stale`); // stands for the stale directory entry of an NFS client
    condemn(layout, [pointer]);
    renameSync(`${layout.root}/stale`, pointer);
    const reader = begin();
    expect(reader.lookup("a", sha256)).toBeUndefined();
    reader.end();
  });

  test("is irrevocable (CE6): what was condemned under readers is published anew under another id", async () => {
    const { begin, layout, pointer, names, publish } = open();
    const id = await publish();
    const reader = begin();
    reader.lookup("a", sha256);
    condemn(layout, [pointer]);
    const other = begin();
    const again = await other.add("a", fillDemo());
    expect(again.id).not.toBe(id);
    expect(names("store")).toHaveLength(2);
    reader.end();
    expect(names("store")).toEqual([again.id]);
    expect(other.lookup("a", sha256)?.id).toBe(again.id);
    other.end();
  });
});

describe("sweep, W1 to W5", () => {
  test("W1: a lease whose process has died is removed, and what waited for it goes in the same pass", async () => {
    const { layout, pointer, names, publish } = open();
    await publish();
    deadLease(layout.root);
    condemn(layout, [pointer]);
    sweepCondemned(layout);
    expect(names("store")).toHaveLength(1); // decided by the file's absence only (CE3)
    const { freed, leases } = await sweep(layout);
    expect(leases).toBe(1);
    expect(freed.entries).toBe(1);
    expect([...names("store"), ...names("leases"), ...names("condemned"), ...names("snapshots")]).toEqual([]);
  });

  test("W2: temporary files and folders of the absent go, those of the living stay", async () => {
    const { begin, layout, names } = open();
    const cache = begin();
    const own = cache.temporaryPath();
    mkdirSync(`${layout.temporary}/${"e".repeat(16)}_aaaaabbbbb_1_1-1/pkg`, { recursive: true });
    writeFileSync(`${layout.temporary}/${deadLease(layout.root)}-7`, "half a document");
    writeFileSync(own, "");
    await sweep(layout);
    expect(names("tmp")).toEqual([own.slice(own.lastIndexOf("/") + 1)]);
    cache.end();
  });

  test("W3: a record without a snapshot (its cleaner died between C1 and C3) gets one then", async () => {
    const { begin, layout, pointer, names, publish } = open();
    await publish();
    const reader = begin();
    mkdirSync(layout.condemned);
    renameSync(pointer, `${layout.condemned}/record`);
    const { pending } = await sweep(layout);
    expect(pending).toHaveLength(1);
    expect(names("snapshots")).toEqual(["record"]);
    expect(readFileSync(`${layout.condemned}/record`, "utf8")).toMatch(/\nx$/);
    reader.end();
    expect([...names("store"), ...names("condemned"), ...names("snapshots")]).toEqual([]);
  });

  test("W3: a record that names no entry is finished, and names nothing outside the store", async () => {
    const { layout, names, publish } = open();
    await publish();
    mkdirSync(layout.condemned);
    writeFileSync(`${layout.condemned}/torn`, "");
    writeFileSync(`${layout.condemned}/foreign`, "..\nx");
    mkdirSync(`${layout.condemned}/folder`);
    await sweep(layout);
    expect(names("condemned")).toEqual([]);
    expect(names("store")).toHaveLength(1);
  });

  test("W4: an entry that its dead creator did not publish goes, a published one stays", async () => {
    const { layout, pointer, names, publish } = open();
    const id = await publish();
    await sweep(layout);
    expect(names("store")).toEqual([id]);
    unlinkSync(pointer);
    await sweep(layout);
    expect(names("store")).toEqual([]);
  });

  test("W4: an entry whose key is damaged is kept as long as a pointer names it", async () => {
    const { layout, pointer, names, publish } = open();
    const id = await publish();
    writeFileSync(`${layout.entry(id)}/key`, "../../etc");
    await sweep(layout);
    expect(names("store")).toEqual([id]);
    unlinkSync(pointer);
    await sweep(layout);
    expect(names("store")).toEqual([]);
  });

  test("W5: snapshots without a record and whatever is in the trash go", async () => {
    const { layout, names } = open();
    mkdirSync(`${layout.trash}/x/y`, { recursive: true });
    mkdirSync(layout.snapshots);
    writeFileSync(`${layout.snapshots}/x`, "");
    await sweep(layout);
    expect([...names("trash"), ...names("snapshots")]).toEqual([]);
  });
});

describe("orphan, O1 to O5", () => {
  test("O2: once the token is revoked nothing can be published, whoever lives (CE2)", async () => {
    const { begin, layout, names } = open();
    const creator = begin();
    const { id } = await creator.add("a", fillDemo());
    unlinkSync(layout.pointer("a", sha256)); // as if it had not come to its link yet
    removeOrphans(layout, [id], nothing());
    expect(() => linkSync(`${layout.entry(id)}/ptr`, layout.pointer("a", sha256))).toThrow(/ENOENT/);
    expect(names("store")).toEqual([]);
    creator.end();
  });

  test("O3: an entry that its pointer names is kept, with its token", async () => {
    const { layout, publish } = open();
    const id = await publish();
    removeOrphans(layout, [id], nothing());
    expect(existsSync(`${layout.entry(id)}/ptr`)).toBe(true);
  });

  test("O4: an entry that a record names is left to that record (CE5)", async () => {
    const { begin, layout, pointer, names, publish } = open();
    const id = await publish();
    const reader = begin();
    reader.lookup("a", sha256);
    condemn(layout, [pointer]);
    removeOrphans(layout, [id], nothing());
    expect(names("store")).toEqual([id]);
    reader.end();
    expect(names("store")).toEqual([]);
  });
});

describe("publishing against sweepers", () => {
  test("P1: what was swept while it was filled is fenced, and filled again under a new lease (CE8)", async () => {
    const { begin, layout } = open();
    const cache = begin();
    let calls = 0;
    const entry = await cache.add("a", async (folder) => {
      if (++calls === 1) {
        for (const lease of namesBelow(layout.root, "leases")) unlinkSync(`${layout.leases}/${lease}`); // a wrong verdict
        await sweep(layout);
      }
      return fillDemo()(folder);
    });
    expect(calls).toBe(2);
    expect(readFileSync(`${entry.filesFolder}/a.py`, "utf8")).toBe("print()\n");
    cache.end();
  });

  test("what was removed from under the filling is filled again, also where the error comes wrapped, without a code", async () => {
    const { begin } = open();
    const cache = begin();
    let calls = 0;
    const entry = await cache.add("a", async (folder) => {
      if (++calls > 1) return fillDemo()(folder);
      throw new Error("could not be unpacked", {
        cause: new Error(`ENOENT: no such file or directory, mkdir '${folder}/x'`),
      });
    });
    expect(calls).toBe(2);
    expect(cache.lookup("a", sha256)?.id).toBe(entry.id);
    cache.end();
  });

  test("an own failure of the filling is not mistaken for a fence", async () => {
    const { begin } = open();
    const cache = begin();
    const missing = Object.assign(new Error("no such wheel"), { code: "ENOENT" });
    await expect(cache.add("a", () => Promise.reject(missing))).rejects.toBe(missing);
    cache.end();
  });

  test("a foreign name at the pointer is condemned, and the entry published under a new id", async () => {
    const { begin, layout, pointer } = open();
    mkdirSync(`${layout.archives}/a`, { recursive: true });
    writeFileSync(pointer, `${"0".repeat(32)}.lease.1\n`);
    const cache = begin();
    const entry = await cache.add("a", fillDemo());
    expect(cache.lookup("a", sha256)?.id).toBe(entry.id);
    cache.end();
  });
});

describe("V, validate()", () => {
  test("says that all is intact while the lease is there", async () => {
    const { begin } = open();
    const cache = begin();
    await cache.add("a", fillDemo());
    expect(cache.validate()).toBe(true);
    cache.end();
  });

  test("says once that a lost lease makes all that was looked up void, and goes on under a new one (CE3)", () => {
    const { begin, layout, names } = open();
    const cache = begin();
    const [first = ""] = names("leases");
    unlinkSync(`${layout.leases}/${first}`);
    expect(cache.validate()).toBe(false);
    expect(names("leases")).toHaveLength(1);
    expect(names("leases")).not.toEqual([first]);
    expect(cache.validate()).toBe(true);
    cache.end();
  });

  test("goes on with a private cache, and says so, after two losses", async () => {
    const { folder, layout, names } = open();
    const warnings: string[] = [];
    const cache = beginCacheOperation(folder, { onWarning: (code) => warnings.push(code) });
    for (let loss = 0; loss < 2; loss++) {
      rmSync(layout.leases, { recursive: true });
      expect(cache.validate()).toBe(false);
    }
    expect(warnings).toEqual(["MURRE_WARNING_PRIVATE_CACHE"]);
    const entry = await cache.add("a", fillDemo());
    expect(entry.filesFolder.startsWith(folder)).toBe(false);
    expect(cache.lookup("a", sha256)?.id).toBe(entry.id);
    cache.end();
    expect(existsSync(entry.filesFolder)).toBe(false);
    expect(names("store")).toEqual([]);
  });
});
