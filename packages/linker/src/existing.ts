import { createHash } from "node:crypto";
import type { StoreEntry } from "@murre/cache";
import { UnownedFileInTheWay } from "./errors.ts";
import type { GeneratedFile } from "./generated.ts";
import type { Conflict } from "./ownership.ts";
import type { PlacedWheel } from "./plan.ts";
import type { Removal } from "./removal.ts";

export type Listing = ReadonlyMap<string, "file" | "directory">;

/** What stands in the environment now, asked by the planner only where something could be in the way. */
export interface EnvironmentView {
  /** The names in an existing folder; undefined when there is no such folder. */
  list(folder: string): Listing | undefined;
  /** The installed distributions that stay and whose RECORD lists this absolute path. */
  ownersOf(path: string): readonly string[];
  /** The sha256 of an existing file, base64url without padding as in RECORD; asked only for files that are replaced. */
  digestOf(path: string): string | undefined;
  /** The bytes of a file of a store entry that stands apart from the linked ones. */
  readApart(entry: StoreEntry, path: string): Buffer;
}

export interface Comparison {
  /**
   * Those of the folders that exist already. What is below a new folder is new, so only existing ones are listed: in a
   * new environment that is two or three.
   */
  readonly existing: ReadonlySet<string>;
  /** Files of distributions that stay, which this change replaces. */
  readonly replaced: readonly Conflict[];
}

/**
 * Compares the opened folders and the generated files with what stands in the environment: files of other distributions
 * are marked as replaced, files that nobody owns are refused.
 * @throws {UnownedFileInTheWay} with all of them.
 */
export function compareWithEnvironment(
  placed: readonly PlacedWheel[],
  folders: readonly string[],
  generated: readonly GeneratedFile[],
  removals: readonly Removal[],
  view: EnvironmentView,
): Comparison {
  const replaced: Conflict[] = [];
  const inTheWay: string[] = [];
  const removed = new Set(removals.flatMap((removal) => removal.files));
  const completed = new Set(placed.filter(({ wheel }) => wheel.completes === true).map(({ wheel }) => wheel.name));
  const isOwned = (path: string) => removed.has(path) || view.ownersOf(path).length > 0;
  const listings = listExisting([...folders, ...generated.map(({ path }) => parentOf(path))], removed, view);
  for (const { folders: own, replace, skip, wheel } of placed)
    for (const { target, fileCount, firstFile } of own) {
      const listing = listings.get(target);
      if (listing === undefined || listing.size === 0) continue;
      for (let file = firstFile; file < firstFile + fileCount; file++) {
        const name = wheel.entry.manifest.names[file] ?? "";
        const path = `${target}/${name}`;
        if (skip.has(file) || !listing.has(name) || removed.has(path)) continue;
        if (listing.get(name) === "file" && wheel.completes === true) replace.add(file);
        else if (listing.get(name) !== "file" || !isOwned(path)) inTheWay.push(path);
        else {
          replace.add(file);
          const identical = view.digestOf(path) === wheel.entry.manifest.details()[file]?.sha256;
          replaced.push({ path, winner: wheel.name, losers: view.ownersOf(path), identical });
        }
      }
    }
  for (const { path, content, wheel } of generated) {
    const kind = listings.get(parentOf(path))?.get(path.slice(path.lastIndexOf("/") + 1));
    if (kind === undefined || removed.has(path) || (kind === "file" && completed.has(wheel))) continue;
    if (kind === "directory" || !isOwned(path)) inTheWay.push(path);
    else {
      const identical = view.digestOf(path) === createHash("sha256").update(content).digest("base64url");
      replaced.push({ path, winner: wheel, losers: view.ownersOf(path), identical });
    }
  }
  if (inTheWay.length > 0) throw new UnownedFileInTheWay(inTheWay);
  return { existing: new Set(listings.keys()), replaced };
}

function listExisting(
  folders: readonly string[],
  removed: ReadonlySet<string>,
  view: EnvironmentView,
): Map<string, Listing> {
  const listings = new Map<string, Listing>();
  const absent = new Set<string>();
  for (const folder of folders) {
    if (listings.has(folder) || absent.has(folder)) continue;
    const parent = parentOf(folder);
    const siblings = listings.get(parent);
    const kind = siblings?.get(folder.slice(parent.length + 1));
    if (kind === "file" && !removed.has(folder)) throw new UnownedFileInTheWay([folder]);
    const isNew = absent.has(parent) || (siblings !== undefined && kind !== "directory");
    const listing = isNew ? undefined : view.list(folder);
    if (listing === undefined) absent.add(folder);
    else listings.set(folder, listing);
  }
  return listings;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
