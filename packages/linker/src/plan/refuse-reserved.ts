import type { Destination } from "../environment/destination.ts";
import type { Reserved } from "../environment/reserved-paths.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import { ReservedPath } from "../errors.ts";
import type { GeneratedFile } from "./change-plan.ts";
import { foldersOf, type PlacedWheel } from "./place-wheels.ts";

/** `importlib.metadata` takes it in any letters, on every file system. */
const DIST_INFO = /\.dist-info$/i;

/**
 * Looks at where a wheel's files end, not at how the archive calls them: `.data` and links are doors to the same places. Only the archive's own
 * dist-info folder brings files of a dist-info: what installers write into one (PEP 376, 610) no wheel says, nor what another distribution is.
 * @throws {ReservedPath} with all of the first wheel that has some.
 */
export function refuseReserved(
  { schemes: { purelib, platlib } }: Destination,
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  reserved: Reserved,
): void {
  const written = new Map<string, string[]>();
  for (const { path, wheel } of generated)
    if (reserved.has(path)) written.set(wheel, [...(written.get(wheel) ?? []), path]);
  const sites = [...new Set([purelib, platlib])];
  for (const one of placed) {
    const found = [...(written.get(one.wheel.name) ?? []), ...reservedFiles(one, sites, reserved)];
    if (found.length > 0) throw new ReservedPath(one.wheel.name, found);
  }
}

/** The names of files are decoded for those folders only in which some can be reserved. */
function reservedFiles(placed: PlacedWheel, sites: readonly string[], reserved: Reserved): string[] {
  const { wheel, folders } = placed;
  const { manifest } = wheel.entry;
  const { head } = manifest;
  const found: string[] = [];
  const look = (target: string, firstFile: number, fileCount: number, isMetadata: () => boolean): void => {
    if (fileCount === 0) return;
    const isWhole = reserved.isState(target) || isMetadata();
    const isSite = sites.includes(target);
    if (!isWhole && !isSite && !reserved.isSpecial(target)) return;
    for (const name of manifest.namesOf({ firstFile, fileCount })) {
      const path = `${target}/${name}`;
      if (isWhole || reserved.has(path) || (isSite && isInDistInfo(path, sites))) found.push(path);
    }
  };
  for (const { source, target, firstFile, fileCount } of folders) {
    const isOwn = source === head.distInfo || source.startsWith(`${head.distInfo}/`);
    look(target, firstFile, fileCount, () => !isOwn && isInDistInfo(target, sites));
  }
  if (haveNoneReserved(placed, reserved)) return found;
  for (const { source, target, firstFile, fileCount } of foldersOf(placed)) {
    const [top = ""] = source.split("/", 1);
    look(target, firstFile, fileCount, () => top !== head.distInfo && DIST_INFO.test(top));
  }
  return found;
}

/** Of nearly all trees a few looks tell that, and their folders are not gone through. */
function haveNoneReserved({ wheel, trees }: PlacedWheel, reserved: Reserved): boolean {
  const { manifest } = wheel.entry;
  if (reserved.folds || manifest.hasFolderWith(STATE_FOLDER)) return false;
  return trees.every(
    ({ source, target }) =>
      (source === manifest.head.distInfo || !DIST_INFO.test(source)) &&
      !reserved.isState(target) &&
      !reserved.reaches(target),
  );
}

/** Whether a path is a dist-info that stands where installed ones do, or lies in one. */
function isInDistInfo(path: string, sites: readonly string[]): boolean {
  return sites.some(
    (site) => path.startsWith(`${site}/`) && DIST_INFO.test(path.slice(site.length + 1).split("/", 1)[0] ?? ""),
  );
}
