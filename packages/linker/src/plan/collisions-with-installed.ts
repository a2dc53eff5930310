import { createHash } from "node:crypto";
import type { StoreEntry } from "@murre/cache";
import { FileAgainstDirectory, UnownedFileInTheWay } from "../errors.ts";
import type { Folders } from "../environment/folders.ts";
import type { GeneratedFile } from "./generated.ts";
import type { Leaving } from "./fold-removals.ts";
import type { Conflict } from "./ownership.ts";
import type { PlacedWheel } from "./place-wheels.ts";

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
  readApart(entry: StoreEntry, path: string): Buffer;
}

/** Which folders stand while the change goes on. */
export interface Standing {
  /** Whether the folder stands now and stays. What is below one that does not is new. */
  stays(folder: string): boolean;
  /** What is in a folder that stays. */
  listing(folder: string): Listing | undefined;
}

/** Folders are listed when they are asked for, parents first: in a new environment that is two or three. */
export function standingFolders(view: EnvironmentView, leaving: Leaving, boundary: string): Standing {
  const listings = new Map<string, Listing | undefined>();
  const listing = (folder: string): Listing | undefined => {
    if (listings.has(folder)) return listings.get(folder);
    const found = isThere(folder) ? view.list(folder) : undefined;
    listings.set(folder, found);
    return found;
  };
  /** As far as the parent's listing tells, where there is one. */
  const isThere = (folder: string): boolean => {
    if (leaving.folders.has(folder)) return false;
    if (!folder.startsWith(`${boundary}/`)) return true;
    const siblings = listing(parentOf(folder));
    const kind = siblings?.get(baseOf(folder));
    return kind === "directory" || (kind === "linked-directory" && !leaving.files.has(folder));
  };
  return { listing, stays: (folder) => listing(folder) !== undefined };
}

export interface Comparison {
  /** Files in folders that stay whose bytes go, because new ones are placed there. */
  readonly replaced: ReadonlySet<string>;
  /** Those of them that nobody owns and that are kept beside under another name, because the user said so. */
  readonly kept: ReadonlySet<string>;
  /** Files of distributions that stay, which this change replaces. */
  readonly conflicts: readonly Conflict[];
}

interface Newcomer {
  readonly path: string;
  readonly wheel: string;
  readonly completes: boolean;
  readonly digest: () => string | undefined;
  /** Its bytes, or the file that has them. */
  readonly content: string | Buffer;
}

/**
 * Compares what comes into folders that stay with what stands there: files of other distributions are replaced, files that nobody owns are
 * refused unless nothing is lost with them: they have the same bytes, or the first of them.
 * @throws {UnownedFileInTheWay} with all of them. @throws {FileAgainstDirectory} where a folder that stays is in the way.
 */
export function compareWithEnvironment(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  leaving: Leaving,
  standing: Standing,
  view: EnvironmentView,
  unowned: "refuse" | "keep beside",
): Comparison {
  const replaced = new Set<string>();
  const kept = new Set<string>();
  const conflicts: Conflict[] = [];
  const inTheWay: string[] = [];
  for (const { path, wheel, completes, digest, content } of newcomers(placed, generated, standing)) {
    const kind = standing.listing(parentOf(path))?.get(baseOf(path));
    if (kind === undefined || leaving.folders.has(path)) continue;
    if (kind !== "file") throw new FileAgainstDirectory(path, [wheel, ...view.ownersOf(path)]);
    replaced.add(path);
    if (leaving.files.has(path)) continue;
    const owners = view.ownersOf(path).filter((owner) => owner !== wheel);
    const identical = () => view.digestOf(path) === digest();
    if (owners.length > 0) conflicts.push({ path, winner: wheel, losers: owners, identical: identical() });
    else if (completes || identical() || view.isCutOff(path, content)) continue;
    else if (unowned === "keep beside") kept.add(path);
    else inTheWay.push(path);
  }
  if (inTheWay.length > 0) throw new UnownedFileInTheWay(inTheWay);
  return { replaced, kept, conflicts };
}

/** Every file that is placed by itself, into a folder that stays. */
function* newcomers(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  standing: Standing,
): Generator<Newcomer> {
  for (const { folders, skip, wheel } of placed) {
    const { manifest } = wheel.entry;
    for (const { source: folder, target, fileCount, firstFile } of folders) {
      if (fileCount === 0 || !standing.stays(target)) continue;
      for (let file = firstFile; file < firstFile + fileCount; file++)
        if (!skip.has(file))
          yield {
            path: `${target}/${manifest.names[file] ?? ""}`,
            wheel: wheel.name,
            completes: wheel.completes === true,
            digest: () => manifest.details()[file]?.sha256,
            content: `${wheel.entry.filesFolder}/${folder === "" ? "" : `${folder}/`}${manifest.names[file] ?? ""}`,
          };
    }
  }
  const completed = new Set(placed.filter(({ wheel }) => wheel.completes === true).map(({ wheel }) => wheel.name));
  for (const { path, content, wheel } of generated)
    if (standing.stays(parentOf(path)))
      yield {
        path,
        wheel,
        completes: completed.has(wheel),
        digest: () => createHash("sha256").update(content).digest("base64url"),
        content,
      };
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
