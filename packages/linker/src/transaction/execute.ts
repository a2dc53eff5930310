import { errorCode, randomDigits } from "@murre/files";
import { linkSync, mkdirSync, renameSync, rmdirSync, unlinkSync, type BigIntStats } from "node:fs";
import { isGone } from "../environment/fs-errors.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import { identityFrom, isSameInode, lookAt, type Identity } from "../state/identity.ts";
import type { Journal, Step } from "../state/journal.ts";

/** A committed transaction and who executes it. */
export interface Execution {
  readonly state: EnvironmentState;
  readonly journal: Journal;
  /** `x-<executor>`: the folder's name, which is in the path of every step. A takeover renames it, and with that fences the former executor. */
  readonly executor: string;
}

/** How an execution ended. */
export type ExecutionEnd =
  | { readonly end: "finished" }
  /** The file system refused a step; all steps were taken back, and the environment is as it was. */
  | { readonly end: "undone"; readonly error: unknown; readonly step: Step | undefined }
  /** Something else changed a target: the transaction stands in `torn/`, nothing of it is lost, and the next writer plans anew. */
  | { readonly end: "stopped"; readonly path: string }
  /** Another process judged this one dead and goes on with it. */
  | { readonly end: "taken over" };

/** An executor's folder is gone: another one took the transaction over. */
class TakenOver extends Error {}

/** A target is neither as the journal has it nor as this transaction made it. */
class ForeignChange extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} was changed by another program`);
    this.path = path;
  }
}

/**
 * Executes a committed journal from whatever prefix of it is done, strictly in its order (protocols/transaction.md, X1 to X9).
 * @throws a system error that was met while steps were taken back; the next writer goes on from there.
 */
export function execute(execution: Execution): ExecutionEnd {
  const { steps } = execution.journal;
  const last = steps.findIndex((step) => step.do === "tidy");
  const undoable = last < 0 ? steps : steps.slice(0, last);
  let next = 0;
  try {
    for (; next < undoable.length; next++) forward(execution, undoable[next] as Step);
    placeStamp(execution, "new");
  } catch (error) {
    return guarded(execution, () => {
      if (error instanceof ForeignChange) return stop(execution, error);
      assertMine(execution);
      if (error instanceof TakenOver) throw error;
      for (let step = Math.min(next, undoable.length - 1); step >= 0; step--)
        backward(execution, undoable[step] as Step);
      placeStamp(execution, "undo");
      finish(execution);
      return { end: "undone", error, step: undoable[next] };
    });
  }
  return guarded(execution, () => {
    for (const step of steps.slice(undoable.length)) tidy(step.target);
    settle(execution);
    finish(execution);
    return { end: "finished" };
  });
}

function guarded(execution: Execution, work: () => ExecutionEnd): ExecutionEnd {
  try {
    return work();
  } catch (error) {
    if (error instanceof TakenOver) return { end: "taken over" };
    if (error instanceof ForeignChange) return guarded(execution, () => stop(execution, error));
    throw error;
  }
}

/** The executor's folder of a place: 0 is the environment's own. */
export function executorFolder({ state, journal, executor }: Execution, at: number): string {
  const place = at === 0 ? undefined : journal.places[at - 1];
  return place === undefined
    ? `${state.commit}/${journal.id}/${executor}`
    : `${place}/${STATE_FOLDER}/${journal.id}/${executor}`;
}

function assertMine(execution: Execution): void {
  if (lookAt(executorFolder(execution, 0)) === undefined) throw new TakenOver();
}

/** A target that is not as expected: by the hand of a new executor, or by another program's. */
function unexpected(execution: Execution, path: string): Error {
  assertMine(execution);
  return new ForeignChange(path);
}

/** Does one step, unless it is done. */
export function forward(execution: Execution, step: Step): void {
  if (step.do === "tidy") return;
  const x = executorFolder(execution, step.at);
  if (step.do === "place") return place(execution, step, x);
  const old = `${x}/${step.old}`;
  if (lookAt(old) !== undefined) return; // done
  if (currentIdentity(step.target) !== step.was) throw unexpected(execution, step.target);
  try {
    if (step.do === "retire") renameSync(step.target, old);
    else saveLink(step.target, old);
  } catch (error) {
    if (isGone(error)) throw unexpected(execution, step.target);
    throw error;
  }
}

/** Where the file system has no link for this file (too many, none at all, not one's own), it moves: then there is a gap, and no loss. */
function saveLink(target: string, old: string): void {
  try {
    linkSync(target, old);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return;
    if (code !== "EMLINK" && code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw error;
    renameSync(target, old);
  }
}

function place(execution: Execution, step: Step & { do: "place" }, x: string): void {
  const staged = `${x}/${step.stage}`;
  const now = lookAt(step.target);
  const source = now === undefined ? undefined : lookAt(staged);
  if (now !== undefined) {
    if (source === undefined) return assertMine(execution); // done
    if (!isSameInode(now, source) && !isSaved(execution, step, x, now)) throw unexpected(execution, step.target);
  }
  try {
    renameSync(staged, step.target);
  } catch (error) {
    if (!isGone(error)) throw error;
    if (lookAt(staged) === undefined) return assertMine(execution); // done, and since then removed by another program
    throw unexpected(execution, step.target);
  }
  // rename(2) between two links of one inode succeeds and leaves both names: the staged one has to go, or the step is never done.
  if (isSameInode(now, source)) unlinkSync(staged);
}

/** Whether what stands in the way was saved: by this very inode, or, on an overlay, where linking gives a file a new one, by its identity of before. */
function isSaved(execution: Execution, step: Step, x: string, now: BigIntStats): boolean {
  const saved = lookAt(`${x}/${savedName(execution, step)}`);
  if (saved === undefined) return false;
  return isSameInode(now, saved) || identityFrom(now) === partnersOf(execution.journal).was.get(step.target);
}

/** What the `save` of the same target is kept under; a name that never exists when there is none. */
function savedName({ journal }: Execution, { target }: Step): string {
  return partnersOf(journal).saved.get(target) ?? "old/none";
}

/** The steps that a target has beside the one in hand. */
interface Partners {
  readonly saved: ReadonlyMap<string, string>;
  readonly placed: ReadonlyMap<string, Identity>;
  readonly was: ReadonlyMap<string, Identity>;
}

const partners = new WeakMap<Journal, Partners>();

function partnersOf(journal: Journal): Partners {
  const known = partners.get(journal);
  if (known !== undefined) return known;
  const saved = new Map<string, string>();
  const placed = new Map<string, Identity>();
  const was = new Map<string, Identity>();
  for (const step of journal.steps)
    if (step.do === "save") {
      saved.set(step.target, step.old);
      was.set(step.target, step.was);
    } else if (step.do === "place") placed.set(step.target, step.is);
  partners.set(journal, { saved, placed, was });
  return { saved, placed, was };
}

/** Takes one step back, whether it was done or not. */
export function backward(execution: Execution, step: Step): void {
  if (step.do === "tidy") return;
  const x = executorFolder(execution, step.at);
  try {
    if (step.do === "place") takeBack(execution, step, x);
    else putBack(execution, step, x);
  } catch (error) {
    if (isGone(error)) throw unexpected(execution, step.target);
    throw error;
  }
}

function takeBack(execution: Execution, step: Step & { do: "place" }, x: string): void {
  const staged = `${x}/${step.stage}`;
  if (lookAt(staged) !== undefined) return; // not done, or taken back
  if (currentIdentity(step.target) !== step.is) throw unexpected(execution, step.target);
  // What was placed over a saved file stays until that one is renamed over it: no gap on the way back either.
  if (lookAt(`${x}/${savedName(execution, step)}`) === undefined) renameSync(step.target, staged);
  else saveLink(step.target, staged);
}

function putBack(execution: Execution, step: Step & { do: "retire" | "save" }, x: string): void {
  const old = `${x}/${step.old}`;
  const kept = lookAt(old);
  if (kept === undefined) return; // not done, or put back
  const now = lookAt(step.target);
  if (now !== undefined && !isSameInode(now, kept) && !(step.do === "save" && identityFrom(now) === step.was)) {
    // Only what this transaction placed may be renamed over.
    const placed = step.do === "save" ? partnersOf(execution.journal).placed.get(step.target) : undefined;
    if (identityFrom(now) !== placed) throw unexpected(execution, step.target);
  }
  renameSync(old, step.target);
  if (isSameInode(now, kept)) unlinkSync(old); // two links of one inode: as above
}

function currentIdentity(path: string): Identity | undefined {
  const stats = lookAt(path);
  return stats === undefined ? undefined : identityFrom(stats);
}

/** The last rename of all: whoever reads the environment sees another mark than before (X5, T9). */
function placeStamp(execution: Execution, kind: "new" | "undo" | "torn"): void {
  try {
    renameSync(`${executorFolder(execution, 0)}/stamp.${kind}`, execution.state.stamp);
  } catch (error) {
    if (!isGone(error)) throw error;
    assertMine(execution); // placed before a crash
  }
}

/** X6. */
function finish(execution: Execution): void {
  const { state, journal } = execution;
  moveAway(execution, `${state.trash}/${randomDigits()}`, state.trash);
  removeEmpty(`${state.commit}/${journal.id}`);
}

/** The stopped transaction that this one made good is of no more use (Q2). */
function settle({ state, journal }: Execution): void {
  if (journal.settles === undefined) return;
  mkdirSync(state.trash, { recursive: true });
  try {
    renameSync(`${state.torn}/${journal.settles}`, `${state.trash}/${randomDigits()}`);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** X8. Journal, stage and what went stay together, so that the next writer can make the environment whole from them. */
function stop(execution: Execution, { path }: ForeignChange): ExecutionEnd {
  const { state, journal } = execution;
  assertMine(execution);
  placeStamp(execution, "torn");
  moveAway(execution, `${state.torn}/${journal.id}`, state.torn);
  removeEmpty(`${state.commit}/${journal.id}`);
  return { end: "stopped", path };
}

function moveAway(execution: Execution, destination: string, parent: string): void {
  mkdirSync(parent, { recursive: true });
  try {
    renameSync(executorFolder(execution, 0), destination);
  } catch (error) {
    if (isGone(error)) throw new TakenOver();
    throw error;
  }
}

/** Whether there is nothing left in it is for rmdir to decide, not for a scan. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isGone(error) && errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
  }
}

/** A folder that is in use, not empty or not one's own simply stays. */
function tidy(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // As above.
  }
}
