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

  /** All who wait get the same turn. @throws the signal's reason once it is aborted. */
  async give(): Promise<void> {
    this.turn ??= new Promise((resume) =>
      setImmediate(() => {
        this.turn = undefined;
        this.isNew = true;
        this.since = performance.now();
        resume();
      }),
    );
    await this.turn;
    this.signal?.throwIfAborted();
  }

  /** Waits for a turn where one is due: of many who wait, one goes on after each, and more while it is early. @throws as {@link give}. */
  async pass(): Promise<void> {
    while (this.isDue) {
      await this.give();
      if (!this.isNew) continue;
      this.isNew = false;
      return;
    }
  }

  /** The result of what yields where it may be interrupted. @throws as {@link give}, and what the work throws. */
  async through<Result>(work: Generator<undefined, Result, void>): Promise<Result> {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      if (this.isDue) await this.give();
    }
  }
}
