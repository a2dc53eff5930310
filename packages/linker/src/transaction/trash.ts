import { readSmallText } from "@murre/files";
import { makeFolders } from "@murre/locking";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { liesBelow } from "../environment/destination.ts";
import { list } from "../environment/fs-errors.ts";
import { STATE_FOLDER, TRANSACTION } from "../environment/state-folder.ts";
import { isPath } from "../state/check-journal.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import { guardFolders } from "../state/state-guard.ts";
import { removeTree } from "./remove-tree.ts";

/** The file in an executor's folder that names the places which belong to it on other file systems: whoever deletes it deletes those first. */
const PLACES = "places";

/** Makes an executor's folders, the environment's own first, which from then on names the others. */
export function makeExecutorFolders(own: string, id: string, executor: string, places: readonly string[]): string[] {
  makeFolders(`${own}/old`);
  mkdirSync(`${own}/stage`);
  if (places.length > 0) writeFileSync(`${own}/${PLACES}`, JSON.stringify({ id, places }), { flag: "wx" });
  return [
    own,
    ...places.map((place) => {
      const folder = `${place}/${STATE_FOLDER}/${id}/${executor}`;
      makeFolders(`${folder}/old`);
      mkdirSync(`${folder}/stage`);
      return folder;
    }),
  ];
}

/** Deletes what lies in the trash, and what belongs to it elsewhere. What resists, or is left at the deadline, the next command deletes. */
export function emptyTrash(state: EnvironmentState, deadline = Infinity): void {
  const { trash } = state;
  try {
    for (const name of list(trash)) discard(`${trash}/${name}`, state, deadline);
  } catch {
    // The change itself is over: nothing that stays in the trash makes it fail.
  }
}

/** Deletes one folder of the trash: an executor's, or a ticket with one in it. @throws a system error. */
function discard(grave: string, state: EnvironmentState, deadline = Infinity): void {
  // By exact names only: what lies in `old/` and `stage/` came from wheels, and nothing in it is an instruction.
  const executors = list(grave)
    .filter((name) => TRANSACTION.test(name))
    .map((me) => `${grave}/${me}/x-${me}`);
  for (const folder of [grave, ...executors])
    for (const { id, places } of placesIn(folder))
      for (const place of places) {
        if (!isPlace(place, state)) continue;
        removeTree(`${place}/${STATE_FOLDER}/${id}`, deadline);
        removeEmpty(`${place}/${STATE_FOLDER}`);
      }
  removeTree(grave, deadline);
}

/** Only in a folder of this environment that no link leads to murre deletes something of its own. */
function isPlace(place: unknown, state: EnvironmentState): place is string {
  const { folders } = state.places();
  if (!isPath(place) || !liesBelow(folders.roots, folders.of(place))) return false;
  try {
    return guardFolders(state, [`${place}/${STATE_FOLDER}`]);
  } catch {
    return false;
  }
}

function placesIn(folder: string): { id: string; places: unknown[] }[] {
  try {
    const text = readSmallText(`${folder}/${PLACES}`, { followsLinks: false });
    const { id, places } = JSON.parse(text) as { id: unknown; places: unknown };
    return typeof id === "string" && TRANSACTION.test(id) && Array.isArray(places) ? [{ id, places }] : [];
  } catch {
    return []; // none, or cut off by a crash before anything was made there
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another transaction's folder is in it.
  }
}
