import {
  dataFolderOf,
  liesBelow,
  liesInside,
  placeDirectory,
  type Destination,
  type PlacedDirectory,
} from "../environment/destination.ts";
import type { Folders } from "../environment/folders.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { PathLeavesEnvironment } from "../errors.ts";
import type { PlacedTree, WheelToInstall } from "./change-plan.ts";
import type { Leaving } from "./fold-removals.ts";
import type { Claim } from "./ownership.ts";
import type { Standing } from "./standing-folders.ts";

/** A wheel with its places: trees as they stand, all other folders one by one. */
export interface PlacedWheel {
  readonly wheel: WheelToInstall;
  readonly trees: PlacedTree[];
  readonly folders: (PlacedDirectory & { readonly fileCount: number; readonly firstFile: number })[];
  readonly skip: Set<number>;
}

/** The one name of a folder as it stands when what goes has gone. */
export type FolderName = (folder: string) => string;

/** Most folders lie directly in site-packages, whose listing tells that they are no links. A link that goes leads nowhere any more. */
export function folderNames(
  { of, roots }: Folders,
  { links }: Leaving,
  { schemes }: Destination,
  standing: Standing,
): FolderName {
  const sites = new Set([schemes.purelib, schemes.platlib]);
  const anew = new Set(links);
  const nameOf = (folder: string): string => {
    const parent = parentOf(folder);
    if (sites.has(parent) && standing.listing(parent)?.get(baseOf(folder)) !== "linked-directory") return folder;
    if (anew.size === 0 || roots.includes(folder) || !liesBelow(roots, folder)) return of(folder);
    const above = nameOf(parent);
    const path = `${above}/${baseOf(folder)}`;
    if (!anew.has(above) && !anew.has(path)) return of(path);
    anew.add(path);
    return path;
  };
  return nameOf;
}

/** Top-level folders as trees; the root, and everything below `.data`, folder by folder. */
export function placeWheel(destination: Destination, wheel: WheelToInstall, nameOf: FolderName): PlacedWheel {
  const { head } = wheel.entry.manifest;
  const root = destination.schemes[head.rootIsPurelib ? "purelib" : "platlib"];
  const placed: PlacedWheel = {
    wheel,
    trees: head.topLevel.map((source) => ({ source, target: `${root}/${source}` })),
    folders: [],
    skip: new Set(),
  };
  if (head.hasData) openFolders(destination, placed, nameOf, (path) => !isInTree(path, head.topLevel));
  else {
    const rootFiles = wheel.entry.manifest.directories[0]?.fileCount ?? 0;
    const scheme = head.rootIsPurelib ? "purelib" : "platlib";
    placed.folders.push({ source: "", target: root, scheme, fileCount: rootFiles, firstFile: 0 });
  }
  return placed;
}

/** The single folders of a wheel's trees. */
export function* foldersOf({
  wheel,
  trees,
}: PlacedWheel): Generator<PlacedTree & Pick<Claim, "firstFile" | "fileCount">> {
  const targets = new Map(trees.map(({ source, target }) => [source, target]));
  let firstFile = 0;
  for (const { path, fileCount } of wheel.entry.manifest.directories) {
    const slash = path.indexOf("/");
    const top = slash < 0 ? path : path.slice(0, slash);
    const target = targets.get(top);
    if (target !== undefined) yield { source: path, target: target + path.slice(top.length), firstFile, fileCount };
    firstFile += fileCount;
  }
}

function isInTree(path: string, topLevel: readonly string[]): boolean {
  const slash = path.indexOf("/");
  return topLevel.includes(slash < 0 ? path : path.slice(0, slash));
}

/** Adds those of a wheel's folders one by one that `chosen` names. */
function openFolders(
  destination: Destination,
  placed: PlacedWheel,
  nameOf: FolderName,
  chosen: (path: string) => boolean,
): void {
  const { wheel, folders } = placed;
  const { head, directories } = wheel.entry.manifest;
  let firstFile = 0;
  for (const { path, fileCount } of directories) {
    if (chosen(path)) {
      const place = placeDirectory(destination, { ...head, name: wheel.name }, path);
      if (place === undefined) {
        if (fileCount > 0) throw new PathLeavesEnvironment(wheel.name, path);
      } else if (place.scheme !== "scripts") {
        if (!liesInside(destination, place.target)) throw new PathLeavesEnvironment(wheel.name, path);
        folders.push({ ...place, target: nameOf(place.target), fileCount, firstFile });
      }
    }
    firstFile += fileCount;
  }
  // Of one path that a wheel has in two ways, the way through `.data` is the last to be installed, as by pip.
  const isData = ({ source }: PlacedDirectory) => Number(source.startsWith(`${dataFolderOf(head.distInfo)}/`));
  if (head.hasData) folders.sort((a, b) => isData(a) - isData(b));
}

/**
 * Opens every tree that is not one wheel's alone: several have it, it stands in the environment, or something else of
 * this change goes below it.
 */
export function openContestedTrees(
  destination: Destination,
  placed: readonly PlacedWheel[],
  standing: Standing,
  nameOf: FolderName,
): void {
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
  const contested = (target: string) => standing.stays(target) || (owners.get(target) ?? 0) > 1 || reached.has(target);
  for (const wheel of placed) {
    const opened = wheel.trees.filter(({ target }) => contested(target)).map(({ source }) => source);
    if (opened.length === 0) continue;
    wheel.trees.splice(0, Infinity, ...wheel.trees.filter(({ source }) => !opened.includes(source)));
    openFolders(destination, wheel, nameOf, (path) => isInTree(path, opened));
  }
}

function hasScripts({ entry: { manifest } }: WheelToInstall): boolean {
  const { consoleScripts, guiScripts, apart } = manifest.head;
  return consoleScripts.length + guiScripts.length > 0 || apart.some(({ path }) => path.includes(".data/scripts/"));
}

/** A path and all folders above it. */
export function ancestors(path: string): string[] {
  const found = [path];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
    found.push(path.slice(0, slash));
  return found;
}
