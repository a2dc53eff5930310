import type { MarkerEnvironment, NormalizedName, Requirement } from "@murre/pep508";
import { parseWheelFilename } from "@murre/platform-tags";
import type { Constraint, ProjectFile, RequirementEntry, UvSettings } from "@murre/requirements";
import { UnsupportedRequirement } from "../errors.ts";
import { describeOrigin } from "./origin.ts";
import { urlKind, withoutFragment } from "./source-url.ts";

/** An entry that names its project. */
export type NamedEntry = Extract<RequirementEntry, { kind: "named" }>;

/** What takes the place of requirements, and what of them is left out. */
export interface Replacements {
  readonly overrides: readonly NamedEntry[];
  readonly excludes: readonly NormalizedName[];
}

export const noReplacements: Replacements = { overrides: [], excludes: [] };

/** @throws {UnsupportedRequirement} where an entry names a place alone: nobody knows yet what it would take the place of. */
export function readReplacements(
  overrides: readonly RequirementEntry[],
  excludes: readonly RequirementEntry[],
): Replacements {
  return {
    overrides: overrides.map((entry) => named(entry, "an override")),
    excludes: excludes.map((entry) => named(entry, "what is excluded").requirement.normalizedName),
  };
}

function named(entry: RequirementEntry, what: string): NamedEntry {
  if (entry.kind === "named") return entry;
  throw new UnsupportedRequirement(
    entry.text,
    `${what} has to name its project; write NAME @ URL`,
    describeOrigin(entry),
  );
}

/** The entries that count: where something is overridden, the overrides of its project in its place, once. */
export function replaced(
  entries: readonly RequirementEntry[],
  { overrides, excludes }: Replacements,
  environment: MarkerEnvironment,
): readonly RequirementEntry[] {
  if (overrides.length === 0 && excludes.length === 0) return entries;
  const done = new Set<NormalizedName>();
  return entries.flatMap((entry) => {
    const name = entryName(entry);
    if (name === undefined) return [entry];
    if (excludes.includes(name) || !isWanted(markerOf(entry), environment)) return [];
    const others = overrides.filter(({ requirement }) => requirement.normalizedName === name);
    if (others.length === 0) return [entry];
    if (done.has(name)) return [];
    done.add(name);
    return others;
  });
}

/** The project that an entry asks for, as far as it says that itself. */
export function entryName(entry: RequirementEntry): NormalizedName | undefined {
  if (entry.kind === "named") return entry.requirement.normalizedName;
  const { url } = entry.reference;
  if (urlKind(url) !== "wheel") return undefined;
  try {
    return parseWheelFilename(decodeURIComponent(new URL(withoutFragment(url)).pathname.split("/").at(-1) ?? "")).name;
  } catch {
    return undefined; // who reads the entry says what is wrong with it
  }
}

/** When an entry is wanted; undefined: always. */
export function markerOf(entry: RequirementEntry): Requirement["marker"] {
  return entry.kind === "named" ? entry.requirement.marker : entry.reference.marker;
}

/** Whether what has this marker is wanted. @param environment where; undefined: anywhere, whatever markers say */
export function isWanted(marker: Requirement["marker"], environment: MarkerEnvironment | undefined): boolean {
  return marker === undefined || environment === undefined || marker.evaluate(environment);
}

/** What a project says of requirements, besides what it needs. */
export interface ProjectRules {
  readonly overrides?: readonly NamedEntry[];
  readonly excludes?: readonly NormalizedName[];
  readonly settings?: Pick<UvSettings, "environments" | "requiredEnvironments">;
}

/** What `[tool.uv]` limits, replaces and leaves out. What it does so for one project alone is not followed, which is a warning. */
export function uvRules(file: ProjectFile): Replacements & {
  readonly constraints: readonly Constraint[];
  readonly warnings: readonly string[];
} {
  const { constraints, overrides, exclusions } = file.uv();
  const isNamed = (entry: RequirementEntry) => entry.kind === "named";
  return {
    constraints: constraints.filter(isNamed).map(({ text, requirement, origin, hashes, fragmentHashes }) => ({
      text,
      requirement,
      origin: origin ?? { file: file.source, line: 1 },
      hashes,
      fragmentHashes,
    })),
    overrides: overrides.flatMap(({ package: scope, entries }) => (scope === undefined ? entries.filter(isNamed) : [])),
    excludes: exclusions.flatMap(({ package: scope, names }) => (scope === undefined ? names : [])),
    warnings: [...overrides, ...exclusions].flatMap(({ package: scope }) =>
      scope === undefined
        ? []
        : `${file.source}: tool.uv has an override or exclusion for what ${scope.name} alone needs, which is not followed`,
    ),
  };
}

/** What options name goes before what projects say. */
export function together(replacements: Replacements, projects: readonly ProjectRules[]): Replacements {
  const names = new Set(replacements.overrides.map(({ requirement }) => requirement.normalizedName));
  const more = projects.flatMap(({ overrides = [] }) => overrides);
  return {
    overrides: [...replacements.overrides, ...more.filter(({ requirement }) => !names.has(requirement.normalizedName))],
    excludes: [...replacements.excludes, ...projects.flatMap(({ excludes = [] }) => excludes)],
  };
}

/** The environments that projects name. */
export function settingsOf(projects: readonly ProjectRules[]): Pick<ProjectRules, "settings"> {
  const found = projects.flatMap(({ settings }) => settings ?? []);
  if (found.length === 0) return {};
  return {
    settings: {
      environments: found.flatMap(({ environments }) => environments),
      requiredEnvironments: found.flatMap(({ requiredEnvironments }) => requiredEnvironments),
    },
  };
}
