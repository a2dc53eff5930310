import type { StoreEntry } from "@murre/cache";
import { contestedPaths, type Claim, type Conflict } from "./ownership.ts";
import { liesInside, placeDirectory, type Destination, type PlacedDirectory } from "./destination.ts";
import { FileAgainstDirectory, PathLeavesEnvironment, UnownedFileInTheWay } from "./errors.ts";
import { planGenerated, type GeneratedFile } from "./generated.ts";
import type { Removal } from "./removal.ts";

/** A wheel in the store that is to be installed. */
export interface WheelToInstall {
  /** Normalised (PEP 503). Within one change, the greatest name wins a contested path. */
  readonly name: string;
  readonly version: string;
  readonly entry: StoreEntry;
  /** Whether the user named it: REQUESTED (PEP 376). */
  readonly requested: boolean;
  /** The content of direct_url.json (PEP 610), for what did not come from an index. */
  readonly directUrl?: unknown;
}

/** What stands in the environment now, asked by the planner only where something could be in the way. */
export interface EnvironmentView {
  /** The names in an existing folder; undefined when there is no such folder. */
  list(folder: string): ReadonlyMap<string, "file" | "directory"> | undefined;
  /** The installed distributions whose RECORD lists this absolute path. */
  ownersOf(path: string): readonly string[];
  /** The bytes of a file of a store entry that stands apart from the linked ones. */
  readApart(entry: StoreEntry, path: string): Buffer;
}

/** One wheel's folders and files: made and linked without looking at any other task. */
export interface LinkTask {
  readonly name: string;
  readonly filesFolder: string;
  /** NUL-terminated base names of all files, folder by folder. */
  readonly nameBytes: Buffer;
  /** Absolute targets, parents first; `make` where nobody else makes the folder. */
  readonly folders: readonly {
    readonly source: string;
    readonly target: string;
    readonly fileCount: number;
    readonly make: boolean;
  }[];
  /** Indexes of files that another wheel's bytes win. */
  readonly skip: ReadonlySet<number>;
  /** Indexes of files that replace what another installed distribution placed. */
  readonly replace: ReadonlySet<number>;
}

/** Everything that a change does, decided before anything is touched. */
export interface ChangePlan {
  readonly removals: readonly Removal[];
  /** Folders that several wheels share, parents first, each once. */
  readonly sharedFolders: readonly string[];
  readonly tasks: readonly LinkTask[];
  /** New files with content of their own: never links into the cache. In this order, RECORD of each wheel last. */
  readonly generated: readonly GeneratedFile[];
  readonly conflicts: readonly Conflict[];
  readonly fileCount: number;
}

interface PlacedWheel {
  readonly wheel: WheelToInstall;
  readonly folders: readonly (PlacedDirectory & { readonly fileCount: number; readonly firstFile: number })[];
  readonly skip: Set<number>;
  readonly replace: Set<number>;
}

/**
 * Plans a change purely from manifests and what is installed.
 * @throws {FileAgainstDirectory} {UnownedFileInTheWay} {PathLeavesEnvironment} before anything is touched.
 */
export function planChange(
  destination: Destination,
  wheels: readonly WheelToInstall[],
  removals: readonly Removal[],
  view: EnvironmentView,
): ChangePlan {
  const placed = wheels.map((wheel) => placeWheel(destination, wheel));
  const claims = claimFolders(placed);
  const { generated, conflicts: scriptConflicts } = planGenerated(destination, wheels, view);
  const conflicts = [...settleContested(placed, claims), ...scriptConflicts];
  const existing = checkExisting(placed, claims, generated, removals, view);
  const sharedFolders = [
    ...missingRoots(destination, placed, existing),
    ...[...claims].filter(([folder, by]) => by.length > 1 && !existing.has(folder)).map(([folder]) => folder),
  ];
  const shared = new Set(sharedFolders);
  const tasks = placed.map(({ wheel, folders, skip, replace }) => ({
    name: wheel.name,
    filesFolder: wheel.entry.filesFolder,
    nameBytes: wheel.entry.manifest.nameBytes,
    folders: folders.map(({ source, target, fileCount }) => ({
      source,
      target,
      fileCount,
      make: !shared.has(target) && !existing.has(target),
    })),
    skip,
    replace,
  }));
  return {
    removals,
    sharedFolders: sharedFolders.toSorted((a, b) => (a < b ? -1 : 1)),
    tasks,
    generated,
    conflicts,
    fileCount: wheels.reduce((sum, wheel) => sum + wheel.entry.manifest.head.fileCount, generated.length),
  };
}

function placeWheel(destination: Destination, wheel: WheelToInstall): PlacedWheel {
  const { head, directories } = wheel.entry.manifest;
  const folders: (PlacedDirectory & { fileCount: number; firstFile: number })[] = [];
  let firstFile = 0;
  for (const { path, fileCount } of directories) {
    const place = placeDirectory(destination, { ...head, name: wheel.name }, path);
    if (place !== undefined && place.scheme !== "scripts") {
      if (place.target !== destination.boundary && !liesInside(destination.boundary, place.target))
        throw new PathLeavesEnvironment(wheel.name, path);
      folders.push({ ...place, fileCount, firstFile });
    } else if (fileCount > 0) throw new PathLeavesEnvironment(wheel.name, path);
    firstFile += fileCount;
  }
  return { wheel, folders, skip: new Set(), replace: new Set() };
}

/** Which wheels need which target folder. Only a folder with several can hold a contested path. */
function claimFolders(placed: readonly PlacedWheel[]): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const { wheel, folders } of placed)
    for (const { target, fileCount, firstFile, source } of folders) {
      const claim = { wheel, source, fileCount, firstFile };
      const others = claims.get(target);
      if (others === undefined) claims.set(target, [claim]);
      else others.push(claim);
    }
  return claims;
}

/** Marks the files that lose a contested path, and names each conflict. */
function settleContested(placed: readonly PlacedWheel[], claims: ReadonlyMap<string, Claim[]>): Conflict[] {
  const byWheel = new Map(placed.map((wheel) => [wheel.wheel, wheel]));
  const conflicts: Conflict[] = [];
  for (const [folder, by] of claims) {
    if (by.length < 2) continue;
    for (const { name, claimants, conflict } of contestedPaths(folder, by, (path) => claims.get(path))) {
      if (conflict === "file-against-directory")
        throw new FileAgainstDirectory(`${folder}/${name}`, claimants.map(({ wheel }) => wheel.name).toSorted());
      for (const { wheel, file } of conflict.losers) byWheel.get(wheel)?.skip.add(file);
      conflicts.push(conflict.report);
    }
  }
  return conflicts;
}

/**
 * Compares the plan with what stands in the environment, and returns the target folders that exist already. Folders
 * that are new have nothing in them, so only existing ones are listed: in a new environment that is two or three.
 */
function checkExisting(
  placed: readonly PlacedWheel[],
  claims: ReadonlyMap<string, Claim[]>,
  generated: readonly GeneratedFile[],
  removals: readonly Removal[],
  view: EnvironmentView,
): Set<string> {
  const existing = new Set<string>();
  const inTheWay: string[] = [];
  const removed = new Set(removals.flatMap((removal) => removal.files));
  const replaceable = (path: string) => removed.has(path) || view.ownersOf(path).length > 0;
  const listings = listExisting([...claims.keys(), ...generated.map(({ path }) => parentOf(path))], view);
  for (const { folders, replace, skip, wheel } of placed)
    for (const { target, fileCount, firstFile } of folders) {
      const listing = listings.get(target);
      if (listing === undefined) continue;
      existing.add(target);
      if (fileCount === 0) continue;
      const names = wheel.entry.manifest.names();
      for (let file = firstFile; file < firstFile + fileCount; file++) {
        const name = names[file] ?? "";
        if (skip.has(file) || !listing.has(name)) continue;
        const path = `${target}/${name}`;
        if (removed.has(path)) continue;
        if (listing.get(name) === "file" && replaceable(path)) replace.add(file);
        else inTheWay.push(path);
      }
    }
  for (const { path } of generated) {
    const listing = listings.get(parentOf(path));
    const kind = listing?.get(path.slice(path.lastIndexOf("/") + 1));
    if (kind === "directory" || (kind === "file" && !replaceable(path))) inTheWay.push(path);
  }
  if (inTheWay.length > 0) throw new UnownedFileInTheWay(inTheWay);
  return existing;
}

/** A folder can exist only where its parent does: everything below a new folder is new and is not looked at. */
function listExisting(
  folders: readonly string[],
  view: EnvironmentView,
): Map<string, ReadonlyMap<string, "file" | "directory">> {
  const listings = new Map<string, ReadonlyMap<string, "file" | "directory">>();
  const absent = new Set<string>();
  for (const folder of folders) {
    if (listings.has(folder) || absent.has(folder)) continue;
    const parent = parentOf(folder);
    const siblings = listings.get(parent);
    const kind = siblings?.get(folder.slice(parent.length + 1));
    if (kind === "file") throw new UnownedFileInTheWay([folder]);
    const listing = absent.has(parent) || (siblings !== undefined && kind === undefined) ? undefined : view.list(folder);
    if (listing === undefined) absent.add(folder);
    else listings.set(folder, listing);
  }
  return listings;
}

/** The schemes' own folders (`bin`, `include/…`), where a wheel places something there and they are missing. */
function missingRoots(
  destination: Destination,
  placed: readonly PlacedWheel[],
  existing: ReadonlySet<string>,
): readonly string[] {
  const used = new Set(placed.flatMap(({ folders }) => folders.map(({ scheme }) => destination.schemes[scheme])));
  if (placed.some(({ wheel }) => hasScripts(wheel))) used.add(destination.schemes.scripts);
  return [...used].filter((folder) => !existing.has(folder));
}

function hasScripts({ entry: { manifest } }: WheelToInstall): boolean {
  const { consoleScripts, guiScripts, apart } = manifest.head;
  return consoleScripts.length + guiScripts.length > 0 || apart.some(({ path }) => path.includes(".data/scripts/"));
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

