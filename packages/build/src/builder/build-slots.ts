import { availableParallelism } from "node:os";
import { holding } from "@murre/locking";

/** So many backends run at once in one process: each of them may use all processors, and most use one. */
const mostBuilds = availableParallelism();
const waiting: (() => void)[] = [];
let running = 0;

/** Runs a backend when its turn comes; a slot is what a flight may wait for (rule D). */
export function inBuildSlot<T>(what: string, work: () => Promise<T>): Promise<T> {
  return holding("slot", `a build (${what})`, async () => {
    if (running >= mostBuilds) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The slot is handed on, or free.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  });
}
