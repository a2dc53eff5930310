import { SeveralProblems } from "../errors.ts";

/** Throws what was found wrong: a single error as itself, several as one {@link SeveralProblems}; nothing when there is none. */
export function throwProblems(errors: readonly Error[]): void {
  const [first, ...more] = errors;
  if (first === undefined) return;
  throw more.length === 0 ? first : new SeveralProblems(errors);
}
