import { readSmallText } from "@murre/files";
import { chmod, copyFile, lstat, mkdir, readlink, symlink, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { NoSourceTree, SourceChanging } from "../errors.ts";
import { namedFolder } from "./git-repository.ts";
import { listSource, type SourceListing } from "./source-tree.ts";

/**
 * Copies a source tree that nobody may write to, so that a build can. What changes meanwhile is in the copy or not.
 * @param destination a path at which nothing is yet
 * @throws {NoSourceTree} {SourceChanging}, and the signal's reason.
 */
export async function copySource(
  folder: string,
  destination: string,
  listing: SourceListing,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(destination);
  try {
    for (const path of listing.facts.keys()) {
      signal?.throwIfAborted();
      // What links lead to outside, and what repositories say, are no entries of the folder.
      if (/^\.\.\/|(?:^|\/)\.git\/|\/\/|\/$/.test(path)) continue;
      await copyEntry(folder, join(folder, path), join(destination, path), path);
    }
  } catch (error) {
    signal?.throwIfAborted();
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new NoSourceTree(folder, `cannot be copied (${code}), and not be written to`, { cause: error });
  }
  if ((await listSource(folder, { signal })).fingerprint !== listing.fingerprint) throw new SourceChanging(folder);
}

async function copyEntry(folder: string, from: string, to: string, path: string): Promise<void> {
  const stats = await lstat(from);
  if (/(?:^|\/)\.git$/.test(path)) await linkRepository(from, to, stats.isDirectory());
  else if (stats.isDirectory()) await mkdir(to);
  else if (stats.isSymbolicLink()) {
    // A relative link that leaves the folder would lead elsewhere from the copy.
    const target = await readlink(from);
    const led = resolve(from, "..", target);
    await symlink(relative(folder, led).startsWith("..") ? led : target, to);
  } else {
    await copyFile(from, to);
    await chmod(to, (stats.mode & 0o777) | 0o200);
  }
}

/** The repository stays where it is; the copy says so, as a submodule does (gitrepository-layout). */
async function linkRepository(from: string, to: string, isFolder: boolean): Promise<void> {
  const place = isFolder ? from : namedFolder(readSmallText(from));
  if (place !== undefined) await writeFile(to, `gitdir: ${resolve(from, "..", place)}\n`);
}
