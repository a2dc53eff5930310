import type { Destination } from "../environment/destination.ts";
import type { EnvironmentView } from "../environment/environment-view.ts";
import { canonicalDestination } from "../environment/folders.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { reservedPaths } from "../environment/reserved-paths.ts";
import { FileAgainstDirectory, UnownedFileInTheWay } from "../errors.ts";
import { refuseCaseCollisions } from "./case-collisions.ts";
import type { ChangePlan, Conflict, GeneratedFile, RestoredFile, WheelToInstall } from "./change-plan.ts";
import { compareWithEnvironment } from "./collisions-with-installed.ts";
import { foldLeaving, type Leaving } from "./fold-removals.ts";
import { planGenerated } from "./generated.ts";
import { contestedPaths, type Claim } from "./ownership.ts";
import { ancestors, folderNames, openContestedTrees, placeWheel, type PlacedWheel } from "./place-wheels.ts";
import { refuseReserved } from "./refuse-reserved.ts";
import type { Removal } from "./removal.ts";
import { standingFolders, type Standing } from "./standing-folders.ts";

/** How a change may be carried out. */
export interface PlanOptions {
  /** Whether folders can be renamed; on an overlay those of its lower layer cannot. Default true. */
  readonly movesFolders?: boolean;
  /** Folders that stay though nothing is left in them. Default none. */
  readonly fixed?: ReadonlySet<string>;
  /** A file that nobody owns where a new one belongs: default "refuse"; or it is kept beside, with an ending of its own. */
  readonly unowned?: "refuse" | "keep beside";
  /** Files that stay and get other bytes, unless a wheel of this change has them. Default none. */
  readonly restored?: readonly RestoredFile[];
}

/**
 * Plans a change from manifests and from what is installed, without reading or writing anything. It looks at whole folders where it can: a
 * new folder that only one wheel has is placed as one tree; only a folder that several claim is looked into.
 * @throws {FileAgainstDirectory} {UnownedFileInTheWay} {CaseCollision} {PathLeavesEnvironment} {ReservedPath} before anything is touched.
 */
export function planChange(
  given: Destination,
  wheels: readonly WheelToInstall[],
  removals: readonly Removal[],
  view: EnvironmentView,
  options: PlanOptions = {},
): ChangePlan {
  const { movesFolders = true, fixed = new Set<string>(), unowned = "refuse" } = options;
  const destination = canonicalDestination(given, view.folders);
  const reserved = reservedPaths(destination, view);
  const leaving = foldLeaving(destination, removals, view, { movesFolders, fixed }, reserved);
  const standing = standingFolders(view, leaving, destination.boundary);
  const nameOf = folderNames(view.folders, leaving, destination, standing);
  const placed = wheels.map((wheel) => placeWheel(destination, wheel, nameOf));
  openContestedTrees(destination, placed, standing, nameOf);
  const claims = claimFolders(placed);
  const { generated, conflicts: scriptConflicts } = planGenerated(destination, wheels, view, nameOf);
  refuseReserved(destination, placed, generated, reserved);
  if (reserved.folds) refuseCaseCollisions(placed, generated, leaving, standing, view.ownersOf);
  const contested = settleContested(placed, claims, treeOwners(placed));
  const existing = compareWithEnvironment(placed, generated, leaving, standing, view, unowned);
  const tops = placedRoots(placed, generated, leaving, standing, view);
  const backups = [...existing.kept].map((path) => ({ from: path, target: backupOf(path, standing) }));
  const restored = (options.restored ?? []).filter(
    ({ target }) => !tops.has(target) && standing.stays(parentOf(target)),
  );
  const copies = [...backups, ...restored];
  const scaffold = scaffoldOf(placed, claims, generated, standing, copies);
  const isThere = ({ target }: RestoredFile) => standing.listing(parentOf(target))?.get(baseOf(target)) === "file";
  const replaced = new Set([...existing.replaced, ...restored.filter(isThere).map(({ target }) => target)]);
  const isScaffold = new Set(scaffold.flatMap(ancestors));
  const { schemes, boundary } = destination;
  return {
    destination,
    roots: [...new Set([boundary, ...Object.values(schemes)])].filter(standing.stays),
    retired: [...leaving.folders, ...[...leaving.files].filter(goesByItself(leaving, replaced))],
    replaced,
    placed: [...tops, ...copies.map(({ target }) => target)],
    emptied: leaving.emptied,
    scaffold,
    tasks: placed.map(({ wheel: { name, entry }, trees, folders, skip }) => ({
      name,
      entry,
      trees,
      folders: folders.map(({ source, target }) => ({ source, target, make: !isScaffold.has(target) })),
      skip,
    })),
    generated,
    copies,
    conflicts: [...contested, ...scriptConflicts, ...existing.conflicts],
    foreign: leaving.foreign,
    removed: removals.map(({ name }) => name),
    added: wheels.map(({ name }) => name),
  };
}

/** A file that goes and neither lies in a folder that goes nor is replaced. */
function goesByItself({ folders }: Leaving, replaced: ReadonlySet<string>): (file: string) => boolean {
  const known = new Map<string, boolean>();
  const isInside = (folder: string): boolean => {
    if (folder === "") return false;
    const found = known.get(folder) ?? (folders.has(folder) || isInside(parentOf(folder)));
    known.set(folder, found);
    return found;
  };
  return (file) => !replaced.has(file) && !isInside(parentOf(file));
}

/** `path.murre-backup`, or with a number: never over another file. */
function backupOf(path: string, standing: Standing): string {
  const names = standing.listing(parentOf(path));
  for (let number = 1; ; number++) {
    const name = `${baseOf(path)}.murre-backup${number === 1 ? "" : `-${number}`}`;
    if (names?.has(name) !== true) return `${parentOf(path)}/${name}`;
  }
}

/**
 * What is renamed into the environment: of what is new the topmost folders, and the files in folders that stay.
 * @throws where a file that stays is in a folder's way.
 */
function placedRoots(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  leaving: Leaving,
  standing: Standing,
  view: EnvironmentView,
): ReadonlySet<string> {
  const roots = new Set<string>();
  const addFolder = (folder: string): void => {
    let root = folder;
    while (!standing.stays(parentOf(root))) root = parentOf(root);
    if (roots.has(root)) return;
    roots.add(root);
    if (standing.listing(parentOf(root))?.get(baseOf(root)) !== "file" || leaving.files.has(root)) return;
    const owners = view.ownersOf(root);
    throw owners.length === 0 ? new UnownedFileInTheWay([root]) : new FileAgainstDirectory(root, owners);
  };
  for (const { trees, folders, skip, wheel } of placed) {
    for (const { target } of trees) addFolder(target);
    for (const { target, fileCount, firstFile } of folders)
      if (!standing.stays(target)) {
        if (fileCount > 0) addFolder(target);
      } else
        for (const [index, name] of wheel.entry.manifest.namesOf({ firstFile, fileCount }).entries())
          if (!skip.has(firstFile + index)) roots.add(`${target}/${name}`);
  }
  for (const { path } of generated)
    if (standing.stays(parentOf(path))) roots.add(path);
    else addFolder(parentOf(path));
  return roots;
}

/** The folders of the stage that no single task makes. */
function scaffoldOf(
  placed: readonly PlacedWheel[],
  claims: ReadonlyMap<string, readonly Claim[]>,
  generated: readonly GeneratedFile[],
  standing: Standing,
  copies: readonly { readonly target: string }[],
): readonly string[] {
  const trees = placed.flatMap(({ trees }) => trees.map(({ target }) => target));
  const inTrees = new Set(trees);
  const scaffold = new Set([...trees, ...copies.map(({ target }) => target)].map(parentOf));
  for (const [folder, by] of claims) {
    const [first] = by;
    // A folder is made by its task only below one that the same task makes, or that is made before all of them.
    if (by.length > 1 || standing.stays(folder)) scaffold.add(folder);
    else if (claims.get(parentOf(folder))?.some(({ wheel }) => wheel === first?.wheel) !== true)
      scaffold.add(parentOf(folder));
  }
  for (const { path } of generated) {
    const folder = parentOf(path);
    if (!inTrees.has(folder) && !claims.has(folder)) scaffold.add(folder);
  }
  return [...scaffold].toSorted((a, b) => a.length - b.length);
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
