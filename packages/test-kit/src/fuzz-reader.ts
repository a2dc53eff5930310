import fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import { Script } from "node:vm";
import { mutate, mutationKinds, type Mutation } from "./mutations.ts";

/** A function that reads what strangers wrote, and what it reads. */
export interface FuzzedReader {
  readonly name: string;
  /** Throws what its package promises, or an error of its own where the value is none of its type. */
  readonly read: (bytes: Buffer) => unknown;
  /** Honest inputs, and hostile ones of which the fuzzer cannot think. */
  readonly seeds: readonly Buffer[];
  /** Of one input (bytes). */
  readonly maxBytes: number;
  /** How many inputs a test tries. */
  readonly runs: number;
}

export type FuzzOptions = Partial<Pick<FuzzedReader, "maxBytes" | "runs">>;

/** A reader of bytes. Seeds may be text. */
export function bytesReader(
  name: string,
  read: FuzzedReader["read"],
  seeds: readonly (string | Buffer)[],
  { maxBytes = 64 * 1024, runs = 1000 }: FuzzOptions = {},
): FuzzedReader {
  return { name, read, seeds: ["", ...seeds].map((seed) => Buffer.from(seed as string)), maxBytes, runs };
}

/** A reader of text, which gets the bytes as UTF-8. */
export function textReader(
  name: string,
  read: (text: string) => unknown,
  seeds: readonly string[],
  options: FuzzOptions = {},
): FuzzedReader {
  return bytesReader(name, (bytes) => read(bytes.toString("utf8")), seeds, options);
}

/** A reader of a file, which lies at the path each time. */
export function fileReader(
  name: string,
  path: string,
  read: () => unknown,
  seeds: readonly (string | Buffer)[],
  options: FuzzOptions = {},
): FuzzedReader {
  const written = (bytes: Buffer): unknown => {
    writeFileSync(path, bytes);
    return read();
  };
  return bytesReader(name, written, seeds, { runs: 300, ...options });
}

/** For what was read and written again: that it is refused then is wrong, whatever its code. */
export function mustRead<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`what was written is refused: ${String(error)}`, { cause: error });
  }
}

/** The codes that a README lists: what its package may throw. */
export function codesOf(readme: URL | string): ReadonlySet<string> {
  return new Set(readFileSync(readme, "utf8").match(/MURRE_[A-Z_]+/g));
}

/**
 * Any bytes are read, or refused with a code of the package: never another error, never without an end. The seed is fixed, so that a test tries
 * the same inputs each time; `node scripts/fuzz.mjs` goes on from there.
 * @returns what is wrong, and the smallest input for which it is
 */
export async function fuzzReader(
  reader: FuzzedReader,
  codes: ReadonlySet<string>,
  seed = 17,
): Promise<string | undefined> {
  const { seeds, maxBytes, runs } = reader;
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom(...mutationKinds),
    at: number,
    length: number,
    value: number,
  });
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
    .map(([bytes, mutations]) => mutate(bytes, mutations, { seeds, maxBytes }));
  const anything = fc.uint8Array({ maxLength: Math.min(maxBytes, 300) }).map((bytes) => Buffer.from(bytes));
  const property = fc.asyncProperty(
    fc.oneof({ arbitrary: mutated, weight: 9 }, { arbitrary: anything, weight: 1 }),
    async (bytes) => {
      const problem = await problemWith(reader, bytes, codes);
      if (problem !== undefined)
        throw new Error(`${problem}
${shown(bytes)}`);
    },
  );
  const report = await fc.check(property, { seed, numRuns: runs, examples: seeds.map((bytes) => [bytes]) });
  return report.failed ? String(report.errorInstance) : undefined;
}

/** The input as it can stand in a test. */
export function shown(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? JSON.stringify(text) : `base64 ${bytes.toString("base64")}`;
}

/** No input of the readers' lengths takes a tenth of it: what ends then has no end. */
const longestMs = 10_000;

/** What is wrong with how the reader takes the input; undefined when it reads it, or refuses it as it should. */
export async function problemWith(
  { read }: Pick<FuzzedReader, "read">,
  bytes: Buffer,
  codes: ReadonlySet<string>,
): Promise<string | undefined> {
  try {
    const value = withinTime(() => read(bytes));
    if (value instanceof Promise) await value;
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return `throws ${String(error)}`;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return `does not end within ${longestMs} ms`;
    return code !== undefined && codes.has(code)
      ? undefined
      : `throws ${code ?? "without a code"}: ${error.stack ?? ""}`;
  }
}

const call = Symbol.for("murre.fuzz-call");
const script = new Script(`globalThis[Symbol.for("murre.fuzz-call")]()`);

/** Ends a function that does not return, whatever it is busy with: regular expressions as well. */
function withinTime<T>(work: () => T): T {
  (globalThis as Record<symbol, unknown>)[call] = work;
  return script.runInThisContext({ timeout: longestMs }) as T;
}
