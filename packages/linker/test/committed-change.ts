import { writeFileSync } from "node:fs";
import { stageLayout } from "../src/link/stage-layout.ts";
import { stageChange } from "../src/link/stage.ts";
import { JOURNAL_FORMAT, type Journal } from "../src/state/journal.ts";
import type { Execution } from "../src/transaction/execute.ts";
import { journalSteps } from "../src/transaction/steps.ts";
import { makeExecutorFolders } from "../src/transaction/trash.ts";
import { makeEnvironment, type TestEnvironment } from "./environment.ts";
import type { MadeUp } from "./made-up-wheel.ts";

export const first: MadeUp = {
  name: "a",
  files: { "a/__init__.py": "1", "a/old.py": "1", "top.py": "1", "same.py": "=", "a-1.0.data/data/share/a.txt": "1" },
};
export const second: MadeUp = {
  name: "a",
  version: "2.0",
  files: { "a/__init__.py": "2", "top.py": "2", "same.py": "=", "new.py": "2", "a-2.0.data/data/share/a.txt": "2" },
};
export const other: MadeUp = { name: "b", files: { "b.py": "b", "b-1.0.data/data/share/b.txt": "b" } };

export interface CommittedChange extends TestEnvironment {
  readonly execution: Execution;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

/**
 * An environment in which the upgrade of `a` is committed, and nothing of it is done yet: as a crash right after the commit leaves it.
 * @param lease the executor's; by default it has given up, and nobody has to judge whether it lives
 * @param isApart whether `share` is a place of its own
 */
export async function committedUpgrade(lease = "left", isApart = false): Promise<CommittedChange> {
  const world = makeEnvironment();
  await world.change([first, other]);
  const before = world.snapshot();
  const plan = world.plan([second], ["a"]);
  const [id, executor] = [`${lease}-1`, `x-${lease}-2`];
  const places = isApart ? [`${world.env}/share`] : [];
  const layout = stageLayout(plan.roots, places);
  const folders = makeExecutorFolders(`${world.state.commit}/${id}/${executor}`, id, executor, places);
  await stageChange(plan, layout, folders, { mode: "hardlink", workers: undefined, signal: undefined });
  const { destination, removed, added } = plan;
  const steps = journalSteps(plan, layout, folders);
  const journal: Journal = { format: JOURNAL_FORMAT, id, command: "test", places, destination, steps, removed, added };
  for (const kind of ["new", "undo", "torn"])
    writeFileSync(`${folders[0]}/stamp.${kind}`, JSON.stringify({ id: `${id}.${kind}`, distributions: {} }));
  writeFileSync(`${folders[0]}/journal`, JSON.stringify(journal));
  return { ...world, execution: { state: world.state, journal, executor }, before, after: await upgraded() };
}

let whole: Record<string, string> | undefined;

/** What the upgrade makes where nothing comes between. */
export async function upgraded(): Promise<Record<string, string>> {
  if (whole !== undefined) return whole;
  const world = makeEnvironment();
  await world.change([first, other]);
  await world.change([second], ["a"]);
  return (whole = world.snapshot());
}
