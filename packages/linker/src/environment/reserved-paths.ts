import { liesBelow, type Destination } from "./destination.ts";
import type { EnvironmentView } from "./environment-view.ts";
import { foldsCase } from "./folders.ts";
import { baseOf, parentOf } from "./paths.ts";
import { STATE_FOLDER } from "./state-folder.ts";

/** What an interpreter is called in the folder of scripts: `python`, `python3.13t`, `pythonw.exe`, `pypy3`; and what one on Windows reads beside itself. */
const interpreterName = /^(?:pythonw?|pypy|graalpy)(?:\d+(?:\.\d+)*)?t?(?:\.exe|\._pth)?$/;
/** An interpreter looks for it in its own folder, and in the one above (PEP 405). */
const CONFIG = "pyvenv.cfg";

/** What no distribution may bring or take away, by paths in the names of the environment's folders. */
export interface Reserved {
  /** Whether names that differ by case only are one here. */
  readonly folds: boolean;
  has(path: string): boolean;
  /** Whether a folder has names of its own that are reserved. Elsewhere only murre's state is. */
  isSpecial(folder: string): boolean;
  /** Whether a folder is such a one, or has one somewhere in it. */
  reaches(folder: string): boolean;
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
    reaches: (folder) => [...configs].some((special) => liesBelow([fold(folder)], special)),
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
