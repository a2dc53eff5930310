import { errorCode } from "@murre/files";
import { renameSync, rmdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { judge, judgeAtOnce, type Lease } from "@murre/locking";
import { isGone, list } from "../environment/fs-errors.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import { ChangeInterrupted } from "../errors.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import type { Journal, Step } from "../state/journal.ts";
import { readJournal } from "../state/read-journal.ts";
import { guardFolders } from "../state/state-guard.ts";
import { execute, executorFolder, type Execution, type ExecutionEnd } from "./execute.ts";

/** An interrupted change that this process brought to its end. */
export interface Recovered {
  readonly journal: Journal;
  readonly end: ExecutionEnd["end"];
  /** The target that something else had changed, of a stopped one. */
  readonly path?: string;
  /** Why it was taken back, of an undone one, and the step that was refused. */
  readonly error?: unknown;
  readonly step?: Step | undefined;
}

export interface RecoverOptions {
  readonly lease: Lease;
  readonly signal: AbortSignal | undefined;
  /** Called once when the executor lives and has to be waited for. */
  readonly onWaiting?: (executor: string) => void;
}

/** In place of a lease's name: the executor lives and has given up. */
const LEFT = "left";
const EXECUTOR = /^x-(\w+)-\d+$/;
const firstPauseMs = 1;
const longestPauseMs = 50;
/**
 * After a verdict that the kernel did not give, one step of the former executor may still be in flight: it resolved its parent folders before the
 * takeover and acts after it (CE23).
 */
const settleMs = 30_000;

/**
 * Brings a committed change to its end, if there is one (protocols/transaction.md, E2). To be called under the environment's lock, or by one who only waits for an end.
 * @throws {ChangeInterrupted} {UnreadableJournal}, or the signal's reason.
 */
export async function recover(state: EnvironmentState, options: RecoverOptions): Promise<readonly Recovered[]> {
  const recovered: Recovered[] = [];
  let pauseMs = firstPauseMs;
  for (let isTold = false; ;) {
    const id = committed(state);
    if (id === undefined) return recovered;
    guardFolders(state, [`${state.commit}/${id}`]);
    const name = list(`${state.commit}/${id}`).find((entry) => EXECUTOR.test(entry));
    if (name === undefined) {
      // Finished but for this folder; rmdir decides, for the scan may have met a takeover.
      removeIfEmpty(`${state.commit}/${id}`);
      continue;
    }
    const verdict = await judgeExecutor(state, id, name, options.lease.root);
    if (verdict !== "live") {
      const found = await takeOver(state, id, name, verdict, options);
      if (found !== undefined) recovered.push(found);
      continue;
    }
    if (!isTold) options.onWaiting?.(name);
    isTold = true;
    await setTimeout(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** The committed transaction's name. */
export function committed(state: EnvironmentState): string | undefined {
  return list(state.commit)[0];
}

/** The lease of the executor of the committed transaction; undefined while the transaction changes hands or ends. */
export function executorOf(state: EnvironmentState): string | undefined {
  const id = committed(state);
  const name = id === undefined ? undefined : list(`${state.commit}/${id}`).find((entry) => EXECUTOR.test(entry));
  return name === undefined ? undefined : EXECUTOR.exec(name)?.[1];
}

/** Whether the process that executes the committed transaction lives; "settled" when the kernel says that it does not. */
async function judgeExecutor(
  state: EnvironmentState,
  id: string,
  name: string,
  root: string,
): Promise<"live" | "dead" | "settled"> {
  const lease = EXECUTOR.exec(name)?.[1] ?? "";
  if (lease === LEFT || judgeAtOnce(lease) === "dead") return "settled";
  return judge(root, lease, { stake: "lock", witness: `${state.commit}/${id}/${name}` });
}

async function takeOver(
  state: EnvironmentState,
  id: string,
  former: string,
  verdict: "dead" | "settled",
  { lease, signal }: RecoverOptions,
): Promise<Recovered | undefined> {
  const executor = `x-${lease.name}-${lease.nextId()}`;
  const own = `${state.commit}/${id}/${executor}`;
  let journal: Journal;
  try {
    // It was closed before the commit: what is read before the takeover is what is executed after it, or nothing is touched.
    journal = readJournal(`${state.commit}/${id}/${former}`, id, state);
    renameSync(`${state.commit}/${id}/${former}`, own);
  } catch (error) {
    if (isGone(error)) return undefined; // finished, or another one's
    throw error;
  }
  if (!takeOverPlaces(journal, executor, own)) return undefined;
  if (verdict === "dead") await setTimeout(settleMs, undefined, signal === undefined ? {} : { signal });
  return bringToEnd(state, journal, executor);
}

/** @throws {ChangeInterrupted} when a step could neither be done nor taken back. */
export function bringToEnd(state: EnvironmentState, journal: Journal, executor: string): Recovered {
  try {
    const end = execute({ state, journal, executor });
    if (end.end === "stopped") return { journal, end: end.end, path: end.path };
    if (end.end === "undone") return { journal, end: end.end, error: end.error, step: end.step };
    return { journal, end: end.end };
  } catch (cause) {
    leave({ state, journal, executor });
    const reason = `a change of it is half done (${errorCode(cause) ?? String(cause)})`;
    throw new ChangeInterrupted(state.sitePackages, reason, { cause });
  }
}

/** This process lives on and must not be waited for: the executor's folder gets a name that stands for nobody. */
function leave(execution: Execution): void {
  try {
    renameSync(
      executorFolder(execution, 0),
      `${execution.state.commit}/${execution.journal.id}/x-${LEFT}-${Date.now()}`,
    );
  } catch {
    // Then it is taken over when this process has ended.
  }
}

/**
 * The former executor is fenced on each file system by a rename of its own, all before the first step. Its name there is read before it is
 * made sure that the transaction is still mine, so that what I rename can only be a former one's: whoever took it from me renames it after that.
 * @returns false when another one took it over meanwhile.
 */
function takeOverPlaces(journal: Journal, executor: string, own: string): boolean {
  for (const place of journal.places) {
    const folder = `${place}/${STATE_FOLDER}/${journal.id}`;
    for (;;) {
      const name = list(folder).find((entry) => EXECUTOR.test(entry));
      if (list(own).length === 0) return false;
      if (name === undefined || name === executor) break;
      try {
        renameSync(`${folder}/${name}`, `${folder}/${executor}`);
        break;
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }
  return true;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isGone(error) && errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
  }
}
