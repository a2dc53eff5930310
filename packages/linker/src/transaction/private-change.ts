import { randomDigits } from "@murre/files";
import { LinkFailed } from "../errors.ts";
import type { LinkCounts } from "../link/link-task.ts";
import { stageLayout } from "../link/stage-layout.ts";
import { stageChange } from "../link/stage.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import { environmentState } from "../state/environment-state.ts";
import { JOURNAL_FORMAT } from "../state/journal.ts";
import { execute } from "./execute.ts";
import { removeTree } from "./remove-tree.ts";
import { journalSteps } from "./steps.ts";
import { makeExecutorFolders } from "./trash.ts";

/**
 * Changes an environment that nobody else knows, such as a build's: no lock, no lease, and no state is left in it.
 * @throws {LinkFailed} when the file system refuses.
 */
export async function changePrivately(plan: ChangePlan): Promise<LinkCounts> {
  const state = environmentState(plan.destination);
  const id = `private_${randomDigits()}-1`;
  const executor = `x-${id}`;
  const layout = stageLayout(plan.roots, []);
  const folders = makeExecutorFolders(`${state.commit}/${id}/${executor}`, id, executor, []);
  try {
    const counts = await stageChange(plan, layout, folders, { mode: "auto", workers: undefined, signal: undefined });
    const steps = journalSteps(plan, layout, folders);
    const { destination, removed, added } = plan;
    const journal = {
      format: JOURNAL_FORMAT,
      id,
      command: "",
      places: [],
      destination,
      steps,
      removed,
      added,
    } as const;
    const ended = execute({ state, journal, executor });
    if (ended.end === "undone") throw new LinkFailed(ended.step?.target ?? state.folder, String(ended.error));
    return counts;
  } finally {
    removeTree(state.folder);
  }
}
