import { errorCode, refuseLink } from "@murre/files";
import { linkSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Lease } from "@murre/locking";
import { condemn } from "../reclaim/condemn.ts";
import { withParent } from "../documents/documents.ts";
import { CacheWriteFailed } from "../errors.ts";
import { isNothingAt, isMissing } from "../folder/fs-errors.ts";
import { entryId, type CacheLayout } from "../folder/layout.ts";
import { encodeManifest, type EntryContents } from "../entry/manifest.ts";
import { removeOrphans } from "../reclaim/orphan.ts";
import { readPointer } from "../entry/pointer.ts";
import { openEntry, type EntryOf, type StoreEntry } from "../entry/store-entry.ts";
import { nothing, removeTree } from "../reclaim/trash.ts";

/** Fills an existing, empty folder with the files of an entry, and says what they are. */
export type FillEntry<Contents extends EntryContents = EntryContents> = (filesFolder: string) => Promise<Contents>;

/** What was being filled is gone, because somebody judged this operation dead (or removed the cache): new lease, as a miss. */
export class Fenced extends Error {}

/** Something that is not an entry had the pointer's name; publish once more, under a new id (CE4). */
export class PublishAgain extends Error {}

/** The error after too many of either: no cleaner removes a folder that often, so the file system itself must be losing files. */
export function vanishing(root: string, cause: unknown): CacheWriteFailed {
  return new CacheWriteFailed(root, `${errorCode(cause) ?? "gone"}, again and again`, { cause });
}

/**
 * Adds an archive under a lease (protocols/reclamation.md, P0 to P2): `fill` unpacks, one rename makes it an entry, one link publishes it.
 * @throws {Fenced} {PublishAgain} {CacheWriteFailed}, and whatever `fill` throws. Nothing is published then, and nothing is left.
 */
export async function fillAndPublish<Contents extends EntryContents>(
  layout: CacheLayout,
  lease: Lease,
  project: string,
  fill: FillEntry<Contents>,
): Promise<EntryOf<Contents["kind"]>> {
  const n = lease.nextId();
  const folder = `${layout.temporary}/${lease.name}-${n}`;
  prepare(folder);
  let contents: Contents;
  try {
    contents = await fill(`${folder}/pkg`);
  } catch (error) {
    // Where the folder, something in it or the lease has vanished, that is what it failed of, whatever the unpacker's error says: filled
    // again, a failure of its own comes back with the folder in place.
    const isFenced = missedBelow(error, folder) || !isStillMine(lease, folder);
    removeTree(folder, nothing());
    throw isFenced ? new Fenced("", { cause: error }) : error;
  }
  const { kind, sha256 }: Pick<Contents, "kind" | "sha256"> = contents;
  const id = entryId(sha256, lease.name, n);
  complete(layout, folder, id, `${project}/${sha256}`, encodeManifest(contents));
  return publish(layout, { id, project, sha256, kind });
}

/** P0, first half. `mkdir` without parents, so that a folder which a sweeper took away is never made again half full (CE8). */
function prepare(folder: string): void {
  try {
    withParent(folder, () => mkdirSync(folder));
    writeFileSync(`${folder}/begin`, "", { flag: "wx" });
    mkdirSync(`${folder}/pkg`);
  } catch (error) {
    if (isMissing(error)) throw new Fenced("", { cause: error });
    throw writeFailed(folder, error);
  }
}

/**
 * P0, second half, and P1. `begin` renamed to `done` fails where the folder was swept and made anew by somebody's mkdir -p: without this
 * mark an entry could appear that lacks what was filled before the sweep (CE8).
 */
function complete(layout: CacheLayout, folder: string, id: string, key: string, manifest: Buffer): void {
  try {
    writeFileSync(`${folder}/manifest`, manifest, { flag: "wx" });
    writeFileSync(`${folder}/key`, `${key}\n`, { flag: "wx" });
    writeFileSync(`${folder}/ptr`, `${id}\n`, { flag: "wx" });
    renameSync(`${folder}/begin`, `${folder}/done`);
    // P1: the rename's source is the very name that a sweeper takes away (G4), so one of the two gets it.
    withParent(layout.entry(id), () => renameSync(folder, layout.entry(id)));
  } catch (error) {
    if (isMissing(error)) throw new Fenced("", { cause: error });
    removeTree(folder, nothing());
    throw writeFailed(folder, error);
  }
}

/** Each refusal means that a cleaner removed an empty folder meanwhile; so many are no accident any more. */
const mostRefusals = 100;

/** An entry that is complete, and whose pointer is to name it. */
interface Unpublished<Kind extends StoreEntry["kind"]> {
  readonly id: string;
  readonly project: string;
  readonly sha256: string;
  readonly kind: Kind;
}

/** P2: the pointer can be linked only from a token that nobody revoked, so it always names a complete entry (S2). */
function publish<Kind extends StoreEntry["kind"]>(layout: CacheLayout, own: Unpublished<Kind>): EntryOf<Kind> {
  const { id, project, sha256 } = own;
  const token = `${layout.entry(id)}/ptr`;
  const pointer = layout.pointer(project, sha256);
  for (let refusals = 0; ; refusals++)
    try {
      refuseLink(dirname(pointer));
      withParent(pointer, () => linkSync(token, pointer));
      return ownEntry(layout, own);
    } catch (error) {
      if (errorCode(error) === "EEXIST") return useWinner(layout, own);
      if (!isMissing(error)) {
        removeOrphans(layout, [id], nothing());
        throw writeFailed(pointer, error);
      }
      // ENOENT says two things: the token was revoked, or the pointer's folder, being empty, was removed under us.
      if (refusals === mostRefusals || isNothingAt(token)) throw new Fenced();
    }
}

function useWinner<Kind extends StoreEntry["kind"]>(layout: CacheLayout, own: Unpublished<Kind>): EntryOf<Kind> {
  const { id, project, sha256 } = own;
  const pointer = layout.pointer(project, sha256);
  const winner = readPointer(pointer);
  if (winner === id) return ownEntry(layout, own); // a retransmitted LINK (NFS, N3)
  const entry = winner === undefined ? undefined : openEntry(layout, winner, sha256);
  // O1: I am the creator, and my link did not succeed. Never removed directly, without O2 to O4: on NFS the link may have been
  // made although its answer was lost, and have found readers (CE4).
  removeOrphans(layout, [id], nothing());
  if (entry !== undefined && isOfKind(entry, own.kind)) return entry;
  // It named nothing whole; or the same bytes are kept there as sources, and are wanted as a wheel, or the other way round.
  condemn(layout, [pointer]);
  throw new PublishAgain();
}

function isOfKind<Kind extends StoreEntry["kind"]>(entry: StoreEntry, kind: Kind): entry is EntryOf<Kind> {
  return entry.kind === kind;
}

function ownEntry<Kind extends StoreEntry["kind"]>(
  layout: CacheLayout,
  { id, sha256, kind }: Unpublished<Kind>,
): EntryOf<Kind> {
  const entry = openEntry(layout, id, sha256);
  if (entry === undefined || !isOfKind(entry, kind)) throw new Fenced();
  return entry;
}

/**
 * Whether the system missed something below the folder. Everything there was made by this filling, so it was taken away. By the path that
 * the system named: an unpacker wraps its error, and a thread hands it over without its code.
 */
function missedBelow(error: unknown, folder: string): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    for (const [, path] of at.message.matchAll(/ENOENT: [a-z, ]*'([^']*)'/g))
      if (path?.startsWith(folder) === true) return true;
  return false;
}

function isStillMine(lease: Lease, folder: string): boolean {
  return !isNothingAt(lease.path) && !isNothingAt(folder);
}

function writeFailed(path: string, error: unknown): CacheWriteFailed {
  return new CacheWriteFailed(path, errorCode(error) ?? String(error), { cause: error });
}
