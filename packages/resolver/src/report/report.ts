import type { DerivationTree } from "../solver/derivation-tree.ts";
import { tellChains } from "./chains.ts";
import { tellSteps } from "./steps.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Tells why there is no solution: by the facts that make it so; where those are many, by the proof, step by step. */
export function report(tree: DerivationTree, words: Vocabulary): string {
  const lines = tellChains(tree, words);
  if (lines === undefined) return tellSteps(tree, words);
  return `${words.root} cannot be met:${lines.length === 1 ? " " : "\n"}${lines.join("\n")}`;
}
