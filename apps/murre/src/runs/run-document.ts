import type { Fact } from "./facts.ts";

/** What a run said, and of which file descriptor. */
export type Saying = readonly [descriptor: 1 | 2, text: string];

/** A run that changed nothing: what it rests on and what it said. */
export interface RememberedRun {
  readonly facts: readonly Fact[];
  /** Times are left out of them, see {@link time}. */
  readonly sayings: readonly Saying[];
  /** Until when what it rests on is fresh (milliseconds since 1970). */
  readonly holdsUntil: number;
}

/** Stands where a saying tells how long it took. */
export const time = "\u0000";

/** As one text: a line of JSON with the sayings, and a line for each fact, of which is written what differs from the one before. */
export function formatRun({ facts, sayings, holdsUntil }: RememberedRun): string | undefined {
  const lines = [JSON.stringify([holdsUntil === Infinity ? 0 : holdsUntil, facts.length, sayings])];
  let before = "";
  for (const [how, path, said] of facts) {
    if (/[\n\t]/.test(path)) return undefined;
    const same = sameBeginning(before, path);
    lines.push(`${how}\t${same}\t${path.slice(same)}\t${said}`);
    before = path;
  }
  return lines.join("\n");
}

/** @returns undefined for what {@link formatRun} cannot have written */
export function parseRun(text: string): RememberedRun | undefined {
  const [head = "", ...lines] = text.split("\n");
  const [until, count, sayings] = JSON.parse(head) as [number, number, readonly Saying[]];
  if (lines.length !== count) return undefined;
  let path = "";
  const facts = lines.map((line): Fact => {
    const [how = "", same = "", rest = "", said = ""] = line.split("\t");
    path = path.slice(0, Number(same)) + rest;
    return [how, path, said];
  });
  return { facts, sayings, holdsUntil: until === 0 ? Infinity : until };
}

function sameBeginning(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
