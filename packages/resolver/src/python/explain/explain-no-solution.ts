import { type SpecifierSet } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { type DerivationTree, factsOf } from "../../solver/derivation-tree.ts";
import { reportInParts } from "../../report/report.ts";
import type { Need, Vocabulary } from "../../report/vocabulary.ts";
import { VersionSet } from "../../solver/version-set.ts";
import type { Catalog } from "../candidates/catalog.ts";
import type { Project } from "../candidates/project.ts";
import type { PythonPackage } from "../proxies.ts";
import { rootName } from "../needs.ts";
import type { KnownRequirement } from "../candidates/requirement-table.ts";
import type { DistributionFile } from "../candidates/source.ts";
import { describeAbsence, describeVersions, describeWhatExists } from "./describe-versions.ts";
import { type Hint, hintsForMissing, hintsForNoVersion, hintsForUnusable } from "./hints.ts";
import { type Proof, proofOf } from "./proof.ts";
import { specifiersMeet } from "./specifiers-meet.ts";
import { pythonTold, type PythonTold, type StatedOf, tellStated } from "./stated.ts";

/** Whose request it is, for messages: `your requirements` and `you require`. */
export type Asker = Pick<Vocabulary, "root" | "asks">;

/** Why there is no solution. */
export interface Explanation {
  /** In sentences about projects and versions. */
  readonly message: string;
  /** What may help. */
  readonly hints: readonly Hint[];
  /** The derivation, as plain data. */
  readonly proof: Proof;
}

export interface ExplainOptions {
  readonly asker?: Asker | undefined;
  readonly stated?: StatedOf | undefined;
  /** Names of projects that exist, among which a misspelt one is looked for besides those of the proof. */
  readonly knownNames?: (() => Iterable<string>) | undefined;
}

/** The proof that there is no solution, made into what a user, and a program, can read; with pauses, because proofs can be long. */
export function* explainNoSolution<File extends DistributionFile>(
  tree: DerivationTree,
  catalog: Catalog<File>,
  packages: ReadonlyMap<string, PythonPackage>,
  options: ExplainOptions = {},
): Generator<undefined, Explanation, void> {
  const words = new Words(catalog, packages, options);
  const message = yield* reportInParts(tree, words);
  yield undefined;
  const hints = words.hints(tree);
  yield undefined;
  return { message, hints, proof: proofOf(tree, words) };
}

/** The words of requirements, projects and versions. */
class Words<File extends DistributionFile> implements Vocabulary {
  readonly root: string;
  readonly asks: string;
  private readonly catalog: Catalog<File>;
  private readonly packages: ReadonlyMap<string, PythonPackage>;
  private readonly options: ExplainOptions;
  private readonly ranks: ReadonlyMap<string, number>;

  constructor(catalog: Catalog<File>, packages: ReadonlyMap<string, PythonPackage>, options: ExplainOptions) {
    const { root, asks } = options.asker ?? { root: "your requirements", asks: "you require" };
    this.root = root;
    this.asks = asks;
    this.catalog = catalog;
    this.packages = packages;
    this.options = options;
    this.ranks = new Map([...packages.keys()].map((name, i) => [name, i]));
  }

  isRoot(name: string): boolean {
    return name === rootName;
  }

  rank(name: string): number {
    return this.ranks.get(name) ?? 0;
  }

  versions(name: string, set: VersionSet): string {
    return describeVersions(name, set, this.projectOf(name));
  }

  noVersions(name: string, set: VersionSet): string {
    return describeAbsence(name, set, this.projectOf(name));
  }

  isImplied({ name, on, told }: Need): boolean {
    return pythonTold(told) === undefined && this.packages.get(name)?.project === on;
  }

  /** Of the request, with the line where it stands; elsewhere with the override or the constraints that make it what it is. */
  need({ name, on, set, requirement, told }: Need): string {
    const need = pythonTold(told);
    const project = this.packages.get(on)?.project;
    if (need === undefined || project === undefined) return requirement;
    const stated = this.options.stated?.(project) ?? [];
    const limits = this.limits(need, project, set);
    const overrides = stated.filter(({ role }) => role === "override");
    const isOverridden = need.requirement !== need.declared;
    if (name === rootName) {
      const asked =
        isOverridden && overrides.length > 0 ? overrides : stated.filter(({ role }) => role === "requirement");
      return `${asked.length === 0 ? requirement : tellStated(asked)}${limits}`;
    }
    if (!isOverridden) return `${requirement}${limits}`;
    const [override] = overrides;
    return `${requirement} (by ${override?.origin ?? "an override"}, in place of ${need.declared.toString()})${limits}`;
  }

  private limits({ requirement, constraints = [] }: PythonTold, name: NormalizedName, set: VersionSet): string {
    const project = this.catalog.project(name);
    if (constraints.length === 0 || project === undefined) return "";
    const { url, specifiers } = requirement;
    const free = url === undefined ? project.set(specifiers) : project.fromUrl(url);
    const isFree = free.equals(set) && specifiersMeet([specifiers, ...constraints.map(specifiersOf)]);
    if (isFree) return "";
    const stated = (this.options.stated?.(name) ?? []).filter(({ role }) => role === "constraint");
    const told = stated.length > 0 ? tellStated(stated) : constraints.join(" and ");
    return `, but constraints allow only ${told}`;
  }

  /** Told where a need leaves nothing that another version, if there were one, would not satisfy. */
  exists(name: string, needs: readonly Need[]): string | undefined {
    const project = this.projectOf(name);
    if (project === undefined || name !== project.name) return undefined;
    if (project.missing !== undefined)
      return needs.some(({ set }) => set.isEmpty) ? describeAbsence(name, VersionSet.empty, project) : undefined;
    const known = needs.flatMap(({ name: from, set, told }) => {
      const need = pythonTold(told);
      return need === undefined
        ? []
        : [{ from, set, specifiers: [need.requirement.specifiers, ...(need.constraints ?? []).map(specifiersOf)] }];
    });
    const always = known.filter(({ from }) => from === rootName);
    const seemsToBe = known.some(({ set, specifiers }, i) => {
      if (!specifiersMeet(specifiers)) return false;
      if (set.isEmpty) return always.every((other) => specifiersMeet([...specifiers, ...other.specifiers]));
      return known.some(
        (other, j) => j > i && set.isDisjointFrom(other.set) && specifiersMeet([...specifiers, ...other.specifiers]),
      );
    });
    return seemsToBe ? describeWhatExists(project) : undefined;
  }

  hints(tree: DerivationTree): readonly Hint[] {
    const facts = factsOf(tree);
    const needs = facts.filter((fact): fact is Need => fact.kind === "dependency");
    const hints: Hint[] = [];
    for (const name of new Set(needs.map(({ on }) => on))) {
      const project = this.projectOf(name);
      if (project === undefined || project.name !== name) continue;
      if (project.missing !== undefined) {
        hints.push(...hintsForMissing(project.name, this.knownNames()));
        continue;
      }
      const unusable = facts.find((fact) => fact.kind === "no-versions" && fact.name === name);
      for (const { set, told } of needs.filter(({ on }) => on === name)) {
        const specifiers = pythonTold(told)?.requirement.specifiers;
        if (specifiers === undefined) continue;
        if (set.isEmpty && specifiersMeet([specifiers])) hints.push(...hintsForNoVersion(project, specifiers));
        else if (unusable?.kind === "no-versions" && !unusable.set.isDisjointFrom(set))
          hints.push(...hintsForUnusable(project, set, specifiers));
      }
    }
    return [...new Map(hints.map((hint) => [JSON.stringify(hint), hint])).values()];
  }

  private *knownNames(): Generator<string> {
    for (const { project } of this.packages.values())
      if (this.catalog.project(project)?.missing === undefined) yield project;
    yield* this.options.knownNames?.() ?? [];
  }

  private projectOf(name: string): Project<File> | undefined {
    const own = this.packages.get(name);
    return own && this.catalog.project(own.project);
  }
}

function specifiersOf({ requirement }: KnownRequirement): SpecifierSet {
  return requirement.specifiers;
}
