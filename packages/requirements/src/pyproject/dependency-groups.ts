import { parseSpecifierSet } from "@murre/pep440";
import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import { UnknownDependencyGroup } from "../errors.ts";
import { isTable, TomlReader, type Table } from "../toml.ts";
import type { RequirementEntry } from "../types.ts";
import { Expansion, underConditions, type Visit } from "./expansion.ts";
import type { EntryMaker } from "./project-requirements.ts";

/** A group's list and how its name is written. */
interface Group {
  readonly written: string;
  readonly items: readonly unknown[];
}

/** The table `[dependency-groups]` (PEP 735). A group is looked into when it is asked for: what others hold is not this user's concern. */
export class DependencyGroups {
  readonly #groups = new Map<NormalizedName, Group>();
  readonly #reader: TomlReader;
  readonly #makeEntry: EntryMaker;
  readonly #pythons = new Map<NormalizedName, string>();

  /** @param uv the table `[tool.uv]`: what Python its `dependency-groups` need, and its `dev-dependencies`, which are of the group `dev` */
  constructor(document: Table, uv: Table, reader: TomlReader, makeEntry: EntryMaker) {
    this.#reader = reader;
    this.#makeEntry = makeEntry;
    const table = reader.table(document, "dependency-groups") ?? {};
    for (const written of Object.keys(table))
      this.#add(written, reader.list(table, written, `dependency-groups.${written}`));
    const legacy = reader.texts(uv, "dev-dependencies", "tool.uv.dev-dependencies");
    if (legacy !== undefined) this.#addLegacy(legacy);
    const settings = reader.table(uv, "dependency-groups", "tool.uv.dependency-groups") ?? {};
    for (const written of Object.keys(settings)) this.#readSettings(settings, written);
  }

  get names(): readonly NormalizedName[] {
    return [...this.#groups.keys()];
  }

  /**
   * What a group and the groups that it includes need.
   * @throws {UnknownDependencyGroup}
   */
  read(name: string, source: string): readonly RequirementEntry[] {
    const normalized = normalizeName(name);
    if (!this.#groups.has(normalized)) throw new UnknownDependencyGroup(normalized, source, this.names);
    const entries: RequirementEntry[] = [];
    this.#visit({ name: normalized, conditions: [], path: [] }, new Expansion(), entries);
    return entries;
  }

  #add(written: string, items: readonly unknown[] | undefined): void {
    const path = `dependency-groups.${written}`;
    const name = normalizeName(written);
    const same = this.#groups.get(name);
    if (!isValidName(written)) this.#reader.problems.push(`${path} is no valid name`);
    else if (same !== undefined)
      this.#reader.problems.push(`${path} and dependency-groups.${same.written} are one name`);
    else if (items !== undefined) this.#groups.set(name, { written, items });
  }

  #addLegacy(texts: readonly string[]): void {
    const dev = this.#groups.get(normalizeName("dev"));
    this.#groups.set(normalizeName("dev"), {
      written: dev?.written ?? "dev",
      items: [...(dev?.items ?? []), ...texts],
    });
  }

  #readSettings(settings: Table, written: string): void {
    const path = `tool.uv.dependency-groups.${written}`;
    const name = normalizeName(written);
    if (!this.#groups.has(name)) this.#reader.problems.push(`${path}: there is no group ${name}`);
    const table = this.#reader.table(settings, written, path);
    const python = table && this.#reader.text(table, "requires-python", `${path}.requires-python`);
    const marker = python && this.#reader.attempt(path, () => pythonMarker(python));
    if (marker) this.#pythons.set(name, marker);
  }

  #visit(visit: Visit, expansion: Expansion, entries: RequirementEntry[]): void {
    const group = this.#groups.get(visit.name);
    const path = `dependency-groups.${group?.written ?? visit.name}`;
    const refusal = this.#refusal(visit, group);
    const entered = refusal ?? expansion.enter(visit);
    if (typeof entered === "string") this.#reader.problems.push(entered === refusal ? entered : `${path}: ${entered}`);
    if (entered !== true || group === undefined) return;
    const python = this.#pythons.get(visit.name);
    const conditions = python === undefined ? visit.conditions : [...visit.conditions, python];
    for (const item of group.items) {
      if (typeof item === "string") this.#take(item, path, conditions, entries);
      else {
        const name = this.#included(item, path);
        if (name !== undefined)
          this.#visit({ name, conditions, path: [...visit.path, visit.name] }, expansion, entries);
      }
    }
  }

  #refusal({ name, path }: Visit, group: Group | undefined): string | undefined {
    const start = path.indexOf(name);
    if (start >= 0) return `dependency-groups: ${[...path.slice(start), name].join(" includes ")}`;
    return group === undefined
      ? `dependency-groups.${path.at(-1)} includes ${name}, and there is no such group`
      : undefined;
  }

  #take(text: string, path: string, conditions: readonly string[], entries: RequirementEntry[]): void {
    const entry = this.#makeEntry(text, path);
    const requirement = entry && this.#reader.attempt(path, () => underConditions(entry.requirement, conditions));
    if (entry !== undefined && requirement !== undefined) entries.push({ ...entry, requirement });
  }

  #included(item: unknown, path: string): NormalizedName | undefined {
    const keys = isTable(item) ? Object.keys(item) : [];
    if (isTable(item) && keys.length === 1 && keys[0] === "include-group")
      return this.#reader.name(item, "include-group", `${path}: include-group`);
    this.#reader.problems.push(`${path} holds what is neither a requirement nor { include-group = "NAME" }`);
    return undefined;
  }
}

/** `>=3.9,<4` as a marker. */
function pythonMarker(specifiers: string): string {
  return parseSpecifierSet(specifiers)
    .specifiers.map(({ operator, version }) => `python_full_version ${operator} '${version}'`)
    .join(" and ");
}
