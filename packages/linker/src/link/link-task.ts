import { errorCode } from "@murre/files";
import type { WheelManifest } from "@murre/cache";
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
  /** Of a large wheel, whose folders are made: which of its folders' files are this task's. Default all, in folders that the task makes. */
  readonly part?: WheelPart;
}

/** A row of a wheel's folders, by their indexes in its manifest. */
export interface WheelPart {
  readonly from: number;
  /** The first that is not a part of it. */
  readonly to: number;
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
  part?: WheelPart,
): TransferredTask {
  const ofPart = part && new Set(entry.manifest.directories.slice(part.from, part.to).map(({ path }) => path));
  const inStage = <T extends PlacedTree>(place: T): T => ({ ...place, target: staged(place.target) });
  return {
    number,
    filesFolder: entry.filesFolder,
    trees: trees.map(inStage),
    folders: folders.filter(({ source }) => ofPart?.has(source) !== false).map(inStage),
    skip,
    generated: generated.map(({ path, before, content, executable }) => ({
      path: staged(path),
      hasRows: before !== undefined,
      content,
      executable,
    })),
    ...(part === undefined ? {} : { part }),
  };
}

/** What all threads that place files read and write: see {@link shared}. */
export type SharedNumbers = Int32Array;

/** Where in the {@link SharedNumbers}: 1 when the operation is aborted (a thread in a loop of system calls hears no message), and how many files are placed. */
export const shared = { aborted: 0, placed: 1 } as const;

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
  const { from: begin, to: end } = task.part ?? { from: 0, to: directories.length };
  const names = manifest.readNames();
  const places = new Places(task);
  const skipsNone = task.skip.size === 0;
  let file = directories.slice(0, begin).reduce((sum, { fileCount }) => sum + fileCount, 0);
  names.skip(file);
  let isFirst = true;
  for (const { path, fileCount } of directories.slice(begin, end)) {
    yield;
    const target = task.part === undefined ? places.make(path) : places.of(path);
    if (target === undefined) {
      names.skip(fileCount);
      file += fileCount;
      continue;
    }
    if (isFirst) linker.takeFrom(task.filesFolder, target);
    isFirst = false;
    const from = path === "" ? `${task.filesFolder}/` : `${task.filesFolder}/${path}/`;
    const to = `${target}/`;
    for (let left = fileCount; left > 0; left -= filesAtOnce) {
      for (const name of names.take(Math.min(left, filesAtOnce))) {
        if (skipsNone || !task.skip.has(file)) linker.link(from + name, to + name);
        file++;
      }
      yield;
    }
  }
  for (const { path, hasRows, content, executable } of task.generated) {
    const rows = hasRows ? manifest.recordBytes : undefined;
    writeFileSync(path, rows ?? content, { flag: "wx", mode: executable ? 0o777 : 0o666 });
    if (rows === undefined) continue;
    giveBack(rows);
    writeFileSync(path, content, { flag: "a" });
  }
}

/** Makes the folders of a wheel that its parts place files in. */
export function* makeFoldersOf(task: TransferredTask, { directories }: WheelManifest): Generator<void, void> {
  const places = new Places(task);
  for (const { path } of directories) {
    places.make(path);
    yield;
  }
}

/** Where the folders of a wheel go. */
class Places {
  readonly #trees: ReadonlyMap<string, string>;
  readonly #folders: ReadonlyMap<string, PlacedFolder>;

  constructor({ trees, folders }: TransferredTask) {
    this.#trees = new Map(trees.map(({ source, target }) => [source, target]));
    this.#folders = new Map(folders.map((folder) => [folder.source, folder]));
  }

  /** @returns undefined for a folder that holds nothing to link, such as `.data` itself. */
  of(path: string): string | undefined {
    const folder = this.#folders.get(path);
    return folder === undefined ? this.#inTree(path) : folder.target;
  }

  /** As {@link of}, and makes it where it is the task's to make. */
  make(path: string): string | undefined {
    const target = this.of(path);
    if (target !== undefined && this.#folders.get(path)?.make !== false) mkdirSync(target);
    return target;
  }

  /** Where a folder of a tree goes. */
  #inTree(path: string): string | undefined {
    const slash = path.indexOf("/");
    if (slash < 0) return this.#trees.get(path);
    const root = this.#trees.get(path.slice(0, slash));
    return root === undefined ? undefined : root + path.slice(slash);
  }
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
  readonly #numbers: SharedNumbers | undefined;
  /** The permissions of a new folder, where the store's were made with others. */
  #newFolder: number | undefined;

  /** @param numbers where each file is counted that is placed, for whoever shows it */
  constructor(mode: LinkMode, numbers?: SharedNumbers) {
    this.#numbers = numbers;
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
        if (this.#numbers !== undefined) Atomics.add(this.#numbers, shared.placed, 1);
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
