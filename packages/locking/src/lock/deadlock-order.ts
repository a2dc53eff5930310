import { AsyncLocalStorage } from "node:async_hooks";
import { DeadlockRisk } from "../errors.ts";

// rule D (protocols/README.md): environment lock > flight > folder (in which somebody builds) > slot (a download, a CPU). A task that holds one
// may wait only for what is further right, never for a second one of its kind, and under a lock for nothing at all; a ticket that waits
// counts as held.
// The tasks are recognised by AsyncLocalStorage and not by task objects that callers pass on: the mistake to be caught is precisely the
// forgotten link between a holder and what runs inside it, and whatever is started within a holder's work inherits its context.

/** What a task can hold, from left to right. */
export type Holding = "lock" | "flight" | "folder" | "slot";

interface Held {
  readonly holding: Holding;
  readonly what: string;
  /** False once it has ended: what was started inside and runs on holds nothing any more. */
  live: boolean;
  readonly outer: Held | undefined;
}

const current = new AsyncLocalStorage<Held>();

/** Whether a task that holds the key may wait for the values. */
const mayWaitFor: { readonly [holding in Holding]: readonly Holding[] } = {
  lock: [],
  flight: ["folder", "slot"],
  folder: ["slot"],
  slot: [],
};

/** @throws {DeadlockRisk} when the running task holds something under which it must not wait for this. */
export function assertMayWait(wanted: Holding, what: string): void {
  for (let held = current.getStore(); held !== undefined; held = held.outer)
    if (held.live && !mayWaitFor[held.holding].includes(wanted))
      throw new DeadlockRisk(`the ${held.holding} on ${held.what}`, `the ${wanted} on ${what}`);
}

/**
 * Runs `work` as a task that holds (or waits with a ticket for) this, until `work` settles.
 * @throws {DeadlockRisk} when the task already holds something under which it must not wait for this.
 */
export async function holding<T>(kind: Holding, what: string, work: () => Promise<T>): Promise<T> {
  assertMayWait(kind, what);
  const held: Held = { holding: kind, what, live: true, outer: current.getStore() };
  try {
    return await current.run(held, work);
  } finally {
    held.live = false;
  }
}
