import { MarkerTooComplex } from "../errors.ts";
import { quote } from "../marker-expression.ts";
import { ALWAYS, type Diagram, type Key, NEVER, type Node } from "./diagram.ts";
import { speaksOfTheImpossible } from "./known-facts.ts";
import { FIRST_RELEASE, formatRelease, formatWholeRelease, nextMinor } from "./python-release.ts";
import type { Variable } from "./variables.ts";

/** One comparison, and what it says. */
interface Literal {
  readonly text: string;
  readonly node: Node;
  /** Where the cell lies among those of its variable. */
  readonly place: Key;
}

/** Comparisons that all hold. */
type Clause = readonly Literal[];

/** A text has at most so many clauses; real ones have a handful. */
const MOST_CLAUSES = 250;

/**
 * The text of a node: clauses joined by `or` of comparisons joined by `and`, as uv writes them. Nothing is in it that could be left out, given
 * what holds in every environment; what is left is sorted.
 * @throws {MarkerTooComplex}
 */
export function formatNode(diagram: Diagram, facts: Node, node: Node): string {
  // What it says of environments that there are not is no part of it: else the same set would have several texts.
  const whole = speaksOfTheImpossible(variablesOf(node)) ? diagram.assuming(diagram.and(node, facts), facts) : node;
  const implies = (a: Node, b: Node) => diagram.and(diagram.and(a, facts), diagram.not(b)) === NEVER;
  let clauses = clausesOf(diagram, whole)
    .filter((clause) => !implies(conjunction(diagram, clause), NEVER))
    .map((clause) => shortened(clause, (shorter) => implies(conjunction(diagram, shorter), whole)));
  clauses = withoutImplied(
    diagram,
    [...new Map(clauses.map((clause) => [formatClause(clause), clause])).values()],
    implies,
  );
  const sorted = clauses.map((clause) => clause.toSorted(byVariable)).sort(inOrder);
  if (sorted.length === 1) return formatClause(sorted[0]!);
  return sorted.map((clause) => (clause.length === 1 ? clause[0]!.text : `(${formatClause(clause)})`)).join(" or ");
}

/** What a node and those below it look at. */
function variablesOf(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Node>([node]);
  for (const { variable, cells } of seen) {
    if (variable !== undefined) names.add(variable.about?.name ?? variable.name);
    for (const cell of cells) seen.add(cell);
  }
  return names;
}

/** Without the clauses that say nothing beyond the others; the later ones go first. */
function withoutImplied(
  diagram: Diagram,
  clauses: readonly Clause[],
  implies: (a: Node, b: Node) => boolean,
): Clause[] {
  const nodes = clauses.map((clause) => conjunction(diagram, clause));
  const before = [NEVER];
  for (const node of nodes) before.push(diagram.or(before.at(-1)!, node));
  let after = NEVER;
  const left: Clause[] = [];
  for (let i = clauses.length - 1; i >= 0; i--) {
    if (implies(nodes[i]!, diagram.or(before[i]!, after))) continue;
    after = diagram.or(after, nodes[i]!);
    left.unshift(clauses[i]!);
  }
  return left;
}

function formatClause(clause: Clause): string {
  return clause
    .toSorted(byVariable)
    .map(({ text }) => text)
    .join(" and ");
}

/** By what they compare, then by where that lies: so the same clauses come in the same order, whichever way they were found. */
function inOrder(a: Clause, b: Clause): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const order = byVariable(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  for (let i = 0; i < shorter; i++) {
    const [one, other] = [a[i]!.place, b[i]!.place];
    if (one !== other) return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** By what is compared; comparisons of one variable stay in the order of its cells. */
function byVariable(a: { readonly text: string }, b: { readonly text: string }): number {
  const [one, other] = [firstWord(a.text), firstWord(b.text)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function firstWord(text: string): string {
  return text.slice(0, text.indexOf(" "));
}

function conjunction(diagram: Diagram, clause: Clause): Node {
  return clause.reduce((node, literal) => diagram.and(node, literal.node), ALWAYS);
}

/** Without the comparisons that are not needed. */
function shortened(clause: Clause, isEnough: (shorter: Clause) => boolean): Clause {
  let left = clause;
  for (const literal of clause) {
    const shorter = left.filter((other) => other !== literal);
    if (shorter.length > 0 && isEnough(shorter)) left = shorter;
  }
  return left;
}

/** One clause for each way through the diagram that ends where it holds. */
function clausesOf(diagram: Diagram, node: Node): Clause[] {
  const found: Clause[] = [];
  const follow = (from: Node, clause: Clause): void => {
    if (from === NEVER) return;
    if (from === ALWAYS) {
      if (found.push(clause) > MOST_CLAUSES) throw new MarkerTooComplex();
      return;
    }
    for (const [cell, ways] of waysTo(diagram, from)) for (const way of ways) follow(cell, [...clause, ...way]);
  };
  follow(node, []);
  return found;
}

/** For each node that one of the cells leads to, the ways there: comparisons that all have to hold. */
function waysTo(diagram: Diagram, node: Node): (readonly [Node, readonly Clause[]])[] {
  const variable = node.variable!;
  const targets = [...new Set(node.cells)].filter((cell) => cell !== NEVER);
  if (variable.kind === "releases") return targets.map((cell) => [cell, releaseWays(diagram, variable, node, cell)]);
  if (variable.kind === "text") return targets.map((cell) => [cell, textWays(diagram, variable, node, cell)]);
  const positive = diagram.test(variable);
  const literals = [
    { text: variable.name, node: positive, place: 0 },
    { text: variable.negation!, node: diagram.not(positive), place: 1 },
  ];
  return node.cells.flatMap((cell, i) => (cell === NEVER ? [] : [[cell, [[literals[i]!]]] as const]));
}

/** After all values. */
const OTHERS = "\u{10ffff}";

function textWays(diagram: Diagram, variable: Variable, { keys, cells }: Node, target: Node): Clause[] {
  const literal = (value: string, isEqual: boolean): Literal => {
    const node = diagram.text(variable, value);
    const text = `${variable.name} ${isEqual ? "==" : "!="} ${quote(value, "'")}`;
    return { text, node: isEqual ? node : diagram.not(node), place: `${isEqual ? "" : OTHERS}${value}` };
  };
  const values = keys as readonly string[];
  if (cells.at(-1) === target)
    return [values.filter((_, i) => cells[i] !== target).map((value) => literal(value, false))];
  return values.filter((_, i) => cells[i] === target).map((value) => [literal(value, true)]);
}

type Range = readonly [from: number, to: number];

function releaseWays(diagram: Diagram, variable: Variable, { keys, cells }: Node, target: Node): Clause[] {
  const ranges = cells.flatMap((cell, i): Range[] =>
    cell === target ? [[keys[i] as number, (keys[i + 1] as number | undefined) ?? Number.POSITIVE_INFINITY]] : [],
  );
  const ways: Clause[] = [];
  for (let i = 0; i < ranges.length; i++) {
    const [from] = ranges[i]!;
    let [, to] = ranges[i]!;
    const literal = (operator: string, version: string, since: number, until: number): Literal => {
      const inside = diagram.releases(variable, [since, until]);
      const node = operator === "!=" ? diagram.not(inside) : inside;
      return { text: `${variable.name} ${operator} '${version}'`, node, place: from };
    };
    const holes: Literal[] = [];
    // Ranges with a single version between them are one range without that version.
    for (let next = ranges[i + 1]; next !== undefined && single(to, next[0]) !== undefined; next = ranges[i + 1]) {
      holes.push(literal("!=", single(to, next[0])!, to, next[0]));
      to = next[1];
      i++;
    }
    const only = holes.length === 0 ? single(from, to) : undefined;
    const bounds: Literal[] = [];
    if (only !== undefined) bounds.push(literal("==", only, from, to));
    else {
      if (from !== FIRST_RELEASE) bounds.push(literal(">=", formatRelease(from), from, Number.POSITIVE_INFINITY));
      if (to !== Number.POSITIVE_INFINITY) bounds.push(literal("<", formatRelease(to), FIRST_RELEASE, to));
    }
    ways.push([...bounds, ...holes]);
  }
  return ways;
}

/** `3.12.*` or `3.11.4`, where the range is just that. */
function single(from: number, to: number): string | undefined {
  if (to === nextMinor(from)) return `${formatRelease(from)}.*`;
  return to === from + 1 ? formatWholeRelease(from) : undefined;
}
