import { errorCode } from "@murre/files";
import type { ManifestDirectory, WheelManifest } from "@murre/cache";
import { giveBack } from "@murre/wheel";
import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import type { GeneratedFile, LinkTask, PlacedFolder, PlacedTree } from "../plan/change-plan.ts";

/**
 * How files come out of the store: a clone shares blocks until one of the two is written to, a hard link shares the bytes with the cache for
 * ever. `auto` takes the first of clone, hard link and copy that the file systems allow.
 */
export type LinkMode = "auto" | "clone" | "hardlink" | "copy";

export interface LinkCounts {
  readonly cloned: number;
  readonly linked: number;
  readonly copied: number;
}

/** A task as it travels to a worker, which reads the manifest itself: folders, names and rows cross no thread. Targets lie in the stage. */
export interface TransferredTask {
  /** Which of all tasks of the change it is; see {@link claim}. */
  readonly number: number;
  readonly filesFolder: string;
  readonly trees: readonly PlacedTree[];
  readonly folders: readonly PlacedFolder[];
  readonly skip: ReadonlySet<number>;
  /** This wheel's generated files, RECORD last. */
  readonly generated: readonly TransferredFile[];
}

/** A Buffer arrives as plain bytes. */
interface TransferredFile {
  readonly path: string;
  /** Whether the manifest's rows stand before the content. */
  readonly hasRows: boolean;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

export function transferable(
  { entry, trees, folders, skip }: LinkTask,
  number: number,
  generated: readonly GeneratedFile[],
  staged: (target: string) => string,
): TransferredTask {
  const inStage = <T extends PlacedTree>(place: T): T => ({ ...place, target: staged(place.target) });
  return {
    number,
    filesFolder: entry.filesFolder,
    trees: trees.map(inStage),
    folders: folders.map(inStage),
    skip,
    generated: generated.map(({ path, before, content, executable }) => ({
      path: staged(path),
      hasRows: before !== undefined,
      content,
      executable,
    })),
  };
}

/** The operation was aborted while a task ran. */
export class LinkingAborted extends Error {}

/** Whether a task is the caller's to do: of all threads, one gets it. `claims` has a number for each task, 0 for one that is free. */
export function claim(claims: Int32Array, task: number, by: ClaimedBy): boolean {
  return Atomics.compareExchange(claims, task, 0, by) === 0;
}

/** The thread that stages the change, and the worker that the task was sent to. */
export const claimedBy = { caller: 1, worker: 2 } as const;
type ClaimedBy = (typeof claimedBy)[keyof typeof claimedBy];

/** So many files are linked in a few milliseconds. */
const filesAtOnce = 256;

/**
 * Makes one task's folders in the stage, links its files there and writes the generated ones: a loop of system calls with nothing in between,
 * but that whoever runs it has a turn now and then. Everything is new there, so nothing is looked at before.
 */
export function* linkTask(task: TransferredTask, manifest: WheelManifest, linker: FileLinker): Generator<void, void> {
  const { directories } = manifest;
  const names = manifest.decodeNames();
  const trees = new Map(task.trees.map(({ source, target }) => [source, target]));
  const folders = new Map(task.folders.map((folder) => [folder.source, folder]));
  const skipsNone = task.skip.size === 0;
  let next = 0;
  let isFirst = true;
  for (const { path, fileCount } of directories) {
    yield;
    const firstFile = next;
    next += fileCount;
    const target = placeOf(path, folders, trees);
    if (target === undefined) continue;
    if (isFirst) linker.takeFrom(task.filesFolder, target);
    isFirst = false;
    const from = path === "" ? `${task.filesFolder}/` : `${task.filesFolder}/${path}/`;
    const to = `${target}/`;
    for (let file = firstFile; file < next; file++) {
      if (skipsNone || !task.skip.has(file)) linker.link(from + names[file], to + names[file]);
      if ((file - firstFile) % filesAtOnce === filesAtOnce - 1) yield;
    }
  }
  for (const { path, hasRows, content, executable } of task.generated) {
    const whole = hasRows ? Buffer.concat([manifest.recordBytes, content]) : content;
    writeFileSync(path, whole, { flag: "wx", mode: executable ? 0o777 : 0o666 });
    if (hasRows) giveBack(whole);
  }
}

/** Makes the folder where it is this task's to make. @returns undefined for one that holds nothing to link, such as `.data` itself. */
function placeOf(
  path: ManifestDirectory["path"],
  folders: ReadonlyMap<string, PlacedFolder>,
  trees: ReadonlyMap<string, string>,
): string | undefined {
  const folder = folders.get(path);
  const target = folder?.target ?? inTree(path, trees);
  if (target !== undefined && folder?.make !== false) mkdirSync(target);
  return target;
}

/** Where a folder of a tree goes. */
function inTree(path: string, trees: ReadonlyMap<string, string>): string | undefined {
  const slash = path.indexOf("/");
  if (slash < 0) return trees.get(path);
  const root = trees.get(path.slice(0, slash));
  return root === undefined ? undefined : root + path.slice(slash);
}

/** These say that files cannot be linked (or cloned) from there: another device, a file system without links. */
const NOT_FROM_THERE = new Set(["EXDEV", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL", "ENOTTY", "EBADF"]);
/** And these that this one file cannot: it has too many links, or is not one's own (protected_hardlinks). */
const NOT_THIS_ONE = new Set(["EMLINK", "EPERM", "EACCES"]);

const CLONE = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE;

/** Brings files out of the store by the best way that works, and counts which. */
export class FileLinker {
  readonly counts = { cloned: 0, linked: 0, copied: 0 };
  readonly #ways: ("clone" | "hardlink" | "copy")[];
  /** The permissions of a new folder, where the store's were made with others. */
  #newFolder: number | undefined;

  constructor(mode: LinkMode) {
    this.#ways = mode === "auto" ? ["clone", "hardlink", "copy"] : mode === "copy" ? ["copy"] : [mode, "copy"];
  }

  /**
   * Says whose files come next. Installed files have the permissions of new ones, which a new folder shows, whatever it is that gives them
   * (umask, default ACL, mount): a store that was filled under another umask gives none of its inodes away.
   */
  takeFrom(storeFolder: string, newFolder: string): void {
    const [its = 0, ours = 0] = [storeFolder, newFolder].map((folder) => statSync(folder).mode & 0o777);
    this.#newFolder = its === ours ? undefined : ours;
  }

  link(from: string, to: string): void {
    for (let way = 0; ; way++) {
      const how = this.#ways[way] ?? "copy";
      if (how === "hardlink" && this.#newFolder !== undefined) continue;
      try {
        if (how === "hardlink") linkSync(from, to);
        else copyFileSync(from, to, how === "clone" ? CLONE : constants.COPYFILE_EXCL);
        if (this.#newFolder !== undefined) likeNew(from, to, this.#newFolder);
        this.counts[COUNTED[how]] += 1;
        return;
      } catch (error) {
        const code = errorCode(error) ?? "";
        const never = NOT_FROM_THERE.has(code);
        if (how === "copy" || !(never || NOT_THIS_ONE.has(code))) throw error;
        // A clone works for all files of two folders or for none; other file systems below one environment have links of their own.
        if (never && how === "clone") this.#ways.splice(way--, 1);
      }
    }
  }
}

const COUNTED = { clone: "cloned", hardlink: "linked", copy: "copied" } as const;

/** Gives a copy the permissions that it would have been made with, instead of its original's; some file systems know of none. */
function likeNew(from: string, to: string, newFolder: number): void {
  const isExecutable = (statSync(from).mode & 0o111) !== 0;
  try {
    chmodSync(to, (isExecutable ? 0o777 : 0o666) & newFolder);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errorCode(error) ?? "")) throw error;
  }
}
