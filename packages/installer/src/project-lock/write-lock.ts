import { Conditions, joinMarkers, parseMarker } from "@murre/pep508";
import { writeLockFile, type LockedPackage, type LockFile } from "@murre/requirements";
import { lockedPackages, type LockContext } from "../compile/locked-packages.ts";
import type { MarkedDistribution, MarkedTarget } from "../compile/resolve-marked.ts";
import { defaultGroups, type Part } from "./parts.ts";
import type { LockInputs } from "./lock-inputs.ts";
import { writePart } from "./own-table.ts";
import { reach, type Reached } from "./reach.ts";

type ManyTarget = Extract<MarkedTarget, { kind: "many" }>;

/**
 * The text of a project's lock file. Its markers say to any installer what extras and groups bring; `tool.murre` says it for each member, and by
 * what it is known whether the file is up to date.
 */
export async function projectLockText(
  found: readonly MarkedDistribution[],
  inputs: LockInputs,
  {
    target,
    context,
    fingerprint,
  }: { readonly target: ManyTarget; readonly context: LockContext; readonly fingerprint: (lock: LockFile) => string },
): Promise<string> {
  const { parts, gathered, workspace } = inputs;
  const conditions = new Conditions();
  const environments = target.environments.map((marker) => conditions.of(marker));
  const pythons = conditions.acceptedPythons(target.requiresPython);
  const scope = environments.length === 0 ? pythons : pythons.and(environments.reduce((a, b) => a.or(b)));
  const reached = reach(parts, found, gathered.replacements, conditions, scope);
  const packages = await lockedPackages(found, context);
  const projects = [...new Set([workspace.root, ...workspace.members.values()])];
  const lock: LockFile = {
    lockVersion: "1.0",
    ...(target.environments.length === 0 ? {} : { environments: target.environments.map(String) }),
    requiresPython: `${target.requiresPython}`,
    extras: namesOf(parts, "extra"),
    dependencyGroups: namesOf(parts, "group"),
    defaultGroups: [...new Set(projects.flatMap(defaultGroups))],
    createdBy: "murre",
    packages: packages.map((entry, at) => withParts(entry, found[at], reached)),
  };
  return writeLockFile({ ...lock, tool: { murre: { inputs: fingerprint(lock) } } });
}

function namesOf(parts: readonly Part[], kind: Part["kind"]) {
  return [...new Set(parts.flatMap((part) => (part.kind === kind && part.name !== undefined ? [part.name] : [])))];
}

function withParts(entry: LockedPackage, found: MarkedDistribution | undefined, reached: Reached): LockedPackage {
  const { marker: _, ...rest } = entry;
  const all = (found && reached.get(found)) ?? [];
  // Nobody wants an extra without its project.
  const from = all.filter(
    ({ part, marker }) =>
      part.kind !== "extra" ||
      !all.some((one) => one.part.kind === "member" && one.part.member === part.member && one.marker === marker),
  );
  const marker = markerOf(from);
  const parts = from.map(({ part: { key }, marker }) => writePart({ key, marker }));
  return { ...rest, ...(marker === undefined ? {} : { marker }), tool: { murre: { parts: parts.toSorted() } } };
}

/** When it is installed by who knows extras and groups only. */
function markerOf(from: readonly { readonly part: Part; readonly marker: string | undefined }[]): string | undefined {
  const texts = from.map(({ part: { kind, name }, marker }) => {
    const asked = kind === "member" ? undefined : `"${name}" in ${kind === "extra" ? "extras" : "dependency_groups"}`;
    return [asked, marker].filter((text) => text !== undefined);
  });
  if (texts.some((all) => all.length === 0)) return undefined;
  if (texts.length === 0) return undefined;
  const written = texts.map((all) => joinMarkers(all, "and"));
  return `${parseMarker(joinMarkers(written, "or"))}`;
}
