import { wheelError, type WheelProblem } from "../errors.ts";

/** How RECORD and the archive disagree; plain data, which may be as long as RECORD and is not kept whole. */
export interface RecordProblems {
  readonly count: number;
  /** The first few. */
  readonly first: readonly RecordProblem[];
}

/** As it was written down once, by this or another version. */
export interface RecordProblem {
  readonly code: string;
  readonly text: string;
  readonly path?: string;
}

const kept = 4;
/** Characters. */
const longest = 300;

/** @returns undefined where there are none */
export function recordProblems(problems: readonly WheelProblem[]): RecordProblems | undefined {
  if (problems.length === 0) return undefined;
  const first = problems
    .slice(0, kept)
    .map(({ code, text, path = "" }) => ({ code, text: printable(text), path: printable(path) }));
  return { count: problems.length, first };
}

/** Rows may hold anything, of any length, and this is kept and goes to a terminal. */
function printable(text: string): string {
  const plain = text.slice(0, longest).replaceAll(/\p{Cc}/gu, "?");
  return text.length <= longest ? plain : `${plain}…`;
}

/** The problems as clauses of one sentence. */
export function describeRecordProblems({ count, first }: RecordProblems): string {
  const more = count > first.length ? [`and ${count - first.length} more`] : [];
  return [...first.map(({ text }) => text), ...more].join("; ");
}

/** The error in strict mode: a {@link RecordMismatch}, or {@link InvalidRecord} where a row is none. */
export function recordError(archive: string, { count, first }: RecordProblems): Error {
  const more = count > first.length ? [{ code: first[0]?.code, text: `and ${count - first.length} more` }] : [];
  return wheelError(
    archive,
    [...first, ...more].map((problem): WheelProblem => ({
      ...problem,
      code: problem.code === "MURRE_INVALID_RECORD" ? problem.code : "MURRE_RECORD_MISMATCH",
    })),
  );
}
