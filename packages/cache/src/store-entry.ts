import { readFileSync, statSync } from "node:fs";
import type { CacheLayout } from "./layout.ts";
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
    return { id, sha256, filesFolder: `${folder}/pkg`, manifest: decodeManifest(readFileSync(`${folder}/manifest`)) };
  } catch {
    return undefined;
  }
}

/** Whether all files of an entry are there with their sizes: asked when something went wrong while it was used. */
export function isWhole({ filesFolder, manifest }: StoreEntry): boolean {
  try {
    return [...manifest.details(), ...manifest.head.apart].every(
      ({ path, sizeBytes }) => statSync(`${filesFolder}/${path}`).size === sizeBytes,
    );
  } catch {
    return false;
  }
}
