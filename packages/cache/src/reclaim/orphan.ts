import { isRealFolder, namesIn, readSmallText } from "@murre/files";
import { unlinkSync } from "node:fs";
import { decidingScan } from "@murre/locking";
import { isMissing } from "../folder/fs-errors.ts";
import { parseKey, type CacheLayout } from "../folder/layout.ts";
import { readPointer, readRecord } from "../entry/pointer.ts";
import { discard, type Amount } from "./trash.ts";

/**
 * Removes entries that no pointer names and nobody can publish any more (protocols/reclamation.md, O1 to O5). All of them at once, because one
 * listing of the records (O4) serves every entry whose pointer was read before it.
 *
 * O1, the precondition: the creator's lease is absent, or the caller is the creator and its link did not succeed.
 */
export function removeOrphans(layout: CacheLayout, ids: readonly string[], freed: Amount): void {
  const unnamed = ids.filter((id) => {
    if (isNamed(layout, id)) return false; // the common case, without a write
    // O2 revokes the right to publish: P2 links the token itself, so after this unlink the kernel refuses it (G4). Whether the
    // creator really is dead does not matter: should it live, it meets ENOENT and starts again (CE2).
    revokeToken(layout, id);
    // O3 after O2: a link that came before the unlink shows here.
    return !isNamed(layout, id);
  });
  if (unnamed.length === 0) return;
  // O4 after O3, never before: C1 moves a pointer from archives/ to condemned/, so looked for in this order it is met in one of the
  // two. Looking into condemned/ first can miss it in both, and delete under a reader without a snapshot (CE5).
  const condemned = condemnedIds(layout);
  for (const id of unnamed)
    // A condemned entry may have readers: whoever sweeps its record (W3) takes the bytes. This is also how an entry survives that
    // a retransmitted link (NFS) published although its creator was told EEXIST (CE4).
    if (!condemned.has(id) && discard(layout, layout.entry(id), freed)) freed.entries += 1; // O5
}

/** O3: whether the pointer of an entry names it. The key tells which pointer; a damaged one costs a look at all of them. */
export function isNamed(layout: CacheLayout, id: string): boolean {
  const key = keyOf(layout, id);
  if (key !== undefined) return readPointer(layout.pointer(key.project, key.sha256)) === id;
  return pointersOf(layout, id).length > 0;
}

export function keyOf(layout: CacheLayout, id: string): { project: string; sha256: string } | undefined {
  try {
    return parseKey(readSmallText(`${layout.entry(id)}/key`, { followsLinks: false }));
  } catch {
    return undefined;
  }
}

function pointersOf(layout: CacheLayout, id: string): string[] {
  return (decidingScan(layout.archives) ?? []).flatMap((project) =>
    namesIn(`${layout.archives}/${project}`)
      .filter((sha256) => id.startsWith(sha256.slice(0, 32)))
      .map((sha256) => layout.pointer(project, sha256))
      .filter((pointer) => readPointer(pointer) === id),
  );
}

/** The ids that records name, from one listing that shows every record which was there before it. */
export function condemnedIds(layout: CacheLayout): Set<string> {
  const ids = new Set<string>();
  for (const record of decidingScan(layout.condemned) ?? []) {
    const id = readRecord(`${layout.condemned}/${record}`);
    if (id !== undefined && id !== "") ids.add(id);
  }
  return ids;
}

function revokeToken(layout: CacheLayout, id: string): void {
  // A link among the entries is none, has no token, and is removed as a link.
  if (!isRealFolder(layout.entry(id))) return;
  try {
    unlinkSync(`${layout.entry(id)}/ptr`);
  } catch (error) {
    // A folder in its place cannot be linked either.
    if (!isMissing(error) && !isRealFolder(`${layout.entry(id)}/ptr`)) throw error;
  }
}
