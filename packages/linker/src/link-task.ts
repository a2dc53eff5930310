import { constants, copyFileSync, linkSync, mkdirSync, renameSync, rmSync } from "node:fs";
import type { LinkTask } from "./plan.ts";

/** How files come out of the store. A hard link shares the bytes with the cache. */
export type LinkMode = "hardlink" | "copy";

export interface LinkCounts {
  readonly linked: number;
  readonly copied: number;
}

/** A task as it travels to a worker: plain values. */
export type TransferredTask = Pick<LinkTask, "filesFolder" | "nameBytes" | "folders" | "skip" | "replace">;

/** These say that this file cannot be linked from there: another device, a file system without links, no more of them. */
const COPY_INSTEAD = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Makes one task's folders and places its files, synchronously: a loop of system calls with nothing in between. */
export function runLinkTask(task: TransferredTask, mode: LinkMode): LinkCounts {
  const names = Buffer.from(task.nameBytes.buffer, task.nameBytes.byteOffset, task.nameBytes.byteLength)
    .toString("utf8")
    .split("\0");
  const plain = task.skip.size === 0 && task.replace.size === 0;
  let file = 0;
  let copied = 0;
  for (const { source, target, fileCount, make } of task.folders) {
    if (make) mkdirSync(target);
    const from = source === "" ? `${task.filesFolder}/` : `${task.filesFolder}/${source}/`;
    const to = `${target}/`;
    for (const end = file + fileCount; file < end; file++) {
      if (!plain && task.skip.has(file)) continue;
      const name = names[file] as string;
      if (!plain && task.replace.has(file)) copied += replaceFile(from + name, to + name, mode);
      else copied += placeFile(from + name, to + name, mode);
    }
  }
  return { linked: file - task.skip.size - copied, copied };
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
