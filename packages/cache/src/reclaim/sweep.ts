import { errorCode, namesIn, NotAFile, readSmallFile } from "@murre/files";
import { lstatSync, rmdirSync, unlinkSync } from "node:fs";
import { deadSockets, removeSockets, sweepFlights, sweepHints, sweepLeases } from "@murre/locking";
import { snapshotRecords } from "./condemn.ts";
import { isNothingAt, isMissing, unlessMissing } from "../folder/fs-errors.ts";
import { leaseOfEntry, leaseOfPartial, leaseOfTemporary, type CacheLayout } from "../folder/layout.ts";
import { isNamed, removeOrphans } from "./orphan.ts";
import { readRecord } from "../entry/pointer.ts";
import { discard, measureTree, nothing, removeTree, type Amount } from "./trash.ts";

export interface SweepReport {
  /** What is free now. */
  readonly freed: Amount;
  /** Entries that go when their last user ends. */
  readonly pending: readonly string[];
  /** Leases of operations that had died. */
  readonly leases: number;
}

/**
 * Removes what nobody can use any more (protocols/reclamation.md, W1 to W5). Each item rests on its own stable fact (G3), so that sweepers may run side by side, be killed anywhere, and sleep
 * between look and deed; THIS order empties everything in one pass: dead leases go first, because all else waits for their absence.
 * Waits for nobody.
 */
export async function sweep(layout: CacheLayout, withPartials: boolean = false): Promise<SweepReport> {
  const freed = nothing();
  // W1. The verdict "dead" has effect only by the unlink of the lease (G2); everybody else, its holder too, goes by the file's
  // absence and never by the judge's opinion: a reader that validates "my lease is there" over a deleted entry would be CE3.
  const sockets = await deadSockets(layout.root); // protocols/locks.md, J5: asked before, removed after
  const { removed } = await sweepLeases(layout.root);
  await sweepFlights(layout.root);
  await sweepHints(layout.root);
  removeSockets(layout.root, sockets);
  const isAbsent = leaseAbsence(layout);
  sweepTemporaries(layout, isAbsent, freed);
  if (withPartials) sweepPartials(layout, isAbsent, freed);
  const pending = sweepRecords(layout, isAbsent, freed);
  sweepStore(layout, isAbsent, freed);
  sweepRest(layout, freed);
  return { freed, pending, leases: removed.length };
}

/**
 * W3 and W5 alone: at the end of an operation, so that what was condemned during its life goes with its last user and not only with
 * the next clean or prune. Costs one listing of an empty folder when there is nothing.
 */
export function sweepCondemned(layout: CacheLayout): void {
  if (namesIn(layout.condemned).length === 0) return;
  const freed = nothing();
  sweepRecords(layout, leaseAbsence(layout), freed);
  sweepRest(layout, freed);
}

type IsAbsent = (lease: string) => boolean;

/** Whether a lease is absent. Absent once is absent for ever (G1), so that answer is remembered; and each living one is asked for once a sweep. */
function leaseAbsence(layout: CacheLayout): IsAbsent {
  const known = new Map<string, boolean>();
  return (lease) => {
    const remembered = known.get(lease);
    if (remembered !== undefined) return remembered;
    const absent = lease === "" || isNothingAt(`${layout.leases}/${lease}`);
    known.set(lease, absent);
    return absent;
  };
}

/**
 * W2. Renamed away whole before anything in it is removed: a publisher that was taken for dead then finds no folder (ENOENT, fenced), and
 * never publishes one from which a sweeper had removed a file (CE8).
 */
function sweepTemporaries(layout: CacheLayout, isAbsent: IsAbsent, freed: Amount): void {
  for (const name of namesIn(layout.temporary))
    if (isAbsent(leaseOfTemporary(name))) discard(layout, `${layout.temporary}/${name}`, freed);
}

/** Removes unfinished downloads whose operation has ended. */
export function sweepPartials(
  layout: CacheLayout,
  isAbsent: IsAbsent = leaseAbsence(layout),
  freed: Amount = nothing(),
): void {
  for (const name of namesIn(layout.partial))
    if (isAbsent(leaseOfPartial(name))) discard(layout, `${layout.partial}/${name}`, freed);
}

/**
 * W3: what a record names goes when every lease of its snapshot is absent. A reader that may have the id took its lease before it read the
 * pointer, so before C1, so it is in S (G7); and its lease is absent only when it has ended or knows (rule V) that it lost everything.
 * @returns the ids that still have users.
 */
function sweepRecords(layout: CacheLayout, isAbsent: IsAbsent, freed: Amount): string[] {
  const records = namesIn(layout.condemned).filter((name) => !name.startsWith("."));
  // A cleaner may have died between C1 and C3. Its records are snapshot here: late, and all the safer.
  const snapshots = new Set(namesIn(layout.snapshots));
  snapshotRecords(
    layout,
    records.filter((record) => !snapshots.has(record)),
  );
  const allEnded = snapshotJudge(layout, isAbsent);
  const pending: string[] = [];
  for (const record of records) {
    const id = readRecord(`${layout.condemned}/${record}`);
    if (id === undefined) continue; // finished by another sweeper
    if (!allEnded(record)) {
      if (id !== "") pending.push(id);
      continue;
    }
    // A pointer that a damage made name another archive's entry took that entry's id along: it is not the record's to remove. An entry
    // condemned by its own pointer is never named again (G6), so this keeps nothing else.
    if (id !== "" && !isNamed(layout, id) && discard(layout, layout.entry(id), freed)) freed.entries += 1;
    // The bytes first: a record without an entry is finished by the next sweep, an entry without a record would be named by nobody.
    removeFile(layout, `${layout.condemned}/${record}`);
    removeFile(layout, `${layout.snapshots}/${record}`);
  }
  return pending;
}

/** One snapshot file serves up to 50,000 records by hard links: it is read once for each inode. */
function snapshotJudge(layout: CacheLayout, isAbsent: IsAbsent): (record: string) => boolean {
  const known = new Map<bigint, boolean>();
  return (record) => {
    const path = `${layout.snapshots}/${record}`;
    // No snapshot yet (it could not be linked): the next sweep.
    const inode = unlessMissing(() => lstatSync(path, { bigint: true }).ino);
    if (inode === undefined) return false;
    let ended = known.get(inode);
    if (ended === undefined) {
      ended = readSnapshot(layout, path)?.every((lease) => lease === "" || isAbsent(lease)) ?? false;
      known.set(inode, ended);
    }
    return ended;
  };
}

/** Undefined for what is gone, or is no snapshot: that goes, so that the next sweep takes one. Any S from after C1 is valid. */
function readSnapshot(layout: CacheLayout, path: string): string[] | undefined {
  try {
    return readSmallFile(path, { followsLinks: false }).toString("latin1").split("\n");
  } catch (error) {
    if (error instanceof NotAFile) removeFile(layout, path);
    else if (!isMissing(error)) throw error;
    return undefined;
  }
}

/** W4: entries whose creator has ended, and which no pointer names. */
function sweepStore(layout: CacheLayout, isAbsent: IsAbsent, freed: Amount): void {
  const abandoned = namesIn(layout.store).filter((id) => {
    const lease = leaseOfEntry(id);
    return lease !== undefined && isAbsent(lease);
  });
  removeOrphans(layout, abandoned, freed);
}

/** W5. A record is made before its snapshot, and the snapshots are listed first: one without a record belongs to a finished one. */
function sweepRest(layout: CacheLayout, freed: Amount): void {
  const snapshots = namesIn(layout.snapshots);
  const records = new Set(namesIn(layout.condemned));
  for (const name of snapshots) if (!records.has(name)) removeFile(layout, `${layout.snapshots}/${name}`);
  for (const name of namesIn(layout.trash)) removeTree(`${layout.trash}/${name}`, freed);
}

function removeFile(layout: CacheLayout, path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (isMissing(error)) return;
    if (errorCode(error) !== "EISDIR" && errorCode(error) !== "EPERM") throw error;
    discard(layout, path, nothing());
  }
}

/** What entries that still have users will give back. */
export function measureEntries(layout: CacheLayout, ids: readonly string[]): Amount {
  const amount = nothing();
  for (const id of new Set(ids)) {
    amount.entries += 1;
    measureTree(layout.entry(id), amount);
  }
  return amount;
}

/** Removes the folders that have become empty; a publisher that needs one makes it again. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders)
    try {
      rmdirSync(folder);
    } catch {
      // In use again, or gone.
    }
}
