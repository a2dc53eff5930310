import { makeFolders, newLeaseName } from "@murre/locking";
import { copyFileSync, lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { EnvironmentContents } from "./environment-contents.ts";

/**
 * Writes the contents over whatever the folder holds, each file as a whole and `pyvenv.cfg` last, so that at any moment a
 * folder that was an environment is one, and a folder that was none becomes one only at the end. Other files stay.
 */
export function refreshContents(folder: string, contents: EnvironmentContents): void {
  makeFolders(folder);
  for (const directory of contents.directories) makeFolders(join(folder, directory));
  for (const { path, target } of contents.links) refreshLink(join(folder, path), target);
  for (const { path, source } of contents.copies)
    viaTemporaryName(join(folder, path), (temporary) => copyFileSync(source, temporary));
  for (const { path, text } of [...contents.files, contents.config]) writeFileAtomic.sync(join(folder, path), text);
}

function refreshLink(path: string, target: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // A real lib64 folder, as some systems' environments have it, stays what it is.
  if (stats?.isDirectory()) return;
  if (stats?.isSymbolicLink() && readlinkSync(path) === target) return;
  viaTemporaryName(path, (temporary) => symlinkSync(target, temporary));
}

function viaTemporaryName(path: string, make: (temporary: string) => void): void {
  const temporary = `${path}.${newLeaseName()}`;
  try {
    make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
