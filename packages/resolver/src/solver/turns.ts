/** So long work goes on, in milliseconds, before the event loop has its turn: an abort is to be heard well below what a person notices. */
const longest = 10;

/** Long work that gives way: so timers, connections and an abort are heard in the middle of it. What comes of the work does not depend on when. */
export class Turns {
  readonly signal: AbortSignal | undefined;
  private since = performance.now();
  private turn: Promise<void> | undefined;
  /** Nobody went on since the last turn. */
  private isNew = false;

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal;
  }

  get isDue(): boolean {
    return performance.now() - this.since >= longest;
  }

  /** All who wait get the same turn; after an abort nobody waits for it. @throws the signal's reason once it is aborted. */
  async give(): Promise<void> {
    this.turn ??= new Promise((resume) => {
      const begin = () => {
        clearImmediate(immediate);
        this.signal?.removeEventListener("abort", begin);
        this.turn = undefined;
        this.isNew = true;
        this.since = performance.now();
        resume();
      };
      const immediate = setImmediate(begin);
      this.signal?.addEventListener("abort", begin);
    });
    await this.turn;
    this.signal?.throwIfAborted();
  }

  /**
   * Begins the work once it is its turn, and nothing comes between the look at the clock and the work: of many who wait for the same turn, or for answers
   * that come at once, one works after it, and more while it is early. @throws as {@link give}, and what the work throws.
   */
  async take<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    while (this.isDue) {
      await this.give();
      if (!this.isNew) continue;
      this.isNew = false;
      break;
    }
    this.signal?.throwIfAborted();
    return work();
  }

  /** The result of what yields where it may be interrupted. @throws as {@link give}, and what the work throws. */
  async through<Result>(work: Generator<undefined, Result, void>): Promise<Result> {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      if (this.isDue) await this.give();
    }
  }
}
