import { type DerivationTree, type External, factsOf } from "../solver/derivation-tree.ts";
import type { VersionSet } from "../solver/version-set.ts";
import { neededText } from "./fact-text.ts";
import type { Need, Vocabulary } from "./vocabulary.ts";

/** With more to say than that, the proof is told step by step. */
const mostParts = 12;

/** A package can need another one in so many ways before they are only counted. */
const namedNeeds = 3;

/** What one package needs of another one, whichever of its versions does. */
interface Link {
  readonly name: string;
  readonly on: string;
  readonly needs: readonly Need[];
  readonly dependents: VersionSet;
  /** What is left of `on`, at most. */
  readonly set: VersionSet;
}

/** One line, and the package that it ends with. */
interface Line {
  text: string;
  readonly end: string;
}

/**
 * Tells the facts that a proof rests on and nothing that follows from them: from what is required, from need to need, one line for each way. They
 * are what a reader can change. Undefined where they are too many for that.
 */
export function tellChains(tree: DerivationTree, words: Vocabulary): readonly string[] | undefined {
  return new Chains(factsOf(tree), words).tell();
}

class Chains {
  private readonly words: Vocabulary;
  /** Of each package in the order in which the proof names them; the request's own first. */
  private readonly links: Set<Link>;
  /** Why versions are of no use, by package. */
  private readonly useless: Map<string, string[]>;
  private readonly lines: Line[] = [];
  private parts = 0;

  constructor(facts: readonly External[], words: Vocabulary) {
    this.words = words;
    this.useless = uselessOf(facts, words);
    const needs = facts.filter((fact) => fact.kind === "dependency" && words.isImplied?.(fact) !== true) as Need[];
    const rank = ({ name, on }: Link) => (words.isRoot(name) ? (words.rank?.(on) ?? 0) : Number.MAX_SAFE_INTEGER);
    this.links = new Set(linksOf(needs).toSorted((a, b) => rank(a) - rank(b)));
  }

  tell(): readonly string[] | undefined {
    const all = [...this.links];
    const direct = all.filter(({ name }) => this.words.isRoot(name));
    for (const ways of grouped(direct, ({ needs }) => needs[0]!.requirement).values()) this.begin(ways);
    if (this.parts > mostParts) return undefined;
    // What no line came to, because only some of the versions need it.
    for (const link of this.links) {
      if (!this.links.delete(link)) continue;
      this.follow(link, `${this.words.versions(link.name, link.dependents)} depends on ${this.needed(link)}`);
      if (this.parts > mostParts) return undefined;
    }
    for (const clauses of this.useless.values()) this.lines.push({ text: this.reasons(clauses), end: "" });
    const needed = all.flatMap(({ needs }) => needs);
    for (const [on, needs] of grouped(needed, (need) => need.on)) this.tellWhatExists(on, needs);
    return this.parts > mostParts ? undefined : this.lines.map(({ text }) => text);
  }

  /** One of the requirements, which may ask for several packages, such as two extras. */
  private begin(ways: readonly Link[]): void {
    for (const link of ways) this.links.delete(link);
    const leading = ways.filter((link) => link.set.isEmpty || this.useless.has(link.on) || this.nextOf(link));
    const [link = ways[0]!] = leading;
    const text = `${this.words.asks} ${this.needed(link)}`;
    if (leading.length > 1) this.add(text, "");
    else this.follow(link, text);
  }

  /** Goes on with what is needed, as long as all versions that are left need it. */
  private follow(first: Link, begun: string): void {
    let text = begun;
    let link = first;
    for (let next = this.nextOf(link); next !== undefined; next = this.nextOf(link)) {
      this.links.delete(next);
      text += `, which depends on ${this.needed(next)}`;
      link = next;
    }
    const why = this.useless.get(link.on);
    this.useless.delete(link.on);
    this.add(why === undefined ? text : but(text, this.reasons(why)), link.on);
  }

  private nextOf({ on, set }: Link): Link | undefined {
    if (set.isEmpty) return undefined;
    for (const link of this.links) if (link.name === on && set.isSubsetOf(link.dependents)) return link;
    return undefined;
  }

  private needed({ needs }: Link): string {
    const ways = new Map<string, Need>();
    for (const need of needs.toSorted((a, b) => (a.dependents.lowest ?? 0) - (b.dependents.lowest ?? 0)))
      ways.set(neededText(need, this.words), need);
    if (ways.size === 1) return [...ways.keys()].join("");
    const named = [...ways].slice(0, namedNeeds).map(([text, need]) => {
      const versions = this.words.versions(need.name, need.dependents);
      return `${text} (${versions.startsWith(need.name) ? versions.slice(need.name.length).replace(/^==/, "") : versions})`;
    });
    this.parts += named.length;
    return `${named.join(", ")}${ways.size > namedNeeds ? ` and so on in ${ways.size - namedNeeds} more ways` : ""}`;
  }

  private reasons(clauses: readonly string[]): string {
    const more = clauses.length - namedNeeds;
    return `${clauses.slice(0, namedNeeds).join("; ")}${more > 0 ? `; and ${more} more reasons` : ""}`;
  }

  private tellWhatExists(on: string, needs: readonly Need[]): void {
    const clause = this.words.exists ? this.words.exists(on, needs) : this.absence(on, needs);
    if (clause === undefined) return;
    const [line, ...others] = this.lines.filter(({ end }) => end === on);
    if (line === undefined || others.length > 0) this.add(clause, "");
    else line.text = but(line.text, clause);
  }

  private absence(on: string, needs: readonly Need[]): string | undefined {
    const failing = needs.find(({ set }) => set.isEmpty);
    return failing && this.words.noVersions(on, failing.set);
  }

  private add(text: string, end: string): void {
    this.parts += text.split(", which ").length;
    this.lines.push({ text, end });
  }
}

function but(text: string, clause: string): string {
  return `${text}, ${text.includes(", but ") ? "and" : "but"} ${clause}`;
}

function linksOf(needs: readonly Need[]): Link[] {
  const byEnds = grouped(needs, ({ name, on }) => JSON.stringify([name, on]));
  return [...byEnds.values()].map((same) => ({
    name: same[0]!.name,
    on: same[0]!.on,
    needs: same,
    dependents: same.map(({ dependents }) => dependents).reduce((a, b) => a.union(b)),
    set: same.map(({ set }) => set).reduce((a, b) => a.union(b)),
  }));
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function uselessOf(facts: readonly External[], words: Vocabulary): Map<string, string[]> {
  const useless = new Map<string, string[]>();
  const bad = new Map<string, { readonly name: string; readonly reason: string; set: VersionSet }>();
  for (const fact of facts)
    if (fact.kind === "no-versions")
      useless.set(fact.name, [...(useless.get(fact.name) ?? []), words.noVersions(fact.name, fact.set)]);
    else if (fact.kind === "unavailable") {
      const { name, reason, set } = fact;
      const known = bad.get(`${name} ${reason}`);
      if (known === undefined) bad.set(`${name} ${reason}`, { name, reason, set });
      else known.set = known.set.union(set);
    }
  for (const { name, reason, set } of bad.values())
    useless.set(name, [...(useless.get(name) ?? []), `${words.versions(name, set)} cannot be used: ${reason}`]);
  return useless;
}
