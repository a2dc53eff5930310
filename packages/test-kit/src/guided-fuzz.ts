import { Session, type Profiler } from "node:inspector";
import { performance } from "node:perf_hooks";
import { problemWith, shown, type FuzzedReader } from "./fuzz-reader.ts";
import { mutate, mutationKinds, type Mutation, type MutationContext } from "./mutations.ts";
import { seededRandom } from "./storm.ts";

export interface GuidedOptions {
  readonly codes: ReadonlySet<string>;
  readonly seconds: number;
  readonly seed: number;
  /** The URL of the script whose code is watched. */
  readonly script: string;
}

export interface GuidedReport {
  readonly executions: number;
  /** Inputs that were kept because they reached code that none before had reached. */
  readonly kept: number;
  readonly findings: readonly Finding[];
  /** What the input took that took longest (ms). */
  readonly slowestMs: number;
  readonly slowest: string;
}

export interface Finding {
  readonly problem: string;
  /** As small as leaving out parts of it makes it. */
  readonly input: string;
}

/** One look at the coverage costs some milliseconds, however many inputs ran meanwhile. */
const batchSize = 50;
/** Of one kind of problem one is enough, and of all kinds these. */
const mostFindings = 20;

/**
 * Fuzzing guided by coverage: an input that reaches a block of code that none has reached is kept, and changed further. What V8 counts itself is
 * enough for that.
 */
export async function guidedFuzz(reader: FuzzedReader, options: GuidedOptions): Promise<GuidedReport> {
  const coverage = new Coverage(options.script);
  try {
    return await new GuidedRun(reader, options, coverage).run();
  } finally {
    coverage.end();
  }
}

class GuidedRun {
  readonly #reader: FuzzedReader;
  readonly #options: GuidedOptions;
  readonly #coverage: Coverage;
  readonly #random: () => number;
  readonly #corpus: Buffer[];
  readonly #findings = new Map<string, Finding>();
  #executions = 0;
  #slowestMs = 0;
  #slowest: Buffer = Buffer.alloc(0);

  constructor(reader: FuzzedReader, options: GuidedOptions, coverage: Coverage) {
    this.#reader = reader;
    this.#options = options;
    this.#coverage = coverage;
    this.#random = seededRandom(options.seed);
    this.#corpus = [...reader.seeds];
  }

  async run(): Promise<GuidedReport> {
    for (const seed of this.#reader.seeds) await this.#try(seed);
    this.#coverage.hasNew();
    const end = performance.now() + this.#options.seconds * 1000;
    while (performance.now() < end && this.#findings.size < mostFindings) await this.#batch();
    return {
      executions: this.#executions,
      kept: this.#corpus.length - this.#reader.seeds.length,
      findings: [...this.#findings.values()],
      slowestMs: Math.round(this.#slowestMs),
      slowest: shown(this.#slowest).slice(0, 300),
    };
  }

  async #batch(): Promise<void> {
    const inputs = Array.from({ length: batchSize }, () => this.#next());
    for (const input of inputs) await this.#try(input);
    if (!this.#coverage.hasNew(false)) return;
    // One of them: each alone, which is rare after the first seconds.
    for (const input of inputs) {
      await this.#try(input);
      if (this.#coverage.hasNew()) this.#corpus.push(input);
    }
  }

  #next(): Buffer {
    const { maxBytes } = this.#reader;
    const number = () => Math.floor(this.#random() * 2 ** 32);
    const context: MutationContext = { seeds: this.#corpus, maxBytes };
    // Half of them start from what was found last.
    const recent = Math.max(0, this.#corpus.length - 20);
    const from = this.#random() < 0.5 ? recent : 0;
    const base = this.#corpus[from + Math.floor(this.#random() * (this.#corpus.length - from))]!;
    const mutations = Array.from({ length: 1 + Math.floor(this.#random() ** 2 * 6) }, (): Mutation => ({
      kind: mutationKinds[number() % mutationKinds.length]!,
      at: number(),
      length: number(),
      value: number(),
    }));
    return mutate(base, mutations, context);
  }

  async #try(input: Buffer): Promise<void> {
    const start = performance.now();
    const problem = await problemWith(this.#reader, input, this.#options.codes);
    const ms = performance.now() - start;
    this.#executions++;
    if (ms > this.#slowestMs) [this.#slowestMs, this.#slowest] = [ms, input];
    if (problem === undefined || this.#findings.has(kindOf(problem))) return;
    this.#findings.set(kindOf(problem), { problem, input: shown(await this.#smallest(input, kindOf(problem))) });
  }

  async #smallest(input: Buffer, kind: string): Promise<Buffer> {
    if (kind.startsWith("does not end")) return input;
    let small = input;
    for (let length = Math.ceil(input.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2))
      for (let at = 0; at < small.length;) {
        const shorter = Buffer.concat([small.subarray(0, at), small.subarray(at + length)]);
        const problem = await problemWith(this.#reader, shorter, this.#options.codes);
        if (problem !== undefined && kindOf(problem) === kind) small = shorter;
        else at += length;
      }
    return small;
  }
}

/** Problems with one name from one place are one kind. */
function kindOf(problem: string): string {
  const place = /\n\s+at (.*)/.exec(problem)?.[1] ?? "";
  return `${problem.slice(0, 40).replaceAll(/\d+/g, "#")} ${place}`;
}

/** Which characters of a script have run, by V8's precise coverage. */
class Coverage {
  readonly #session = new Session();
  readonly #script: string;
  #reached = new Uint8Array(0);

  constructor(script: string) {
    this.#script = script;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Whether something has run since the last call that had never run before. @param remembers whether it counts as reached from now on */
  hasNew(remembers = true): boolean {
    const now = this.#since();
    if (this.#reached.length < now.length) {
      const larger = new Uint8Array(now.length);
      larger.set(this.#reached);
      this.#reached = larger;
    }
    let isNew = false;
    for (let at = 0; at < now.length; at++)
      if (now[at] === 1 && this.#reached[at] === 0) {
        isNew = true;
        if (!remembers) break;
        this.#reached[at] = 1;
      }
    return isNew;
  }

  end(): void {
    this.#session.disconnect();
  }

  #since(): Uint8Array {
    let scripts: Profiler.ScriptCoverage[] = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error === null) scripts = answer.result;
    });
    const functions = scripts.find(({ url }) => url === this.#script)?.functions ?? [];
    const end = Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)));
    const now = new Uint8Array(end);
    // What is inside comes behind what it is inside of.
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    return now;
  }
}
