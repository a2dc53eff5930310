import type { WheelEntry } from "@murre/cache";
import { readSmallFile } from "@murre/files";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, statSync, type Dirent } from "node:fs";
import type { Folders } from "./folders.ts";
import { recordedFiles, type RecordedDistribution } from "./recorded-files.ts";

/** What a name in a folder is; a link to a folder counts as one when something is placed below it, and is never removed with what it leads to. */
export type EntryKind = "file" | "directory" | "linked-directory";

export type Listing = ReadonlyMap<string, EntryKind>;

/** What stands in the environment now, asked by the planner only where something could be in the way. */
export interface EnvironmentView {
  /** All paths that the others are asked about, and answer with, have the names of these folders. */
  readonly folders: Folders;
  /** Whether names that differ by case only are one in this folder, whatever is usual on the platform. */
  foldsCase(folder: string): boolean;
  /** The names in an existing folder; undefined when there is no such folder. */
  list(folder: string): Listing | undefined;
  /** The installed distributions that stay and whose RECORD lists this absolute path. */
  ownersOf(path: string): readonly string[];
  /** The sha256 of an existing file, base64url without padding as in RECORD; asked only for files that are replaced. */
  digestOf(path: string): string | undefined;
  /** Whether an existing file holds nothing but the first bytes of another one, as a copy that was cut off does. */
  isCutOff(path: string, whole: string | Buffer): boolean;
  /** The bytes of a file of a store entry that stands apart from the linked ones. */
  readApart(entry: WheelEntry, path: string): Buffer;
}

/**
 * The environment as it stands on disk. The owners' index is made only when a planned file meets an existing one, which
 * in a new environment never happens.
 * @param installed the distributions that stay, read at that moment
 */
export function viewEnvironment(folders: Folders, installed: () => readonly RecordedDistribution[]): EnvironmentView {
  let owners: Map<string, string[]> | undefined;
  return {
    folders,
    foldsCase(folder) {
      const name = [...(listFolder(folder)?.keys() ?? [])].find((one) => otherCase(one) !== one);
      return name !== undefined && isSameFile(`${folder}/${name}`, `${folder}/${otherCase(name)}`);
    },
    list: listFolder,
    ownersOf(path) {
      owners ??= indexOwners(installed(), folders);
      return owners.get(path) ?? [];
    },
    digestOf(path) {
      try {
        return createHash("sha256").update(readSmallFile(path, ofAnySize)).digest("base64url");
      } catch {
        return undefined; // gone since it was listed: not the same bytes
      }
    },
    isCutOff(path, whole) {
      try {
        const size = statSync(path).size;
        const there = readSmallFile(path, ofAnySize);
        const bytes = typeof whole === "string" ? readFileSync(whole) : whole;
        return size < bytes.length && bytes.subarray(0, there.length).equals(there);
      } catch {
        return false;
      }
    },
    readApart: (entry, path) => readFileSync(`${entry.filesFolder}/${path}`),
  };
}

/** Files of distributions have models and movies among them. */
const ofAnySize = { atMostBytes: Infinity };

function listFolder(folder: string): Listing | undefined {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return new Map(entries.map((entry) => [entry.name, kindOf(folder, entry)]));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** A link to a folder counts as one: what is installed below `share` goes where `share` leads. */
function kindOf(parent: string, entry: Dirent): EntryKind {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? "directory" : "file";
  const leadsTo = statSync(`${parent}/${entry.name}`, { throwIfNoEntry: false });
  return leadsTo?.isDirectory() === true ? "linked-directory" : "file";
}

function indexOwners(installed: readonly RecordedDistribution[], folders: Folders): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const distribution of installed)
    for (const path of recordedFiles(distribution, folders).files.keys()) {
      const others = owners.get(path);
      if (others === undefined) owners.set(path, [distribution.name]);
      else others.push(distribution.name);
    }
  return owners;
}

function otherCase(name: string): string {
  return name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase();
}

function isSameFile(...paths: readonly [string, string]): boolean {
  const [one, other] = paths.map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
