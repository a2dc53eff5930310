import { isPointer } from "../entry/pointer.ts";
import { errorCode, refuseLink, randomDigits } from "@murre/files";
import { closeSync, constants, linkSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { decidingScan } from "@murre/locking";
import { withParent } from "../documents/documents.ts";
import { isMissing } from "../folder/fs-errors.ts";
import type { CacheLayout } from "../folder/layout.ts";

/** ext4 refuses 65,000 links of one file; other file systems allow more. */
const mostLinks = 50_000;

/**
 * Takes pointers away (protocols/reclamation.md, C1, C1b) and writes down who may still use what they named (C2, C3). Waits for nobody. What
 * they named is reclaimed by a sweep (W3) after those have ended. Condemnation is irrevocable (G6): a pointer taken away by
 * mistake is never put back, because a snapshot may be older than a reader who came after it was put back (CE6).
 * @returns how many of the pointers were there to be taken.
 */
export function condemn(layout: CacheLayout, pointers: readonly string[], linksPerFile: number = mostLinks): number {
  const records: string[] = [];
  for (const pointer of pointers) {
    const record = takePointer(layout, pointer);
    if (record !== undefined) records.push(record);
  }
  snapshotRecords(layout, records, linksPerFile);
  return records.length;
}

/** C1: one rename. Of two who condemn one pointer, one gets ENOENT and has nothing to do. */
function takePointer(layout: CacheLayout, pointer: string): string | undefined {
  const record = randomDigits();
  try {
    refuseLink(dirname(pointer));
    withParent(`${layout.condemned}/${record}`, () => renameSync(pointer, `${layout.condemned}/${record}`));
    return record;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * C1b, C2 and C3 for records that have no snapshot yet: one's own after C1, or those of a cleaner who died between C1 and C3.
 * Any S read after C1 is valid, so one listing of the leases, read after the last C1, serves all of them.
 */
export function snapshotRecords(
  layout: CacheLayout,
  records: readonly string[],
  linksPerFile: number = mostLinks,
): void {
  if (records.length === 0) return;
  // C1b before C2: whoever still resolves the old name (a stale directory entry on NFS) reads the marked inode and takes it for a miss;
  // marked any later, a reader who is not in S could have got the id (CE7).
  for (const record of records) mark(`${layout.condemned}/${record}`);
  // C2 after C1: a lease older than the reader's look at the pointer, which is older than C1, is seen here (G7). Read before
  // C1 it would miss a reader who came between (CE1).
  const leases = (decidingScan(layout.leases) ?? []).filter((name) => !name.startsWith("."));
  for (let from = 0; from < records.length; from += linksPerFile)
    writeSnapshot(layout, leases, records.slice(from, from + linksPerFile));
}

/** What opening says of a folder, a link, a socket. */
const noFile = new Set<string | undefined>(["EISDIR", "ELOOP", "EMLINK", "ENXIO", "EOPNOTSUPP"]);

function mark(record: string): void {
  try {
    // Without O_CREAT: a record that a sweeper has just finished must not come back. What is no pointer needs no mark, and is not written to.
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const file = openSync(record, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (isPointer(file)) writeSync(file, "x");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // Finished by another sweeper; or no file, which no reader takes for a pointer anyway.
    if (!isMissing(error) && !noFile.has(errorCode(error))) throw error;
  }
}

/**
 * C3: S appears under each record's name by a link, whole, and the first one wins: a snapshot is never replaced, since a sweeper
 * may be acting on it. EEXIST: somebody else's S, also from after C1. ENOENT: a sweeper emptied the trash under us, and the next
 * one, who finds the record without a snapshot, does it.
 */
function writeSnapshot(layout: CacheLayout, leases: readonly string[], records: readonly string[]): void {
  const source = `${layout.trash}/${randomDigits()}`;
  withParent(source, () => writeFileSync(source, leases.map((name) => `${name}\n`).join(""), { flag: "wx" }));
  for (const record of records)
    try {
      withParent(`${layout.snapshots}/${record}`, () => linkSync(source, `${layout.snapshots}/${record}`));
    } catch (error) {
      if (!isMissing(error) && errorCode(error) !== "EEXIST") throw error;
    }
  try {
    unlinkSync(source);
  } catch {
    // Another sweeper emptied the trash.
  }
}

/** Condemns a pointer that names nothing whole. On a cache that cannot be written to it stays, a plain miss. */
export function heal(layout: CacheLayout, pointer: string): void {
  try {
    condemn(layout, [pointer]);
  } catch {
    // The next one who can write does it.
  }
}
