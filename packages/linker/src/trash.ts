import { makeFolders } from "@murre/locking";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { STATE_FOLDER, type EnvironmentState } from "./environment-state.ts";
import { list } from "./fs-errors.ts";
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
export function emptyTrash({ trash }: EnvironmentState, deadline = Infinity): void {
  try {
    for (const name of list(trash)) discard(`${trash}/${name}`, deadline);
  } catch {
    // The change itself is over: nothing that stays in the trash makes it fail.
  }
}

/** Deletes one folder of the trash: an executor's, or a ticket with one in it. @throws a system error. */
function discard(grave: string, deadline = Infinity): void {
  // By exact names only: what lies in `old/` and `stage/` came from wheels, and nothing in it is an instruction.
  const executors = list(grave)
    .filter((name) => TRANSACTION.test(name))
    .map((me) => `${grave}/${me}/x-${me}`);
  for (const folder of [grave, ...executors])
    for (const { id, places } of placesIn(folder))
      for (const place of places) {
        removeTree(`${place}/${STATE_FOLDER}/${id}`, deadline);
        removeEmpty(`${place}/${STATE_FOLDER}`);
      }
  removeTree(grave, deadline);
}

/** `<lease>-<n>`: a transaction's or an executor's name. */
const TRANSACTION = /^\w+-\d+$/;

function placesIn(folder: string): { id: string; places: string[] }[] {
  try {
    const noted = JSON.parse(readFileSync(`${folder}/${PLACES}`, "utf8")) as { id: string; places: string[] };
    return TRANSACTION.test(noted.id) ? [noted] : [];
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
