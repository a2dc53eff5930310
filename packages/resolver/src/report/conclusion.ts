import type { NamedTerm } from "../solver/derivation-tree.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a step of a proof comes to. */
export function conclusion(terms: readonly NamedTerm[], words: Vocabulary): string {
  const real = terms.filter(({ name, positive }) => !(positive && words.isRoot(name)));
  if (real.length === 0) return `${words.root} cannot be met`;
  const named = (term: NamedTerm) => words.versions(term.name, term.set);
  const selected = real.filter((term) => term.positive).map(named);
  const needed = real.filter((term) => !term.positive).map(named);
  if (needed.length > 0) {
    const subject = selected.length === 0 ? words.root : selected.join(" and ");
    return `${subject} need${selected.length === 1 ? "s" : ""} ${needed.join(" or ")}`;
  }
  if (real.length < terms.length) return `${words.root} and ${selected.join(" and ")} are incompatible`;
  return selected.length === 1 ? `${selected[0]!} cannot be used` : `${selected.join(" and ")} are incompatible`;
}
