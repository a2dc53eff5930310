import { processOf } from "../lease/lease-name.ts";
import { judge, judgeAtOnce, type Stake, type Verdict } from "../lease/liveness.ts";
import { entryExists } from "./tickets.ts";

/** An entry that is in the way: a ticket before mine, or a process that still draws its number. */
export interface Obstacle {
  readonly name: string;
  readonly path: string;
  readonly lease: string;
  /** Takes the entry away because its owner is dead. */
  revoke(): void;
}

export interface WaitOptions {
  /** Where the owners' heartbeats and sockets are. */
  readonly root: string;
  readonly stake: Stake;
  readonly signal: AbortSignal | undefined;
  /** performance.now() after which the wait ends; Infinity for none. */
  readonly deadline: number;
  /** Called after obstacles have gone; true ends the wait early. */
  readonly onGone?: (() => Promise<boolean>) | undefined;
  /** Called once the wait has lasted for a while, then again from time to time, with what is still in the way. */
  readonly onStillWaiting?: ((left: readonly Obstacle[]) => void) | undefined;
}

export type WaitEnd = "gone" | "left early" | "timeout";

const firstPauseMs = 1;
const longestPauseMs = 50;
/** With one obstacle left this process is the next: half the pause keeps the median hand-over far below 30 ms. */
const longestPauseOfTheNextMs = 20;
const pauseGrowth = 1.6;
/** How often a pid is looked up, and how often a socket or a heartbeat is asked, for one owner. */
const judgeEveryMs = 25;
const askEveryMs = 500;
export const firstReportMs = 500;
export const nextReportMs = 10_000;

/**
 * Waits until each of these NAMES has been gone once. Names are never used again (G1), so "gone" is for ever, and no listing is read again: a
 * pause costs one stat, of the first that is left, for as long as that one is there the wait is not over. The owner's death ends the wait only through the removal of its entry (G2): an entry
 * that is merely passed could still be committed by an owner that lives (CE14).
 * @throws the signal's reason when it aborts.
 */
export async function waitUntilGone(obstacles: readonly Obstacle[], options: WaitOptions): Promise<WaitEnd> {
  const started = performance.now();
  const judges = new Judges(options.root, options.stake);
  let left = obstacles.filter((obstacle) => entryExists(obstacle.path));
  if (left.length < obstacles.length && (await options.onGone?.())) return "left early";
  let pauseMs = firstPauseMs;
  let reportAt = started + firstReportMs;
  while (left.length > 0) {
    options.signal?.throwIfAborted();
    const before = left.length;
    left = await removeDead(left, judges);
    if (left.length > 0) {
      const now = performance.now();
      if (now >= options.deadline) return "timeout";
      if (now >= reportAt) {
        reportAt = now + nextReportMs;
        options.onStillWaiting?.(left.filter((obstacle) => entryExists(obstacle.path)));
      }
      const longest = left.length === 1 ? longestPauseOfTheNextMs : longestPauseMs;
      await pause(Math.min(pauseMs, longest, options.deadline - now), options.signal);
      pauseMs = Math.min(pauseMs * pauseGrowth, longest);
      left = stillThere(left);
    }
    if (left.length < before) {
      // Those in front begin to move: look more often again.
      pauseMs = firstPauseMs;
      if (await options.onGone?.()) return "left early";
    }
  }
  options.signal?.throwIfAborted();
  return "gone";
}

/** The others are looked at only when the first has gone. */
function stillThere(obstacles: Obstacle[]): Obstacle[] {
  const [first] = obstacles;
  if (first === undefined || entryExists(first.path)) return obstacles;
  return obstacles.filter((obstacle) => entryExists(obstacle.path));
}

async function removeDead(obstacles: readonly Obstacle[], judges: Judges): Promise<Obstacle[]> {
  const left: Obstacle[] = [];
  for (const obstacle of obstacles) {
    if ((await judges.verdict(obstacle)) === "dead") obstacle.revoke();
    else left.push(obstacle);
  }
  return left;
}

/** performance.now() up to which a process counts as living, by its part of a lease's name: many waits ask about the same few. */
const livingUntil = new Map<string, number>();
const mostRemembered = 1000;

function remember(process: string, untilMs: number): void {
  if (livingUntil.size >= mostRemembered) livingUntil.clear();
  livingUntil.set(process, untilMs);
}

/** Asks about each owner no more often than it is worth. */
export class Judges {
  readonly #root: string;
  readonly #stake: Stake;
  readonly #next = new Map<string, number>();

  constructor(root: string, stake: Stake) {
    this.#root = root;
    this.#stake = stake;
  }

  async verdict({ lease, path }: Pick<Obstacle, "lease" | "path">): Promise<Verdict> {
    const now = performance.now();
    const process = processOf(lease);
    if (now < Math.max(livingUntil.get(process) ?? 0, this.#next.get(lease) ?? 0)) return "live";
    const known = judgeAtOnce(lease);
    if (known === "live") remember(process, now + judgeEveryMs);
    else this.#next.set(lease, now + askEveryMs);
    return known === "ask" ? judge(this.#root, lease, { stake: this.#stake, witness: path }) : known;
  }
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
