import { errorCode, randomDigits } from "@murre/files";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { withParent } from "../documents/documents.ts";
import { isMissing, unlessMissing } from "../folder/fs-errors.ts";
import type { CacheLayout } from "../folder/layout.ts";

/** What removing gave back. Bytes of files that an environment links stay in use, and are not counted. */
export interface Amount {
  entries: number;
  files: number;
  bytes: number;
}

export const nothing = (): Amount => ({ entries: 0, files: 0, bytes: 0 });

/**
 * G5: what is removed moves into `trash/<uuid>` first, by one rename, so that nobody ever meets it half removed under its name.
 * @returns where it lies now; undefined when it was not there (any more).
 */
export function moveToTrash(layout: CacheLayout, path: string): string | undefined {
  const trash = `${layout.trash}/${randomDigits()}`;
  return unlessMissing(() => {
    withParent(trash, () => renameSync(path, trash));
    return trash;
  });
}

/** Moves to the trash and empties that place at once. @returns false when it was not there. */
export function discard(layout: CacheLayout, path: string, freed: Amount): boolean {
  const trash = moveToTrash(layout, path);
  if (trash === undefined) return false;
  removeTree(trash, freed);
  return true;
}

/** Removes a tree that nobody uses, counting what that frees. Two may remove one tree at once; what resists stays for the next sweep. */
export function removeTree(path: string, freed: Amount): void {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) removeFolder(path, freed);
    else {
      unlinkSync(path);
      count(stat, freed);
    }
  } catch (error) {
    if (!isMissing(error) && !resists(error)) throw error;
  }
}

function removeFolder(folder: string, freed: Amount): void {
  const opened = openFolder(folder);
  try {
    const path = pathOfOpened(opened) ?? folder;
    for (const name of readdirSync(path)) removeTree(`${path}/${name}`, freed);
  } finally {
    closeSync(opened);
  }
  rmdirSync(folder);
}

/** Not what a link leads to, should somebody have put one there since the look. */
function openFolder(folder: string): number {
  const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants;
  try {
    return openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) !== "EACCES") throw error;
    chmodSync(folder, 0o700);
    return openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
}

let hasDescriptorPaths: boolean | undefined;

/** The open folder by a name that leads to it wherever it is moved meanwhile: in a cache that others can write, its path may become a link. */
function pathOfOpened(descriptor: number): string | undefined {
  hasDescriptorPaths ??= process.platform === "linux" && existsSync("/proc/self/fd");
  return hasDescriptorPaths ? `/proc/self/fd/${descriptor}` : undefined;
}

function resists(error: unknown): boolean {
  return ["ENOTEMPTY", "EEXIST", "EACCES", "EPERM", "EBUSY", "ELOOP", "ENOTDIR", "EMFILE"].includes(
    errorCode(error) ?? "",
  );
}

/** What removing a tree would free, without touching it. */
export function measureTree(path: string, amount: Amount): void {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) for (const name of readdirSync(path)) measureTree(`${path}/${name}`, amount);
    else count(stat, amount);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function count(stat: { readonly nlink: number; readonly size: number }, amount: Amount): void {
  amount.files += 1;
  if (stat.nlink === 1) amount.bytes += stat.size;
}
