import { foldsCase } from "./case-collisions.ts";
import type { Destination } from "../environment/destination.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import { ReservedPath } from "../errors.ts";
import { baseOf, parentOf, type EnvironmentView } from "./collisions-with-installed.ts";
import type { GeneratedFile } from "./generated.ts";
import { foldersOf, type PlacedWheel } from "./place-wheels.ts";

/** What an interpreter is called in the folder of scripts: `python`, `python3.13t`, `pythonw.exe`, `pypy3`; and what one on Windows reads beside itself. */
const interpreterName = /^(?:pythonw?|pypy|graalpy)(?:\d+(?:\.\d+)*)?t?(?:\.exe|\._pth)?$/;
/** An interpreter looks for it in its own folder, and in the one above (PEP 405). */
const CONFIG = "pyvenv.cfg";
/** `importlib.metadata` takes it in any letters, on every file system. */
const DIST_INFO = /\.dist-info$/i;

/** What no distribution may bring or take away, by paths in the names of the environment's folders. */
export interface Reserved {
  /** Whether names that differ by case only are one here. */
  readonly folds: boolean;
  has(path: string): boolean;
  /** Whether a folder has names of its own that are reserved. Elsewhere only murre's state is. */
  isSpecial(folder: string): boolean;
  /** Whether it is murre's state, or lies in it. */
  isState(path: string): boolean;
}

/**
 * What an environment is made of, and no distribution may bring or take away: its interpreter's names, pyvenv.cfg (PEP 405), murre's own state,
 * wherever that lies (each file system has one). A wheel with a script `python` would give the environment another interpreter, and its removal would
 * leave none; one that could write into murre's state would be obeyed by the next command.
 */
export function reservedPaths(
  { schemes, boundary, platform, executable }: Destination,
  view: Pick<EnvironmentView, "folders" | "foldsCase">,
): Reserved {
  const folds = foldsCase(platform) || view.foldsCase(boundary);
  const fold = folds ? folded : (path: string) => path;
  const interpreter = view.folders.of(parentOf(platform === "win32" ? executable.replaceAll("\\", "/") : executable));
  const programs = new Set([schemes.scripts, interpreter].map(fold));
  const configs = new Set([...programs, fold(boundary)]);
  const isState = (path: string) => (folds || path.includes(STATE_FOLDER)) && STATE.test(fold(path));
  return {
    folds,
    isState,
    isSpecial: (folder) => configs.has(fold(folder)),
    has(given) {
      if (isState(given)) return true;
      const path = fold(given);
      const [folder, name] = [parentOf(path), baseOf(path)];
      return configs.has(folder) && (name === CONFIG || (programs.has(folder) && interpreterName.test(name)));
    },
  };
}

/** Windows gives the folder a short name too. */
const STATE = new RegExp(`/(?:\\${STATE_FOLDER}|murre~\\d+)(?:/|$)`);

/** What macOS leaves out of names, and Windows at the end of them. */
const UNSEEN = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]|(?<![. ])[. ]+(?=\/|$)/g;

function folded(path: string): string {
  return path.replaceAll(UNSEEN, "").normalize("NFC").toLowerCase();
}

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

/** The names of files are decoded for folders only that have some to themselves. */
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
    for (let file = firstFile; file < firstFile + fileCount; file++) {
      const path = `${target}/${manifest.names[file] ?? ""}`;
      if (isWhole || reserved.has(path) || (isSite && isInDistInfo(path, sites))) found.push(path);
    }
  };
  for (const { source, target, firstFile, fileCount } of folders) {
    const isOwn = source === head.distInfo || source.startsWith(`${head.distInfo}/`);
    look(target, firstFile, fileCount, () => !isOwn && isInDistInfo(target, sites));
  }
  for (const { source, target, firstFile, fileCount } of foldersOf(placed)) {
    const [top = ""] = source.split("/", 1);
    look(target, firstFile, fileCount, () => top !== head.distInfo && DIST_INFO.test(top));
  }
  return found;
}

/** Whether a path is a dist-info that stands where installed ones do, or lies in one. */
function isInDistInfo(path: string, sites: readonly string[]): boolean {
  return sites.some(
    (site) => path.startsWith(`${site}/`) && DIST_INFO.test(path.slice(site.length + 1).split("/", 1)[0] ?? ""),
  );
}
