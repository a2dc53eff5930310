import { setTimeout } from "node:timers/promises";
import { judgeAtOnce } from "@murre/locking";
import { ChangeInterrupted } from "../errors.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import { readStampText } from "../state/stamp.ts";
import { guardState } from "../state/state-guard.ts";
import { committed, executorOf } from "./recover.ts";

const firstPauseMs = 1;
const longestPauseMs = 50;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when a change is in progress that has to be waited for. */
  readonly onWaiting?: ((executor: string) => void) | undefined;
}

/**
 * Reads an environment as it was before a change or as it is after it, never a mixture, and writes nothing (protocols/transaction.md, T9).
 * `read` is repeated when a change came between; it must do nothing else than read.
 * @throws {ChangeInterrupted} when a change stands half done and nobody works on it; {ForeignState}; what `read` throws, the signal's reason.
 */
export async function readEnvironment<T>(
  state: EnvironmentState,
  read: () => T,
  options: ReadOptions = {},
): Promise<T> {
  const { signal, onWaiting } = options;
  guardState(state);
  let isTold = false;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    // In this order: the mark, then whether something is committed; after the reading the other way round. A change that overlaps places its
    // mark between the two looks at it (CE20: with either pair swapped a mixture passes).
    const before = readStampText(state.stamp);
    if (committed(state) === undefined) {
      const outcome = attempt(read);
      if (committed(state) === undefined && readStampText(state.stamp) === before) {
        if ("error" in outcome) throw outcome.error;
        return outcome.value;
      }
    } else {
      const executor = executorOf(state);
      if (executor !== undefined && isLeft(executor)) throw new ChangeInterrupted(state.sitePackages, INTERRUPTED);
      if (!isTold && executor !== undefined) onWaiting?.(executor);
      isTold = true;
    }
    await setTimeout(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}

const INTERRUPTED = "a change of it was interrupted";

/** What fails in the middle of a change is no failure: it is read again. */
function attempt<T>(read: () => T): { value: T } | { error: unknown } {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

/** Only what the kernel knows counts: a reader judges nobody on a clock. */
function isLeft(lease: string): boolean {
  return lease === "left" || judgeAtOnce(lease) === "dead";
}
