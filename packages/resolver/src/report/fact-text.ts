import type { External } from "../solver/derivation-tree.ts";
import type { Need, Vocabulary } from "./vocabulary.ts";

/** What a fact says, as a whole clause. */
export function factText(fact: External, words: Vocabulary): string {
  switch (fact.kind) {
    case "no-versions":
      return words.noVersions(fact.name, fact.set);
    case "unavailable":
      return `${words.versions(fact.name, fact.set)} cannot be used: ${fact.reason}`;
    case "dependency":
      return words.isRoot(fact.name)
        ? `${words.asks} ${neededText(fact, words)}`
        : `${words.versions(fact.name, fact.dependents)} depends on ${neededText(fact, words)}`;
    default:
      return `${words.root} are wanted`;
  }
}

export function neededText(need: Need, words: Vocabulary): string {
  return words.need?.(need) ?? need.requirement;
}
