import { decodeManifest, type ManifestDirectory } from "@murre/cache";
import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { LinkTask, PlacedFolder, PlacedTree } from "./plan.ts";

/** How files come out of the store. A hard link shares the bytes with the cache. */
export type LinkMode = "hardlink" | "copy";

export interface LinkCounts {
  readonly linked: number;
  readonly copied: number;
}

/** A task as it travels to a worker, which reads the manifest itself: folders and names cross no thread. */
export interface TransferredTask {
  readonly filesFolder: string;
  readonly trees: readonly PlacedTree[];
  readonly folders: readonly PlacedFolder[];
  readonly skip: ReadonlySet<number>;
  readonly replace: ReadonlySet<number>;
  /** This wheel's generated files, RECORD last; a Buffer arrives as plain bytes. */
  readonly generated: readonly { readonly path: string; readonly content: Uint8Array; readonly executable: boolean }[];
}

export function transferable(
  { entry, trees, folders, skip, replace }: LinkTask,
  generated: TransferredTask["generated"],
): TransferredTask {
  return { filesFolder: entry.filesFolder, trees, folders, skip, replace, generated };
}

/** These say that this file cannot be linked from there: another device, a file system without links, no more of them. */
const COPY_INSTEAD = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/**
 * Makes one task's folders, places its files and writes the generated ones, synchronously: a loop of system calls with
 * nothing in between.
 */
export function runLinkTask(task: TransferredTask, mode: LinkMode): LinkCounts {
  const { head, directories, names } = decodeManifest(readFileSync(`${task.filesFolder}/../manifest`));
  const trees = new Map(task.trees.map(({ source, target }) => [source, target]));
  const folders = new Map(task.folders.map((folder) => [folder.source, folder]));
  const plain = task.skip.size === 0 && task.replace.size === 0;
  const counts = { linked: 0, copied: 0 };
  for (const { path, fileCount, firstFile } of distInfoFirst(head.distInfo, directories)) {
    const folder = folders.get(path);
    const target = folder?.target ?? inTree(path, trees);
    if (target === undefined) continue;
    if (folder?.make !== false) mkdirSync(target);
    const from = path === "" ? `${task.filesFolder}/` : `${task.filesFolder}/${path}/`;
    const to = `${target}/`;
    for (let file = firstFile; file < firstFile + fileCount; file++) {
      if (!plain && task.skip.has(file)) continue;
      const name = names[file] as string;
      const place = !plain && task.replace.has(file) ? replaceFile : placeFile;
      counts[place(from + name, to + name, mode)] += 1;
    }
  }
  for (const { path, content, executable } of task.generated) writeGenerated(path, content, executable);
  return counts;
}

/**
 * The dist-info's folders before all others, each with the index of its first file: RECORD is written last, so a
 * distribution that a killed process left is known by a dist-info without one.
 */
function distInfoFirst(distInfo: string, directories: readonly ManifestDirectory[]) {
  let next = 0;
  const placed = directories.map(({ path, fileCount }) => {
    const firstFile = next;
    next += fileCount;
    return { path, fileCount, firstFile };
  });
  const isDistInfo = ({ path }: ManifestDirectory) => path === distInfo || path.startsWith(`${distInfo}/`);
  return [...placed.filter(isDistInfo), ...placed.filter((directory) => !isDistInfo(directory))];
}

/** A new inode, whatever stands there: never written through a link into the cache. */
function writeGenerated(path: string, content: Uint8Array, executable: boolean): void {
  const mode = executable ? 0o777 : 0o666;
  try {
    writeFileSync(path, content, { flag: "wx", mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const temporary = `${path}.murre-new`;
    rmSync(temporary, { force: true });
    writeFileSync(temporary, content, { flag: "wx", mode });
    renameSync(temporary, path);
  }
}

/** Where a folder of a tree goes; undefined for one that holds nothing to link, such as `.data` itself. */
function inTree(path: string, trees: ReadonlyMap<string, string>): string | undefined {
  const slash = path.indexOf("/");
  if (slash < 0) return trees.get(path);
  const root = trees.get(path.slice(0, slash));
  return root === undefined ? undefined : root + path.slice(slash);
}

function placeFile(from: string, to: string, mode: LinkMode): "linked" | "copied" {
  if (mode === "hardlink")
    try {
      linkSync(from, to);
      return "linked";
    } catch (error) {
      if (!COPY_INSTEAD.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  return "copied";
}

/** Replaces what another distribution placed: a new name beside it, then one rename over it. */
function replaceFile(from: string, to: string, mode: LinkMode): "linked" | "copied" {
  const temporary = `${to}.murre-new`;
  rmSync(temporary, { force: true });
  const how = placeFile(from, temporary, mode);
  renameSync(temporary, to);
  // rename(2) between two hard links of one inode succeeds and leaves the old name in place.
  rmSync(temporary, { force: true });
  return how;
}
