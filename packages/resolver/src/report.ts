import type { Derived, DerivationTree, External, NamedTerm } from "./derivation-tree.ts";
import type { VersionSet } from "./version-set.ts";

/** How a report names things. */
export interface Vocabulary {
  /** Some versions of a package, such as `foo>=1.2`. */
  versions(name: string, set: VersionSet): string;
  /** Why there is nothing to choose in the set, as a whole clause. */
  noVersions(name: string, set: VersionSet): string;
  /** The whole request. */
  readonly root: string;
  isRoot(name: string): boolean;
}

/**
 * Tells the proof line by line: "Because …, and because …, …". A step that several others rest on is told once, gets a number
 * and is referred to by it.
 * @see https://github.com/dart-lang/pub/blob/master/doc/solver.md#error-reporting
 */
export function report(tree: DerivationTree, words: Vocabulary): string {
  return new Reporter(words).tell(tree);
}

class Reporter {
  private readonly words: Vocabulary;
  private readonly lines: string[] = [];
  private readonly told = new Map<Derived, number>();
  private readonly uses = new Map<Derived, number>();

  constructor(words: Vocabulary) {
    this.words = words;
  }

  tell(tree: DerivationTree): string {
    if (tree.kind !== "derived") return `${capital(this.external(tree))}.`;
    const steps = inOrder(tree);
    for (const { left, right } of steps)
      for (const cause of [left, right]) if (cause.kind === "derived") this.uses.set(cause, (this.uses.get(cause) ?? 0) + 1);
    for (const [index, step] of steps.entries()) this.step(step, steps[index - 1]);
    return this.lines.join("\n");
  }

  private step(step: Derived, previous: Derived | undefined): void {
    const causes = [step.left, step.right];
    // The conclusion of the line before need not be repeated.
    const fromPrevious = previous !== undefined && causes.includes(previous);
    const others = causes.filter((cause) => !fromPrevious || cause !== previous).map((cause) => this.cause(cause));
    const opening = fromPrevious ? `And because ${others.join(" and ")}` : `Because ${others.join(" and ")}`;
    const number = this.told.size + 1;
    this.told.set(step, number);
    this.lines.push(`${opening}, ${this.conclusion(step.terms)}. (${number})`);
  }

  private cause(cause: DerivationTree): string {
    if (cause.kind !== "derived") return this.external(cause);
    return `${this.conclusion(cause.terms)} (${this.told.get(cause) ?? "?"})`;
  }

  private external(fact: External): string {
    switch (fact.kind) {
      case "no-versions":
        return this.words.noVersions(fact.name, fact.set);
      case "unavailable":
        return `${this.words.versions(fact.name, fact.set)} cannot be used: ${fact.reason}`;
      case "dependency":
        return this.dependency(fact);
      default:
        return `${this.words.root} are wanted`;
    }
  }

  private dependency(fact: External & { readonly kind: "dependency" }): string {
    if (this.words.isRoot(fact.name)) return `you require ${fact.requirement}`;
    const needs = `${this.words.versions(fact.name, fact.dependents)} depends on ${fact.requirement}`;
    return fact.set.isEmpty ? `${needs}, and ${this.words.noVersions(fact.on, fact.set)}` : needs;
  }

  private conclusion(terms: readonly NamedTerm[]): string {
    const real = terms.filter(({ name, positive }) => !(positive && this.words.isRoot(name)));
    if (real.length === 0) return `${this.words.root} cannot be met`;
    const named = (term: NamedTerm) => this.words.versions(term.name, term.set);
    const positive = real.filter((term) => term.positive).map(named);
    const negative = real.filter((term) => !term.positive).map(named);
    const isRequest = real.length < terms.length;
    if (negative.length === 0) {
      if (isRequest) return `${this.words.root} and ${positive.join(" and ")} are incompatible`;
      return positive.length === 1 ? `${positive[0]} cannot be used` : `${positive.join(" and ")} are incompatible`;
    }
    const subject = positive.length === 0 ? this.words.root : positive.join(" and ");
    return `${subject} need${positive.length === 1 ? "s" : ""} ${negative.join(" or ")}`;
  }
}

/** Every step of the proof after the steps that it rests on, without recursion; of two causes the longer one comes first. */
function inOrder(tree: Derived): Derived[] {
  const order: Derived[] = [];
  const seen = new Set<Derived>();
  const pending: { readonly step: Derived; visited: boolean }[] = [{ step: tree, visited: false }];
  for (let top = pending.at(-1); top; top = pending.at(-1)) {
    const { step } = top;
    if (top.visited || seen.has(step)) {
      pending.pop();
      if (!seen.has(step)) order.push(step);
      seen.add(step);
      continue;
    }
    top.visited = true;
    for (const cause of [step.left, step.right])
      if (cause.kind === "derived" && !seen.has(cause)) pending.push({ step: cause, visited: false });
  }
  return order;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
