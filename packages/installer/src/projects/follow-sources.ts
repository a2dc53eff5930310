import { parseIndexLocation, type IndexLocation } from "@murre/index-client";
import {
  Conditions,
  joinMarkers,
  parseMarker,
  redactUrl,
  Requirement,
  type Marker,
  type MarkerExpression,
  type NormalizedName,
} from "@murre/pep508";
import type { RequirementEntry, UvIndex, UvSource } from "@murre/requirements";
import { parseSpecifierSet } from "@murre/pep440";
import { parseVcsUrl } from "@murre/vcs";
import { realpathSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UnusableProjectSource } from "../errors.ts";
import {
  openLocalProject,
  pathInside,
  type LocalProject,
  type ProjectCheckout,
  type ProjectIndex,
  type SourceRules,
} from "./local-project.ts";
import { workspaceOf, type Workspace } from "./workspace.ts";
import { withNamedCredentials } from "./named-index.ts";

/** A requirement as its own developers mean it. */
export interface Followed {
  readonly requirement: Requirement;
  readonly isEditable?: true;
}

/** Where a requirement stands, besides its marker. */
export interface Standing {
  readonly extra?: NormalizedName | undefined;
  readonly group?: NormalizedName | undefined;
}

const anyVersion = parseSpecifierSet("");

/**
 * Puts what `[tool.uv.sources]` of a project, and of its workspace's root, says of requirements in their place: `core` becomes `core @ file:///…`. Only
 * what stands in a folder of this machine is read this way; what is published says itself what it needs.
 */
export class SourceFollower {
  readonly #rules: SourceRules;
  readonly #workspaces = new Map<string, Promise<Workspace>>();
  readonly #conditions = new Conditions();

  constructor(rules: SourceRules) {
    this.#rules = rules;
  }

  workspace(project: LocalProject): Promise<Workspace> {
    const known = this.#workspaces.get(project.folder) ?? workspaceOf(project);
    this.#workspaces.set(project.folder, known);
    return known;
  }

  /**
   * What takes the place of a requirement: itself, one from elsewhere, or several under different markers.
   * @throws {UnusableProjectSource} {InvalidWorkspace} {InvalidPyproject} {InvalidVcsUrl}
   */
  async follow(requirement: Requirement, project: LocalProject, standing: Standing): Promise<readonly Followed[]> {
    const { normalizedName: name } = requirement;
    if (!this.#rules.isFollowed(name)) return [{ requirement }];
    const { root, members } = await this.workspace(project);
    const own = project.file.uv().sources.get(name);
    const from = own === undefined ? root : project;
    const all = own ?? root.file.uv().sources.get(name);
    if (all === undefined) {
      if (members.has(name) && project.file.name !== name)
        throw this.#problem(
          project,
          name,
          `is missing: ${name} is a member of the workspace; say { workspace = true }`,
        );
      return [{ requirement }];
    }
    const applying = all.filter(
      ({ extra, group }) =>
        (extra === undefined || extra === standing.extra) && (group === undefined || group === standing.group),
    );
    const found: Followed[] = [];
    let covered = this.#conditions.never;
    for (const source of applying) {
      const own = source.marker === undefined ? undefined : parseMarker(source.marker);
      const condition = this.#conditions.of(own);
      covered = covered.or(condition);
      if (this.#conditions.of(requirement.marker).isDisjointFrom(condition)) continue;
      const marker = both(requirement.marker, own);
      found.push(...(await this.#placed(requirement, marker, source, { name, from, root, members })));
    }
    const rest = this.#conditions.of(requirement.marker).and(covered.not());
    if (rest.isNever) return found;
    const marker = applying.length === 0 ? requirement.marker : parseMarker(rest.toString());
    return [...found, { requirement: withPlace(requirement, marker, requirement.url) }];
  }

  /**
   * The same for the entries of a project's own file, and the indexes that its file, or that of its workspace's root, has for all of them.
   * @throws as {@link follow}
   */
  async followEntries(
    entries: readonly RequirementEntry[],
    project: LocalProject,
    standing: (entry: RequirementEntry) => Standing,
  ): Promise<{ readonly entries: readonly RequirementEntry[]; readonly indexes: readonly ProjectIndex[] }> {
    const followed = await Promise.all(
      entries.map(async (entry): Promise<readonly RequirementEntry[]> => {
        if (entry.kind !== "named") return [entry];
        const found = await this.follow(entry.requirement, project, standing(entry));
        return found.map((one) => (one.requirement === entry.requirement ? entry : { ...entry, ...one }));
      }),
    );
    return { entries: followed.flat(), indexes: await this.#indexesOf(project) };
  }

  async #indexesOf(project: LocalProject): Promise<readonly ProjectIndex[]> {
    const { root } = await this.workspace(project);
    const projects = root.folder === project.folder ? [project] : [project, root];
    return projects.flatMap((one) => indexesOf(one, this.#rules));
  }

  async #placed(
    requirement: Requirement,
    marker: Marker | undefined,
    source: UvSource,
    at: {
      readonly name: NormalizedName;
      readonly from: LocalProject;
      readonly root: LocalProject;
      readonly members: Workspace["members"];
    },
  ): Promise<readonly Followed[]> {
    const { name, from, members } = at;
    const refuse = (problem: string) => this.#problem(from, name, problem);
    if (source.kind === "index") {
      this.#pin(name, source.index, at);
      return [{ requirement: withPlace(requirement, marker) }];
    }
    if (source.kind === "url") return [{ requirement: withPlace(requirement, marker, urlOf(source)) }];
    if (source.kind === "git") {
      if (source.path !== undefined) throw refuse("names an archive inside of a repository, which is not supported");
      const url = gitUrlOf(source);
      parseVcsUrl(url, `${from.file.source}: tool.uv.sources.${name}`);
      return [{ requirement: withPlace(requirement, marker, url) }];
    }
    const member = source.kind === "workspace" ? members.get(name) : undefined;
    if (source.kind === "workspace" && member === undefined)
      throw refuse(`says { workspace = true }, and no member of the workspace has that name`);
    const path = source.kind === "path" ? resolve(from.folder, source.path) : (member?.folder ?? "");
    if (from.checkout !== undefined)
      return [{ requirement: withPlace(requirement, marker, placeIn(path, from.checkout, refuse)) }];
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw refuse(`names ${path}, which does not exist`);
    const isEditable = source.isEditable ?? source.kind === "workspace";
    if (!stats.isDirectory()) {
      if (isEditable) throw refuse(`names the file ${path}, and only a folder can be editable`);
      return [{ requirement: withPlace(requirement, marker, pathToFileURL(path).href) }];
    }
    const project = member ?? openLocalProject(path);
    const isPackage = source.kind === "path" ? source.isPackage : undefined;
    if (project !== undefined && (isPackage ?? project.file.uv().isPackage) === false)
      return this.#needsOf(project, requirement.extras, marker, refuse);
    const url = pathToFileURL(path).href;
    const placed = withPlace(requirement, marker, url);
    if (!isEditable || !this.#rules.isEditable(name)) return [{ requirement: placed }];
    this.#rules.editables.add(url);
    return [{ requirement: placed, isEditable: true }];
  }

  /** What is no package is not installed, but what it needs. */
  async #needsOf(
    project: LocalProject,
    extras: readonly NormalizedName[],
    marker: Marker | undefined,
    refuse: (problem: string) => Error,
  ): Promise<readonly Followed[]> {
    const needed = project.file.requirements(extras);
    if (needed === undefined)
      throw refuse(`names ${project.folder}, which is no package and does not say what it needs`);
    const all = await Promise.all(
      needed.entries.map(async (entry) => {
        if (entry.kind !== "named") return [];
        const { requirement } = entry;
        const limited = withPlace(requirement, both(requirement.marker, marker), requirement.url);
        return this.follow(limited, project, { extra: needed.extraOf.get(entry) });
      }),
    );
    return all.flat();
  }

  #pin(
    name: NormalizedName,
    index: string,
    { from, root }: { readonly from: LocalProject; readonly root: LocalProject },
  ): void {
    const { indexes } = this.#rules;
    const location = namedIndex(index, from, this.#rules) ?? namedIndex(index, root, this.#rules);
    if (location === undefined)
      throw this.#problem(from, name, `names the index ${index}, which no [[tool.uv.index]] is`);
    const other = indexes.get(name);
    if (other !== undefined && other.url !== location.url)
      throw this.#problem(
        from,
        name,
        `names the index ${redactUrl(location.url)}, and another source ${redactUrl(other.url)}`,
      );
    indexes.set(name, location);
  }

  #problem(project: LocalProject, name: NormalizedName, problem: string): UnusableProjectSource {
    return new UnusableProjectSource(project.file.source, `tool.uv.sources.${name}`, problem);
  }
}

/** What `[[tool.uv.index]]` of a project has for all that it needs. @throws {InvalidIndexLocation} */
export function indexesOf(project: LocalProject, rules: SourceRules): readonly ProjectIndex[] {
  const indexes = project.file.uv().indexes.filter(({ isExplicit }) => !isExplicit);
  return indexes.map((index) => ({ location: locationOf(index, project, rules), isDefault: index.isDefault }));
}

function namedIndex(name: string, project: LocalProject, rules: SourceRules): IndexLocation | undefined {
  const found = project.file.uv().indexes.find((index) => index.name === name);
  return found && locationOf(found, project, rules);
}

function locationOf(
  { name, url, format }: UvIndex,
  { file, folder, checkout }: LocalProject,
  { places, variables }: SourceRules,
): IndexLocation {
  // Who wrote a repository chooses the names in it, and gets no credentials for one.
  const address = checkout === undefined ? withNamedCredentials(url, name, variables) : url;
  const kind = format === "flat" ? "find-links" : "simple";
  return parseIndexLocation(kind, address, { ...places, cwd: folder }, file.source);
}

/** Of a folder in a checkout, the repository at its commit, whether it would be an editable one or no package of its own (uv). */
function placeIn(path: string, checkout: ProjectCheckout, refuse: (problem: string) => Error): string {
  if (pathInside(path, checkout) === undefined) throw refuse("names a path outside of the repository");
  const shown = relative(checkout.root, path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw refuse(`names ${shown}, which does not exist`);
  const inner = pathInside(realpathSync.native(path), checkout);
  if (inner === undefined) throw refuse(`names ${shown}, a link out of the repository`);
  if (!stats.isDirectory()) throw refuse("names an archive inside of a repository, which is not supported");
  return checkout.urlOf(inner);
}

function withPlace(requirement: Requirement, marker: Marker | undefined, url?: string): Requirement {
  const { name, extras, specifiers } = requirement;
  return new Requirement(name, extras, url === undefined ? specifiers : anyVersion, url, marker);
}

function both(one: Marker | undefined, other: Marker | undefined): Marker | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return parseMarker(joinMarkers([`${one}`, `${other}`], "and"));
}

function urlOf({ url, subdirectory }: Extract<UvSource, { kind: "url" }>): string {
  return subdirectory === undefined
    ? url
    : `${url}${url.includes("#") ? "&" : "#"}subdirectory=${encodeURI(subdirectory)}`;
}

function gitUrlOf({ url, reference, subdirectory }: Extract<UvSource, { kind: "git" }>): string {
  const [, place = url, query = ""] = /^([^?#]*)(.*)$/s.exec(url) ?? [];
  // In the short form of ssh, `git@host:path`, as git itself takes it.
  const scp = /^(?:ssh:\/\/)?([^/@:]+@[^/:]+):(?!\d+\/)(.*)$/.exec(place);
  const repository = scp === null ? place : `ssh://${scp[1]}/${scp[2]}`;
  const revision = reference === undefined ? "" : `@${encodeURI(reference.value)}`;
  const fragment = subdirectory === undefined ? "" : `#subdirectory=${encodeURI(subdirectory)}`;
  return `git+${repository}${revision}${query}${fragment}`;
}

/** The extra under which alone a requirement of core metadata counts: `extra == "x"` beside other conditions. */
export function extraOf(marker: Marker | undefined): string | undefined {
  return marker && extraIn(marker.expression);
}

function extraIn(expression: MarkerExpression): string | undefined {
  if (expression.kind !== "comparison")
    return expression.kind === "and"
      ? expression.operands.map(extraIn).find((extra) => extra !== undefined)
      : undefined;
  const { left, operator, right } = expression;
  if (operator !== "==") return undefined;
  const [variable, literal] = left.kind === "variable" ? [left, right] : [right, left];
  if (variable.kind !== "variable" || variable.name !== "extra" || literal.kind !== "literal") return undefined;
  return literal.value;
}
