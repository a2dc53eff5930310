import { setImmediate as nextTurn } from "node:timers/promises";

/** So long what came at once is read without a turn of the event loop, in milliseconds: timers and an abort are heard in between. */
const longest = 10;

/** What came at once is read one after another, and the event loop has its turns meanwhile. */
export class AnswerTurns {
  private since = performance.now();
  private last: Promise<unknown> = Promise.resolve();

  /** @throws the signal's reason once it is aborted, and what the work throws. */
  take<Result>(work: () => Result | Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const taken = this.last.then(async () => {
      if (performance.now() - this.since >= longest) {
        await nextTurn();
        this.since = performance.now();
      }
      signal?.throwIfAborted();
      return work();
    });
    this.last = taken.catch(() => {});
    return taken;
  }
}
