import { lstatSync, lutimesSync } from "node:fs";
import { uptime } from "node:os";
import { isOfThisBoot } from "@murre/locking";
import { leaseOfEntry, type CacheLayout } from "../folder/layout.ts";
import type { ArchiveManifest } from "./archive-manifest.ts";
import { filesOf, readManifest, type Manifest } from "./manifest.ts";
import type { WheelManifest } from "./wheel-manifest.ts";

interface Kept<Kind, Described> {
  readonly kind: Kind;
  readonly id: string;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  /** The folder that holds the entry's files, absolute. */
  readonly filesFolder: string;
  readonly manifest: Described;
}

/** A wheel in the store, unpacked. */
export type WheelEntry = Kept<"wheel", WheelManifest>;

/** An archive of sources in the store, as it is. */
export type ArchiveEntry = Kept<"archive", ArchiveManifest>;

/** What the store has. It stays intact for as long as the operation that looked it up has not ended. */
export type StoreEntry = WheelEntry | ArchiveEntry;

/** The entry of contents of this kind. */
export type EntryOf<Kind extends StoreEntry["kind"]> = Extract<StoreEntry, { readonly kind: Kind }>;

/** @returns undefined when there is no such entry, when its manifest is damaged, or when the id is another archive's. */
export function openEntry(layout: CacheLayout, id: string, sha256: string): StoreEntry | undefined {
  if (!id.startsWith(sha256.slice(0, 32))) return undefined;
  const folder = layout.entry(id);
  let manifest: Manifest;
  try {
    manifest = readManifest(`${folder}/manifest`);
  } catch {
    return undefined;
  }
  const place = { id, sha256, filesFolder: `${folder}/pkg` };
  return manifest.kind === "wheel" ? { kind: "wheel", ...place, manifest } : { kind: "archive", ...place, manifest };
}

function isFileOf(path: string, sizeBytes: number): boolean {
  const stats = lstatSync(path);
  return stats.isFile() && stats.size === sizeBytes;
}

/** Whether all files of an entry are there with their sizes: asked when something went wrong while it was used. */
export function isWhole({ filesFolder, manifest }: StoreEntry): boolean {
  try {
    return filesOf(manifest).every(({ path, sizeBytes }) => isFileOf(`${filesFolder}/${path}`, sizeBytes));
  } catch {
    return false;
  }
}

/**
 * Nothing is synced to the disk when an entry is published, so a power loss can leave one whose files are cut off. An entry from before this
 * machine was started gets one check of all sizes at its first use; its manifest's time then says that it has had it.
 * @param bootMs when this machine was started, in milliseconds since the epoch
 */
export function hasSurvived(entry: StoreEntry, bootMs = Date.now() - uptime() * 1000): boolean {
  const lease = leaseOfEntry(entry.id);
  if (lease !== undefined && isOfThisBoot(lease)) return true;
  const manifest = `${entry.filesFolder}/../manifest`;
  try {
    if (lstatSync(manifest).mtimeMs >= bootMs) return true;
  } catch {
    return false; // gone meanwhile
  }
  if (!isWhole(entry)) return false;
  try {
    lutimesSync(manifest, new Date(), new Date());
  } catch {
    // Another user's: it is checked again each time.
  }
  return true;
}
