import { decodeManifest } from "@murre/cache";
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
  const { directories, names } = decodeManifest(readFileSync(`${task.filesFolder}/../manifest`));
  const trees = new Map(task.trees.map(({ source, target }) => [source, target]));
  const folders = new Map(task.folders.map((folder) => [folder.source, folder]));
  const plain = task.skip.size === 0 && task.replace.size === 0;
  let file = 0;
  let copied = 0;
  for (const { path, fileCount } of directories) {
    const end = file + fileCount;
    const target = folders.size > 0 ? (folders.get(path)?.target ?? inTree(path, trees)) : inTree(path, trees);
    if (target === undefined) {
      file = end;
      continue;
    }
    if (folders.get(path)?.make !== false) mkdirSync(target);
    const from = path === "" ? `${task.filesFolder}/` : `${task.filesFolder}/${path}/`;
    const to = `${target}/`;
    for (; file < end; file++) {
      if (!plain && task.skip.has(file)) continue;
      const name = names[file] as string;
      if (!plain && task.replace.has(file)) copied += replaceFile(from + name, to + name, mode);
      else copied += placeFile(from + name, to + name, mode);
    }
  }
  for (const { path, content, executable } of task.generated) writeGenerated(path, content, executable);
  return { linked: file - task.skip.size - copied, copied };
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

/** Returns 1 when the file was copied, 0 when it was linked. */
function placeFile(from: string, to: string, mode: LinkMode): 0 | 1 {
  if (mode === "hardlink")
    try {
      linkSync(from, to);
      return 0;
    } catch (error) {
      if (!COPY_INSTEAD.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  return 1;
}

/** Replaces what another distribution placed: a new name beside it, then one rename over it. */
function replaceFile(from: string, to: string, mode: LinkMode): 0 | 1 {
  const temporary = `${to}.murre-new`;
  rmSync(temporary, { force: true });
  const copied = placeFile(from, temporary, mode);
  renameSync(temporary, to);
  // rename(2) between two hard links of one inode succeeds and leaves the old name in place.
  rmSync(temporary, { force: true });
  return copied;
}
