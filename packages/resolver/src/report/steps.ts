import type { Derived, DerivationTree, External } from "../solver/derivation-tree.ts";
import { conclusion } from "./conclusion.ts";
import { factText } from "./fact-text.ts";
import type { VersionSet } from "../solver/version-set.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A part of the proof that says no more than that some versions of one package are of no use. */
interface Unusable {
  readonly name: string;
  readonly set: VersionSet;
  readonly reasons: readonly string[];
}

/** Of a longer proof the last steps are told: they are about what was asked for. */
const toldSteps = 20;

/** So many different reasons are given for versions that are of no use. */
const givenReasons = 2;

/**
 * Tells the proof step by step: "Because …, and because …, …". A step that a later line than the next rests on gets a number.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#error-reporting
 */
export function tellSteps(tree: DerivationTree, words: Vocabulary): string {
  return new Reporter(tree, words).tell();
}

class Reporter {
  private readonly words: Vocabulary;
  private readonly tree: DerivationTree;
  private readonly unusable = new Map<DerivationTree, Unusable>();
  private readonly numbers = new Map<Derived, number>();
  /** In the order in which they are told. */
  private readonly steps: readonly Derived[];
  private readonly leftOut: number;

  constructor(tree: DerivationTree, words: Vocabulary) {
    this.words = words;
    this.tree = tree;
    if (tree.kind === "derived") for (const step of inOrder(tree, () => false)) this.gather(step);
    const steps = tree.kind === "derived" ? inOrder(tree, (step) => this.unusable.has(step)) : [];
    this.leftOut = Math.max(0, steps.length - toldSteps);
    this.steps = steps.slice(this.leftOut);
    this.number();
  }

  tell(): string {
    if (this.steps.length === 0) return `Because ${this.cause(this.tree)}, ${this.words.root} cannot be met.`;
    const lines = this.steps.map((step, index) => this.line(step, this.steps[index - 1]));
    if (this.leftOut > 0) lines.unshift(`(The proof has ${this.leftOut} more steps before these.)`);
    return lines.join("\n");
  }

  /** Joins what is known about single versions of one package: a proof has hundreds of steps that only do that. */
  private gather(step: Derived): void {
    const left = this.unusable.get(step.left) ?? unusableFact(step.left);
    const right = this.unusable.get(step.right) ?? unusableFact(step.right);
    const [term] = step.terms;
    if (!left || !right || left.name !== right.name || step.terms.length !== 1 || !term?.positive) return;
    const reasons = [...new Set([...left.reasons, ...right.reasons])];
    this.unusable.set(step, { name: left.name, set: term.set, reasons });
  }

  private number(): void {
    const shown = new Set(this.steps);
    for (const [index, step] of this.steps.entries())
      for (const cause of [step.left, step.right]) {
        if (cause.kind !== "derived" || !shown.has(cause) || cause === this.steps[index - 1]) continue;
        if (!this.numbers.has(cause)) this.numbers.set(cause, this.numbers.size + 1);
      }
  }

  private line(step: Derived, previous: Derived | undefined): string {
    const causes = [step.left, step.right];
    // The conclusion of the line before need not be repeated.
    const opening = previous !== undefined && causes.includes(previous) ? "And because" : "Because";
    const named = causes.filter((cause) => cause !== previous).map((cause) => this.cause(cause));
    const number = this.numbers.get(step);
    const mark = number === undefined ? "" : ` (${number})`;
    return `${opening} ${named.join(" and ")}, ${conclusion(step.terms, this.words)}.${mark}`;
  }

  private cause(cause: DerivationTree): string {
    const unusable = this.unusable.get(cause);
    if (unusable) return this.useless(unusable);
    if (cause.kind !== "derived") return this.external(cause);
    const number = this.numbers.get(cause);
    return number === undefined
      ? conclusion(cause.terms, this.words)
      : `${conclusion(cause.terms, this.words)} (${number})`;
  }

  private useless({ name, set, reasons }: Unusable): string {
    const given = reasons.slice(0, givenReasons).join("; ");
    const more = reasons.length > givenReasons ? `; and ${reasons.length - givenReasons} more reasons` : "";
    const why = given === "" ? "" : `: ${given}${more}`;
    return `${this.words.versions(name, set)} cannot be used${why}`;
  }

  private external(fact: External): string {
    const text = factText(fact, this.words);
    return fact.kind === "dependency" && fact.set.isEmpty
      ? `${text} and ${this.words.noVersions(fact.on, fact.set)}`
      : text;
  }
}

function unusableFact(fact: DerivationTree): Unusable | undefined {
  if (fact.kind === "no-versions") return { name: fact.name, set: fact.set, reasons: [] };
  if (fact.kind === "unavailable") return { name: fact.name, set: fact.set, reasons: [fact.reason] };
  return undefined;
}

/** Every step of the proof after the steps that it rests on, without recursion and without going into `closed` ones. */
function inOrder(tree: Derived, closed: (step: Derived) => boolean): Derived[] {
  const order = new Set<Derived>();
  const entered = new Set<Derived>();
  const pending = [tree];
  for (let step = pending.at(-1); step; step = pending.at(-1)) {
    if (entered.has(step)) {
      pending.pop();
      order.add(step);
      continue;
    }
    entered.add(step);
    for (const cause of [step.left, step.right])
      if (cause.kind === "derived" && !entered.has(cause) && !closed(cause)) pending.push(cause);
  }
  return [...order];
}
