import { RegExpSteps } from "./regexp-steps.ts";

/** Methods that look at a whole text or list, and how much of it that is. */
type Cost = (receiver: { readonly length: number }, result: unknown, values: readonly unknown[]) => number;

const whole: Cost = ({ length }) => length;
const upToFound: Cost = ({ length }, result, [, from]) =>
  Math.max(0, (typeof result === "number" && result >= 0 ? result : length) - (Number(from) || 0)) + 1;
const upToFoundBackwards: Cost = ({ length }, result, [, from]) =>
  Math.min(length, typeof from === "number" ? from : length) - (typeof result === "number" ? result : 0) + 1;
const one: Cost = () => 1;

const textCosts: Readonly<Record<string, Cost>> = {
  charAt: one,
  charCodeAt: one,
  codePointAt: one,
  slice: one,
  includes: whole,
  indexOf: upToFound,
  lastIndexOf: upToFoundBackwards,
  normalize: whole,
  repeat: (_, result) => String(result).length,
  replaceAll: whole,
  split: whole,
  startsWith: (_, __, [start]) => String(start).length,
  endsWith: (_, __, [end]) => String(end).length,
  toLowerCase: whole,
  toUpperCase: whole,
  trim: ({ length }, result) => length - (result as string).length + 1,
  trimEnd: ({ length }, result) => length - (result as string).length + 1,
  trimStart: ({ length }, result) => length - (result as string).length + 1,
};

const listCosts: Readonly<Record<string, Cost>> = {
  concat: (_, result) => (result as unknown[]).length,
  includes: whole,
  indexOf: upToFound,
  join: whole,
  push: one,
  shift: whole,
  slice: (_, result) => (result as unknown[]).length,
  splice: whole,
  unshift: whole,
};

/**
 * Counts what a step does, instead of timing it: the characters and positions that its regular expressions look at, backtracking included, and what
 * methods of texts and lists look at. Loops are seen by what they call and read; a loop that calls nothing would not be.
 */
export function countWork(step: () => unknown): number {
  const counter: Counter = { work: 0, isResting: false, misread: undefined };
  const before = steps.count;
  const undo = [
    ...patchMethods(String.prototype, textCosts, counter),
    ...patchMethods(Array.prototype, listCosts, counter),
    patchExec(counter),
  ];
  try {
    step();
  } catch {
    // A refusal is an outcome as well, and costs what its message costs.
  } finally {
    for (const one of undo) one();
  }
  if (counter.misread !== undefined)
    throw new Error(`${counter.misread} is read otherwise by the counter than by Node`);
  return counter.work + steps.count - before;
}

/** One for all, because it keeps what it made of each expression. */
const steps = new RegExpSteps();

interface Counter {
  work: number;
  /** Its own work does not count. */
  isResting: boolean;
  misread: string | undefined;
}

function patchMethods(prototype: object, costs: Readonly<Record<string, Cost>>, counter: Counter): (() => void)[] {
  const methods = prototype as Record<string, (...values: unknown[]) => unknown>;
  return Object.entries(costs).map(([name, cost]) => {
    const original = methods[name]!;
    methods[name] = function (this: { readonly length: number }, ...values: unknown[]): unknown {
      const before = counter.isResting ? undefined : this.length;
      const result = Reflect.apply(original, this, values);
      if (before !== undefined) counter.work += cost({ length: before }, result, values);
      return result;
    };
    return () => (methods[name] = original);
  });
}

/** Every use of an expression goes through `exec` as soon as that is not the engine's own. */
function patchExec(counter: Counter): () => void {
  const prototype = RegExp.prototype;
  const { exec } = prototype;
  prototype.exec = function (this: RegExp, text: string): RegExpExecArray | null {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = Reflect.apply(exec, this, [text]) as RegExpExecArray | null;
    if (counter.isResting) return found;
    counter.isResting = true;
    try {
      if (steps.search(this, String(text), from) !== found?.index) counter.misread = String(this);
    } finally {
      counter.isResting = false;
    }
    return found;
  };
  return () => (prototype.exec = exec);
}

export interface WorkCase {
  /** What reads the text, refusals included. */
  readonly read: (text: string) => unknown;
  /** Pieces of what it reads: each of them, and each two, are repeated. */
  readonly words: readonly string[];
  /** What stands around the repeated pieces; around nothing unless told otherwise. */
  readonly frames?: readonly (readonly [before: string, after: string])[];
}

const small = 16;
const factor = 4;
/** Work that grows with the length has four times as much to do, sorting a little more, the square sixteen times. */
const most = 6.5;

/** The inputs for which four times the length costs more than in proportion, each with the two counts. */
export function superlinearInputs({ read, words, frames = [["", ""]] }: WorkCase): readonly string[] {
  const pieces = new Set([...words, ...words.flatMap((one) => words.map((other) => one + other))]);
  const found: string[] = [];
  for (const piece of pieces)
    for (const [before, after] of frames) {
      const count = (times: number) => countWork(() => read(before + piece.repeat(times) + after));
      const [short, long] = [count(small), count(small * factor)];
      if (long > most * short + 200) found.push(`${JSON.stringify([before, piece, after])}: ${short} and ${long}`);
    }
  return found;
}
