import type { DerivationTree, External } from "../../solver/derivation-tree.ts";
import { conclusion } from "../../report/conclusion.ts";
import { factText } from "../../report/fact-text.ts";
import type { Vocabulary } from "../../report/vocabulary.ts";

/** One step of a proof as plain data, down to the facts. What several steps rest on is there once, with an `id`, and named by it elsewhere. */
export type Proof =
  | { readonly kind: "conclusion"; readonly id?: number; readonly text: string; readonly because: readonly Proof[] }
  | { readonly kind: "same"; readonly as: number }
  | { readonly kind: "required"; readonly text: string; readonly requirement: string; readonly package: string }
  | {
      readonly kind: "dependency";
      readonly text: string;
      readonly package: string;
      /** The versions of `package` that need it. */
      readonly versions: string;
      readonly on: string;
      readonly requirement: string;
    }
  | { readonly kind: "unusable"; readonly text: string; readonly package: string; readonly versions: string }
  /** Deeper, or more, than a document should hold. */
  | { readonly kind: "left-out" };

/** A proof can have thousands of steps, each on top of another. */
const most = { depth: 100, steps: 1000 };

export function proofOf(tree: DerivationTree, words: Vocabulary): Proof {
  const shared = sharedSteps(tree);
  const ids = new Map<DerivationTree, number>();
  let steps = 0;
  const made = (step: DerivationTree, depth: number): Proof => {
    if (step.kind !== "derived") return factOf(step, words);
    const known = ids.get(step);
    if (known !== undefined) return { kind: "same", as: known };
    if (depth > most.depth || steps++ > most.steps) return { kind: "left-out" };
    if (shared.has(step)) ids.set(step, ids.size + 1);
    const id = ids.get(step);
    const because = [step.left, step.right].map((cause) => made(cause, depth + 1));
    return { kind: "conclusion", ...(id === undefined ? {} : { id }), text: conclusion(step.terms, words), because };
  };
  return made(tree, 0);
}

function factOf(fact: External, words: Vocabulary): Proof {
  const text = factText(fact, words);
  if (fact.kind === "root") return { kind: "conclusion", text, because: [] };
  if (fact.kind !== "dependency")
    return { kind: "unusable", text, package: fact.name, versions: words.versions(fact.name, fact.set) };
  const { name, dependents, on, requirement } = fact;
  if (words.isRoot(name)) return { kind: "required", text, requirement, package: on };
  return { kind: "dependency", text, package: name, versions: words.versions(name, dependents), on, requirement };
}

function sharedSteps(tree: DerivationTree): ReadonlySet<DerivationTree> {
  const seen = new Set<DerivationTree>([tree]);
  const shared = new Set<DerivationTree>();
  for (const step of seen) {
    if (step.kind !== "derived") continue;
    for (const cause of [step.left, step.right]) (seen.has(cause) ? shared : seen).add(cause);
  }
  return shared;
}
