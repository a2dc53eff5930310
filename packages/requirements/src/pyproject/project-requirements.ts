import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { RequirementEntry } from "../types.ts";
import { TomlReader, type Table } from "../toml.ts";
import { Expansion, underConditions, type Visit } from "./expansion.ts";

type NamedEntry = RequirementEntry & { readonly kind: "named" };

/** Makes an entry of a text that stands at a path; undefined, and noted, for what is no requirement. */
export type EntryMaker = (text: string, path: string) => NamedEntry | undefined;

/** What a project needs, together with some of its extras. */
export interface ProjectRequirements {
  readonly entries: readonly RequirementEntry[];
  /** Of those that stand in an extra, which one. */
  readonly extraOf: ReadonlyMap<RequirementEntry, NormalizedName>;
  /** Extras that were asked for, by the caller or by an extra, and that the project does not have. */
  readonly unknownExtras: readonly NormalizedName[];
}

/** Reads `dependencies` and the chosen `optional-dependencies`; what the project says of its own extras (`proj[a]`) is put in its place. */
export class ProjectExpansion {
  readonly #table: Table;
  readonly #optional: Table;
  /** How the name of each extra is written. */
  readonly #written: ReadonlyMap<NormalizedName, string>;
  readonly #name: NormalizedName;
  readonly #reader: TomlReader;
  readonly #makeEntry: EntryMaker;
  readonly #expansion = new Expansion();
  readonly #entries: RequirementEntry[] = [];
  readonly #extraOf = new Map<RequirementEntry, NormalizedName>();
  readonly #unknown = new Set<NormalizedName>();

  constructor(project: Table, name: NormalizedName, reader: TomlReader, makeEntry: EntryMaker) {
    this.#table = project;
    this.#name = name;
    this.#reader = reader;
    this.#makeEntry = makeEntry;
    this.#optional = reader.table(project, "optional-dependencies", "project.optional-dependencies") ?? {};
    this.#written = new Map(Object.keys(this.#optional).map((extra) => [normalizeName(extra), extra]));
  }

  read(extras: readonly string[] | "all"): ProjectRequirements {
    const texts = this.#reader.texts(this.#table, "dependencies", "project.dependencies") ?? [];
    this.#take(texts, "project.dependencies", { name: this.#name, conditions: [], path: [] }, undefined);
    for (const extra of extras === "all" ? this.#written.keys() : extras.map(normalizeName))
      this.#extra({ name: extra, conditions: [], path: [] });
    return { entries: this.#entries, extraOf: this.#extraOf, unknownExtras: [...this.#unknown] };
  }

  #extra(visit: Visit): void {
    const written = this.#written.get(visit.name);
    if (written === undefined) {
      this.#unknown.add(visit.name);
      return;
    }
    const path = `project.optional-dependencies.${written}`;
    const entered = this.#expansion.enter(visit);
    if (typeof entered === "string") this.#reader.problems.push(`${path}: ${entered}`);
    if (entered !== true) return;
    this.#take(this.#reader.texts(this.#optional, written, path) ?? [], path, visit, visit.name);
  }

  #take(texts: readonly string[], path: string, visit: Visit, standsIn: NormalizedName | undefined): void {
    for (const text of texts) {
      const entry = this.#makeEntry(text, path);
      if (entry === undefined) continue;
      const { requirement } = entry;
      if (requirement.normalizedName !== this.#name) {
        const limited = this.#reader.attempt(path, () => underConditions(requirement, visit.conditions));
        if (limited === undefined) continue;
        const own = { ...entry, requirement: limited };
        this.#entries.push(own);
        if (standsIn !== undefined) this.#extraOf.set(own, standsIn);
        continue;
      }
      const own = requirement.marker === undefined ? [] : [String(requirement.marker)];
      for (const extra of requirement.extras)
        this.#extra({ name: extra, conditions: [...visit.conditions, ...own], path: [...visit.path, visit.name] });
    }
  }
}
