import type { DerivationTree } from "../solver/derivation-tree.ts";
import { tellChains } from "./chains.ts";
import { tellSteps } from "./steps.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Tells why there is no solution: by the facts that make it so; where those are many, by the proof, step by step. */
export function report(tree: DerivationTree, words: Vocabulary): string {
  const parts = reportInParts(tree, words);
  for (let step = parts.next(); ; step = parts.next()) if (step.done === true) return step.value;
}

/** The same, with pauses: a long proof takes a while to be told. */
export function* reportInParts(tree: DerivationTree, words: Vocabulary): Generator<undefined, string, void> {
  const lines = tellChains(tree, words);
  yield undefined;
  if (lines === undefined) return tellSteps(tree, words);
  return `${words.root} cannot be met:${lines.length === 1 ? " " : "\n"}${lines.join("\n")}`;
}
