import { readSmallText } from "@murre/files";
import { isGone, list } from "../environment/fs-errors.ts";
import { parentOf } from "../environment/paths.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import { ForeignState, UnreadableJournal } from "../errors.ts";
import { checkJournal } from "./check-journal.ts";
import type { EnvironmentState } from "./environment-state.ts";
import { lookAt } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { guardFiles, guardFolders } from "./state-guard.ts";

/** A journal of a hundred distributions has some hundred kilobytes; one in which every file goes by itself, some megabytes. */
const largestBytes = 256 * 1024 * 1024;

/**
 * Reads the journal of a transaction from its executor's folder. Nothing in the transaction's folders leads out of them.
 * @throws {UnreadableJournal} {ForeignState}; a system error when the folder is gone.
 */
export function readJournal(folder: string, id: string, state: EnvironmentState): Journal {
  const path = `${folder}/journal`;
  guardFolders(state, [folder, `${folder}/old`]);
  guardFiles(state, [path]);
  try {
    const text = readSmallText(path, { atMostBytes: largestBytes, followsLinks: false });
    const journal = checkJournal(JSON.parse(text), id, state);
    guardStages(journal, folder, state);
    return journal;
  } catch (cause) {
    if (cause instanceof ForeignState || (isGone(cause) && lookAt(folder) === undefined)) throw cause;
    throw new UnreadableJournal(path, (cause as Error).message, { cause });
  }
}

/** The folders through which staged files are reached, in each place. */
function guardStages({ id, places, steps }: Journal, folder: string, state: EnvironmentState): void {
  const executors = places.map((place) => {
    const own = `${place}/${STATE_FOLDER}`;
    guardFolders(state, [own, `${own}/${id}`]);
    return list(`${own}/${id}`).map((name) => `${own}/${id}/${name}`);
  });
  const found = new Set<string>();
  for (const step of steps)
    for (const executor of step.at === 0 ? [folder] : (executors[step.at - 1] ?? [])) {
      const below = step.do === "place" ? step.stage : step.do === "tidy" ? "old" : step.old;
      for (let up = `${executor}/${parentOf(below)}`; up.length >= executor.length && !found.has(up); up = parentOf(up))
        found.add(up);
    }
  guardFolders(state, [...found]);
}
