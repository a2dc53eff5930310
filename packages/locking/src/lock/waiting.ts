import { processOf } from "../lease/lease-name.ts";
import { judge, judgeAtOnce, type Stake, type Verdict } from "../lease/liveness.ts";
import { entryExists } from "./tickets.ts";
import { pause, WatchedName } from "./watched-name.ts";

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

/** What is drawn or released at this moment takes no longer. */
const momentMs = 1;
/** Untold changes are looked for: often where the kernel tells of none, else only as often as the holder is judged. */
const pauses = {
  told: { firstMs: 50, longestMs: 250 },
  untold: { firstMs: 1, longestMs: 50 },
} as const;
const pauseGrowth = 1.6;
/** How often a pid is looked up, and how often a socket or a heartbeat is asked, for one owner. */
const judgeEveryMs = 100;
const askEveryMs = 500;
export const firstReportMs = 500;
export const nextReportMs = 10_000;

/** The pauses of one who waits for a name, each longer than the one before. */
export function pausesOf({ isWatched }: WatchedName): () => number {
  const { firstMs, longestMs } = isWatched ? pauses.told : pauses.untold;
  let nextMs: number = firstMs;
  return () => {
    const pauseMs = nextMs;
    nextMs = Math.min(nextMs * pauseGrowth, longestMs);
    return pauseMs;
  };
}

/**
 * Waits until each of these NAMES has been gone once. Names are never used again (G1), so "gone" is for ever, no listing is read again, and only
 * the first that is left is looked at: for as long as that one is there the wait is not over. The owner's death ends the wait only through the
 * removal of its entry (G2): an entry that is merely passed could still be committed by an owner that lives (CE14).
 * @throws the signal's reason when it aborts.
 */
export async function waitUntilGone(obstacles: readonly Obstacle[], options: WaitOptions): Promise<WaitEnd> {
  const wait = new Wait(options);
  for (let left = obstacles; left.length > 0; left = left.filter(({ path }) => entryExists(path))) {
    if (!(await wait.untilFirstIsGone(left))) return "timeout";
    if (await options.onGone?.()) return "left early";
  }
  options.signal?.throwIfAborted();
  return "gone";
}

class Wait {
  readonly #options: WaitOptions;
  readonly #judges: Judges;
  #reportAt = performance.now() + firstReportMs;

  constructor(options: WaitOptions) {
    this.#options = options;
    this.#judges = new Judges(options.root, options.stake);
  }

  /** @returns false when the time is over. */
  async untilFirstIsGone(left: readonly Obstacle[]): Promise<boolean> {
    const [first] = left;
    if (first === undefined || (await this.#isGone(first))) return true;
    if (!this.#goesOn(left)) return false;
    await pause(Math.min(momentMs, this.#leftMs()), this.#options.signal);
    const name = new WatchedName(first.path);
    try {
      const nextPause = pausesOf(name);
      while (!(await this.#isGone(first))) {
        if (!this.#goesOn(left)) return false;
        await name.sleep(Math.min(nextPause(), this.#leftMs(), untilReport(this.#reportAt)), this.#options.signal);
      }
      return true;
    } finally {
      name.close();
    }
  }

  async #isGone(obstacle: Obstacle): Promise<boolean> {
    this.#options.signal?.throwIfAborted();
    if (!entryExists(obstacle.path)) return true;
    if ((await this.#judges.verdict(obstacle)) === "live") return false;
    obstacle.revoke();
    return true;
  }

  #leftMs(): number {
    return this.#options.deadline - performance.now();
  }

  /** Says what is in the way when that is due. @returns false when the time is over. */
  #goesOn(left: readonly Obstacle[]): boolean {
    const now = performance.now();
    if (now >= this.#options.deadline) return false;
    if (now >= this.#reportAt) {
      this.#reportAt = now + nextReportMs;
      this.#options.onStillWaiting?.(left.filter((obstacle) => entryExists(obstacle.path)));
    }
    return true;
  }
}

/** Milliseconds until it is to be said for whom somebody waits; at least a moment. */
export const untilReport = (reportAt: number): number => Math.max(momentMs, reportAt - performance.now());

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
