import type { StoreEntry } from "@murre/cache";
import { liesInside, placeDirectory, type Destination, type PlacedDirectory } from "./destination.ts";
import { FileAgainstDirectory, PathLeavesEnvironment } from "./errors.ts";
import { compareWithEnvironment, parentOf, type EnvironmentView } from "./existing.ts";
import { planGenerated, type GeneratedFile } from "./generated.ts";
import { contestedPaths, type Claim, type Conflict } from "./ownership.ts";
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
  /** A killed process left a part of this distribution: its files may stand where nobody owns them, and are replaced. */
  readonly completes?: boolean;
}

/** A whole folder of the archive that is new in the environment and belongs to this wheel alone. */
export interface PlacedTree {
  /** A top-level folder of the archive. */
  readonly source: string;
  /** Absolute. */
  readonly target: string;
}

/** A single folder whose target is shared with other wheels, or stands in the environment already. */
export interface PlacedFolder {
  /** The folder inside the archive. */
  readonly source: string;
  /** Absolute. */
  readonly target: string;
  readonly make: boolean;
}

/** One wheel's folders and files: made and linked without looking at any other task. */
export interface LinkTask {
  readonly name: string;
  readonly entry: StoreEntry;
  readonly trees: readonly PlacedTree[];
  /** Every folder that lies in none of the trees. */
  readonly folders: readonly PlacedFolder[];
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
}

/** A wheel with its places: trees as they stand, all other folders one by one. */
export interface PlacedWheel {
  readonly wheel: WheelToInstall;
  readonly trees: PlacedTree[];
  readonly folders: (PlacedDirectory & { readonly fileCount: number; readonly firstFile: number })[];
  readonly skip: Set<number>;
  readonly replace: Set<number>;
}

/**
 * Plans a change purely from manifests and what is installed. Ownership is looked at as high in the tree as possible:
 * a top-level folder that only one wheel has and that is new is placed as one tree, and only what is contested is opened.
 * @throws {FileAgainstDirectory} {UnownedFileInTheWay} {PathLeavesEnvironment} before anything is touched.
 */
export function planChange(
  destination: Destination,
  wheels: readonly WheelToInstall[],
  removals: readonly Removal[],
  view: EnvironmentView,
): ChangePlan {
  const placed = wheels.map((wheel) => placeWheel(destination, wheel));
  openContestedTrees(destination, placed, view);
  const claims = claimFolders(placed);
  const trees = treeOwners(placed);
  const { generated, conflicts: scriptConflicts } = planGenerated(destination, wheels, view);
  const contested = settleContested(placed, claims, trees);
  const { existing, replaced } = compareWithEnvironment(placed, [...claims.keys()], generated, removals, view);
  const conflicts = [...contested, ...scriptConflicts, ...replaced];
  const sharedFolders = new Set(missingRoots(destination, placed, existing));
  for (const folder of scriptFolders(generated, destination)) if (!existing.has(folder)) sharedFolders.add(folder);
  for (const [folder, by] of claims) if (by.length > 1 && !existing.has(folder)) sharedFolders.add(folder);
  const tasks = placed.map(({ wheel: { name, entry }, trees: own, folders, skip, replace }): LinkTask => {
    const make = (target: string) => !sharedFolders.has(target) && !existing.has(target);
    return {
      name,
      entry,
      trees: own,
      folders: folders.map(({ source, target }) => ({ source, target, make: make(target) })),
      skip,
      replace,
    };
  });
  return { removals, sharedFolders: [...sharedFolders].toSorted(), tasks, generated, conflicts };
}

/** Top-level folders as trees; the root, and everything below `.data`, folder by folder. */
function placeWheel(destination: Destination, wheel: WheelToInstall): PlacedWheel {
  const { head } = wheel.entry.manifest;
  const root = destination.schemes[head.rootIsPurelib ? "purelib" : "platlib"];
  const placed: PlacedWheel = {
    wheel,
    trees: head.topLevel.map((source) => ({ source, target: `${root}/${source}` })),
    folders: [],
    skip: new Set(),
    replace: new Set(),
  };
  if (head.hasData) openFolders(destination, placed, (path) => !isInTree(path, head.topLevel));
  else {
    const rootFiles = wheel.entry.manifest.directories[0]?.fileCount ?? 0;
    const scheme = head.rootIsPurelib ? "purelib" : "platlib";
    placed.folders.push({ source: "", target: root, scheme, fileCount: rootFiles, firstFile: 0 });
  }
  return placed;
}

function isInTree(path: string, topLevel: readonly string[]): boolean {
  const slash = path.indexOf("/");
  return topLevel.includes(slash < 0 ? path : path.slice(0, slash));
}

/** Adds those of a wheel's folders one by one that `chosen` names. */
function openFolders(destination: Destination, placed: PlacedWheel, chosen: (path: string) => boolean): void {
  const { wheel, folders } = placed;
  const { head, directories } = wheel.entry.manifest;
  let firstFile = 0;
  for (const { path, fileCount } of directories) {
    if (chosen(path)) {
      const place = placeDirectory(destination, { ...head, name: wheel.name }, path);
      if (place === undefined) {
        if (fileCount > 0) throw new PathLeavesEnvironment(wheel.name, path);
      } else if (place.scheme !== "scripts") {
        if (!liesInside(destination.boundary, place.target)) throw new PathLeavesEnvironment(wheel.name, path);
        folders.push({ ...place, fileCount, firstFile });
      }
    }
    firstFile += fileCount;
  }
}

/**
 * Opens every tree that is not one wheel's alone: several have it, it stands in the environment, or something else of
 * this change goes below it.
 */
function openContestedTrees(destination: Destination, placed: readonly PlacedWheel[], view: EnvironmentView): void {
  const owners = new Map<string, number>();
  for (const { trees } of placed) for (const { target } of trees) owners.set(target, (owners.get(target) ?? 0) + 1);
  // With --target, scripts and headers lie below the same folder as the packages.
  const below = placed.flatMap(({ wheel, folders }) => [
    ...folders.map(({ target }) => target),
    ...(hasScripts(wheel) ? [destination.schemes.scripts] : []),
  ]);
  const reached = new Set(
    below
      .filter(
        (target) =>
          target.startsWith(`${destination.schemes.purelib}/`) || target.startsWith(`${destination.schemes.platlib}/`),
      )
      .flatMap(ancestors),
  );
  const roots = new Map(
    [destination.schemes.purelib, destination.schemes.platlib].map((root) => [root, view.list(root)]),
  );
  const contested = (target: string) => {
    const slash = target.lastIndexOf("/");
    const stands = roots.get(target.slice(0, slash))?.has(target.slice(slash + 1)) === true;
    return stands || (owners.get(target) ?? 0) > 1 || reached.has(target);
  };
  for (const wheel of placed) {
    const opened = wheel.trees.filter(({ target }) => contested(target)).map(({ source }) => source);
    if (opened.length === 0) continue;
    wheel.trees.splice(0, Infinity, ...wheel.trees.filter(({ source }) => !opened.includes(source)));
    openFolders(destination, wheel, (path) => isInTree(path, opened));
  }
}

function ancestors(path: string): string[] {
  const found = [path];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
    found.push(path.slice(0, slash));
  return found;
}

/** Which wheels need which opened folder. Only a folder with several can hold a contested path. */
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

function treeOwners(placed: readonly PlacedWheel[]): ReadonlyMap<string, WheelToInstall> {
  return new Map(placed.flatMap(({ wheel, trees }) => trees.map(({ target }) => [target, wheel] as const)));
}

/** Marks the files that lose a contested path, and names each conflict. */
function settleContested(
  placed: readonly PlacedWheel[],
  claims: ReadonlyMap<string, Claim[]>,
  trees: ReadonlyMap<string, WheelToInstall>,
): Conflict[] {
  const byWheel = new Map(placed.map((wheel) => [wheel.wheel, wheel]));
  const folderOwners = (path: string) => {
    const tree = trees.get(path);
    return tree === undefined ? (claims.get(path)?.map(({ wheel }) => wheel) ?? []) : [tree];
  };
  const conflicts: Conflict[] = [];
  for (const [folder, by] of claims) {
    if (by.length < 2) continue;
    for (const contested of contestedPaths(folder, by, folderOwners)) {
      if (contested.kind === "file-against-directory")
        throw new FileAgainstDirectory(contested.path, contested.wheels.map(({ name }) => name).toSorted());
      for (const { wheel, file } of contested.losers) byWheel.get(wheel)?.skip.add(file);
      conflicts.push(contested.report);
    }
  }
  return conflicts;
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

/** `bin/sub` of a script `.data/scripts/sub/tool`. */
function scriptFolders(generated: readonly GeneratedFile[], { schemes }: Destination): readonly string[] {
  const inside = generated.filter(({ path }) => path.startsWith(`${schemes.scripts}/`));
  return inside.flatMap(({ path }) =>
    ancestors(parentOf(path)).filter((folder) => folder.startsWith(`${schemes.scripts}/`)),
  );
}

function hasScripts({ entry: { manifest } }: WheelToInstall): boolean {
  const { consoleScripts, guiScripts, apart } = manifest.head;
  return consoleScripts.length + guiScripts.length > 0 || apart.some(({ path }) => path.includes(".data/scripts/"));
}
