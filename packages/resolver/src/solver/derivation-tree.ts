import type { Incompatibility, PackageId } from "./incompatibility.ts";
import type { Told } from "./provider.ts";
import type { VersionSet } from "./version-set.ts";

/** A term with the package's name in place of its id. */
export interface NamedTerm {
  readonly name: string;
  readonly positive: boolean;
  readonly set: VersionSet;
}

/** A fact that needs no proof; `terms` are what it says must not all be true. */
export type External = { readonly terms: readonly NamedTerm[] } & (
  | { readonly kind: "root" }
  | { readonly kind: "no-versions"; readonly name: string; readonly set: VersionSet }
  | { readonly kind: "unavailable"; readonly name: string; readonly set: VersionSet; readonly reason: string }
  | {
      readonly kind: "dependency";
      readonly name: string;
      /** The versions of `name` that need it. */
      readonly dependents: VersionSet;
      readonly on: string;
      readonly set: VersionSet;
      readonly requirement: string;
      /** The same as whoever declared it gave it. */
      readonly told: Told;
    }
);

/** Follows from its two causes. Where several steps share a cause they share the object. */
export interface Derived {
  readonly kind: "derived";
  readonly terms: readonly NamedTerm[];
  readonly left: DerivationTree;
  readonly right: DerivationTree;
}

/** Why there is no solution: a proof, from facts up to "the root cannot be selected". */
export type DerivationTree = External | Derived;

/** So many steps of a proof are made at a time. */
const stepsBetweenPauses = 500;

/** Made without recursion, and with pauses: after deep backtracking proofs are thousands of steps deep. */
export function* derivationTree(
  failure: Incompatibility,
  names: readonly string[],
): Generator<undefined, DerivationTree, void> {
  const done = new Map<Incompatibility, DerivationTree>();
  const pending = [failure];
  for (let step = 1; pending.length > 0; step++) {
    if (step % stepsBetweenPauses === 0) yield undefined;
    const incompatibility = pending.at(-1)!;
    const { cause } = incompatibility;
    if (done.has(incompatibility)) pending.pop();
    else if (cause.kind !== "derived") done.set(incompatibility, external(incompatibility, names));
    else {
      const left = done.get(cause.left);
      const right = done.get(cause.right);
      if (!left) pending.push(cause.left);
      if (!right) pending.push(cause.right);
      if (left && right)
        done.set(incompatibility, { kind: "derived", terms: namedTerms(incompatibility, names), left, right });
    }
  }
  return done.get(failure)!;
}

function namedTerms({ packages, terms }: Incompatibility, names: readonly string[]): NamedTerm[] {
  return terms.map(({ positive, set }, i) => ({ name: names[packages[i]!]!, positive, set }));
}

function external(incompatibility: Incompatibility, names: readonly string[]): External {
  const terms = namedTerms(incompatibility, names);
  const { cause } = incompatibility;
  const name = nameOf(incompatibility.packages[0], names);
  const { set } = incompatibility.terms[0]!;
  switch (cause.kind) {
    case "no-versions":
      return { kind: "no-versions", terms, name, set };
    case "unavailable":
      return { kind: "unavailable", terms, name, set, reason: cause.reason };
    case "dependency": {
      const { on, set: needed } = cause;
      const told = cause.requirement;
      const requirement = told.toString();
      return {
        kind: "dependency",
        terms,
        name,
        dependents: set,
        on: nameOf(on, names),
        set: needed,
        requirement,
        told,
      };
    }
    default:
      return { kind: "root", terms };
  }
}

function nameOf(packageId: PackageId | undefined, names: readonly string[]): string {
  return names[packageId ?? -1] ?? "";
}

/** All packages that a proof speaks of. */
export function namesIn(tree: DerivationTree): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<DerivationTree>([tree]);
  for (const step of seen) {
    for (const { name } of step.terms) names.add(name);
    if (step.kind === "derived") seen.add(step.left).add(step.right);
    else if (step.kind === "dependency") names.add(step.on);
  }
  return names;
}

/** The facts that a proof rests on, each once. */
export function factsOf(tree: DerivationTree): readonly External[] {
  const seen = new Set<DerivationTree>([tree]);
  const facts: External[] = [];
  for (const step of seen)
    if (step.kind === "derived") seen.add(step.left).add(step.right);
    else facts.push(step);
  return facts;
}

/** Who needs whom, of all facts that the proof rests on. */
export function dependenciesIn(tree: DerivationTree): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const fact of factsOf(tree))
    if (fact.kind === "dependency") found.set(fact.name, (found.get(fact.name) ?? new Set()).add(fact.on));
  return found;
}
