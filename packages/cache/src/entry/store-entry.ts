import { lstatSync, lutimesSync } from "node:fs";
import { readSmallFile } from "@murre/files";
import { uptime } from "node:os";
import { isOfThisBoot } from "@murre/locking";
import { leaseOfEntry, type CacheLayout } from "../folder/layout.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";

/** One unpacked archive in the store. It stays intact for as long as the operation that looked it up has not ended. */
export interface StoreEntry {
  readonly id: string;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  /** The folder that holds the archive's files, absolute. */
  readonly filesFolder: string;
  readonly manifest: Manifest;
}

/** @returns undefined when there is no such entry, when its manifest is damaged, or when the id is another archive's. */
export function openEntry(layout: CacheLayout, id: string, sha256: string): StoreEntry | undefined {
  if (!id.startsWith(sha256.slice(0, 32))) return undefined;
  const folder = layout.entry(id);
  try {
    return {
      id,
      sha256,
      filesFolder: `${folder}/pkg`,
      manifest: decodeManifest(readSmallFile(`${folder}/manifest`, asManifest)),
    };
  } catch {
    return undefined;
  }
}

/** A hundred bytes or two for each file of an archive. */
const asManifest = { followsLinks: false, atMostBytes: 512 * 1024 * 1024 };

function isFileOf(path: string, sizeBytes: number): boolean {
  const stats = lstatSync(path);
  return stats.isFile() && stats.size === sizeBytes;
}

/** Whether all files of an entry are there with their sizes: asked when something went wrong while it was used. */
export function isWhole({ filesFolder, manifest }: StoreEntry): boolean {
  try {
    return [...manifest.details(), ...manifest.head.apart].every(({ path, sizeBytes }) =>
      isFileOf(`${filesFolder}/${path}`, sizeBytes),
    );
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
