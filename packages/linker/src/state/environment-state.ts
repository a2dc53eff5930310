import { existsSync, lstatSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import type { Destination } from "../environment/destination.ts";
import { canonicalDestination, openFolders, type Folders } from "../environment/folders.ts";
import { parentOf } from "../environment/paths.ts";
import { reservedPaths } from "../environment/reserved-paths.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";

/**
 * Where the state of an environment's transactions lies: `.murre/` inside the site-packages folder, so that whoever changes that folder
 * (an environment, `--prefix`, `--target`, a system interpreter, through whatever link) meets the same lock, and stages on its file system.
 *
 * ```
 * .murre/
 *   lock/choosing/ lock/tickets/t/   the writers' queue (protocols/locks.md); a ticket is a folder, `tickets/t/<me>/x-<me>/`
 *   commit/<me>/x-<executor>/        the committed transaction, until it is finished; empty or absent: none
 *     journal                        what is to be done, in order (journal.ts)
 *     stage/<i>/…                    what comes, laid out as below the i-th root
 *     old/<n>                        what went, until the transaction is finished
 *     stamp.new stamp.undo stamp.torn
 *     places                         folders on other file systems that have a `.murre/<me>/x-<executor>/` of their own with stage/ and old/
 *   stamp                            the last transaction's mark, and the dist-info folders as it left them (stamp.ts)
 *   torn/<me>/                       a transaction that met a foreign change, kept until the next one is finished
 *   trash/<uuid>/                    to be deleted by anybody
 * ```
 */
export interface EnvironmentState {
  /** The real path of the site-packages folder, with `/`. */
  readonly sitePackages: string;
  readonly folder: string;
  readonly lock: string;
  readonly commit: string;
  readonly stamp: string;
  readonly torn: string;
  readonly trash: string;
  /** Where changes of this environment have their targets. */
  readonly places: () => StatePlaces;
}

/** What is found in the state is held against these. */
export interface StatePlaces {
  readonly folders: Folders;
  /** Folders that stay whatever goes. */
  readonly kept: readonly string[];
  /** Whether a path is a part of the environment itself. */
  isReserved(path: string): boolean;
}

/** The state of an environment's site-packages folder, however it is spelled; the folder need not exist yet. */
export function environmentState(destination: Destination): EnvironmentState {
  const sitePackages = realPath(destination.schemes.purelib);
  const folder = `${sitePackages}/${STATE_FOLDER}`;
  let places: StatePlaces | undefined;
  return {
    sitePackages,
    folder,
    lock: `${folder}/lock`,
    commit: `${folder}/commit`,
    stamp: `${folder}/stamp`,
    torn: `${folder}/torn`,
    trash: `${folder}/trash`,
    places: () => (places ??= findPlaces(destination, sitePackages)),
  };
}

/** Looked for only when something is found in the state. */
function findPlaces(destination: Destination, sitePackages: string): StatePlaces {
  const around = environmentAround(sitePackages);
  const folders = openFolders(destination, around);
  const { boundary, schemes } = canonicalDestination(destination, folders);
  const { purelib, platlib, scripts, data } = schemes;
  const own = purelib === boundary ? [] : [purelib, platlib, scripts, data];
  const { has } = reservedPaths({ ...destination, boundary, schemes }, { folders, foldsCase: () => false });
  return { folders, kept: [sitePackages, boundary, ...around, ...own], isReserved: has };
}

/** Several destinations may share a site-packages folder (`--target` into an environment's): a change by one is finished by any other. */
function environmentAround(sitePackages: string): string[] {
  for (let folder = sitePackages; folder !== ""; folder = parentOf(folder))
    if (existsSync(`${folder}/pyvenv.cfg`)) return [folder];
  return [];
}

/** Whether murre has ever changed this folder, or is doing so. */
export function hasState({ folder }: EnvironmentState): boolean {
  return lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
}

/** The real path of the longest part that exists. */
function realPath(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return realpathSync(path).replaceAll(sep, "/");
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? path : `${realPath(path.slice(0, slash))}${path.slice(slash)}`;
}
