/** Of texts, by their code units: the same everywhere. */
export const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Pairs by their first text; of equals, as they come. */
export function inOrder<Pair extends readonly [string, unknown]>(pairs: readonly Pair[]): Pair[] {
  return pairs.toSorted(([left], [right]) => order(left, right));
}
