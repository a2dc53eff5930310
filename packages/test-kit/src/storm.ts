import { type ChildProcess, spawn } from "node:child_process";

/**
 * Many processes at once, killed and stopped at random moments and started again. A child is a node script; it says on stdout, one line each:
 * `kill <ms>` (kill me with SIGKILL that many milliseconds from now). It ends with code 0 when its work is done. A child that was killed is
 * started again with the same arguments and one more, the number of its earlier deaths.
 */
export interface StormOptions {
  readonly script: string;
  /** The arguments of each child. */
  readonly children: readonly (readonly string[])[];
  readonly seed: number;
  /** How many times a random child is stopped (SIGSTOP), and for how long at most. */
  readonly stops?: { readonly count: number; readonly longestMs: number; readonly everyMs: number };
  /** After this everything is killed, and those that were not done count as stuck. */
  readonly deadlineMs: number;
}

export interface StormReport {
  readonly deaths: number;
  readonly stops: number;
  /** The indexes of the children that were not done at the deadline. */
  readonly stuck: readonly number[];
  /** What children wrote to stderr, or that they ended with another code than 0. */
  readonly failures: readonly string[];
}

/** Numbers in [0, 1) that depend on the seed only (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs until every child is done, or until the deadline. Leaves no process behind. */
export function runStorm(options: StormOptions): Promise<StormReport> {
  return new Storm(options).run();
}

class Storm {
  readonly #options: StormOptions;
  readonly #random: () => number;
  readonly #alive = new Map<number, ChildProcess>();
  readonly #failures: string[] = [];
  #pending: number;
  #deaths = 0;
  #stops = 0;
  #over = false;
  #end: () => void = () => {};

  constructor(options: StormOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#pending = options.children.length;
  }

  async run(): Promise<StormReport> {
    const { children, stops, deadlineMs } = this.#options;
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    for (const index of children.keys()) this.#start(index, 0);
    const deadline = setTimeout(() => this.#end(), deadlineMs);
    const stopper = stops === undefined ? undefined : setInterval(() => this.#stopOne(), stops.everyMs);
    await ended;
    this.#over = true;
    clearTimeout(deadline);
    clearInterval(stopper);
    const stuck = [...this.#alive.keys()];
    for (const child of this.#alive.values()) child.kill("SIGKILL");
    return { deaths: this.#deaths, stops: this.#stops, stuck, failures: this.#failures };
  }

  #start(index: number, deaths: number): void {
    const { script, children } = this.#options;
    const child = spawn(process.execPath, [script, ...(children[index] ?? []), String(deaths)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#alive.set(index, child);
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#failures.push(`${index}: ${text}`));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      for (const [, ms] of text.matchAll(/^kill (\d+)$/gm)) setTimeout(() => child.kill("SIGKILL"), Number(ms)).unref();
    });
    child.on("exit", (code, signal) => {
      if (this.#over) return;
      this.#alive.delete(index);
      if (signal === "SIGKILL") {
        this.#deaths++;
        return this.#start(index, deaths + 1);
      }
      if (code !== 0) this.#failures.push(`${index}: ended with ${code ?? signal}`);
      if (--this.#pending === 0) this.#end();
    });
  }

  #stopOne(): void {
    const { stops } = this.#options;
    const running = [...this.#alive.values()];
    const child = running[Math.floor(this.#random() * running.length)];
    if (stops === undefined || child === undefined || this.#stops >= stops.count) return;
    this.#stops++;
    child.kill("SIGSTOP");
    setTimeout(() => child.kill("SIGCONT"), 200 + this.#random() * (stops.longestMs - 200));
  }
}
