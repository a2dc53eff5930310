import { normalizeName, parseMarker, type MarkerEnvironment, type NormalizedName } from "@murre/pep508";
import { selectPackages, UnfitLockFile, type LockedPackage, type LockFile } from "@murre/requirements";
import type { SyncProjectOptions } from "../api/operations.ts";
import { NoProject } from "../errors.ts";
import type { OpenProject } from "./open-project.ts";
import { ownValue, readPart, type LeadingPart } from "./own-table.ts";
import { defaultGroups, extrasOf, partKeys } from "./parts.ts";
import type { LocalProject } from "../projects/local-project.ts";

/**
 * What of a project's lock file is to be installed.
 * @throws {UnfitLockFile} where it does not know what is asked for, or is for another Python or platform
 */
export function chooseParts(
  lock: LockFile,
  opened: OpenProject,
  options: SyncProjectOptions,
  environment: MarkerEnvironment,
): readonly LockedPackage[] {
  const members = wantedMembers(opened, options);
  const parts = lock.packages.map(partsIn);
  if (parts.includes(undefined)) return selectPackages(lock, { environment, ...plainSelection(options) });
  const keys = new Set(members.flatMap(([name, project]) => wantedKeys(name, project, options)));
  const chosen = lock.packages.filter((_, at) =>
    (parts[at] ?? []).some(({ key, marker }) => keys.has(key) && holds(marker, environment)),
  );
  const plain = chosen.map((entry): LockedPackage => {
    const { marker: _, ...rest } = entry;
    return rest;
  });
  // Its own markers know extras and groups only; everything else is looked at as for any lock file.
  const selected = selectPackages({ ...lock, packages: plain }, { environment, defaultGroups: false });
  const left = new Set([...leftOut(opened, members, options), ...(options.leaveOutPackages ?? []).map(normalizeName)]);
  return selected.filter(({ name }) => !left.has(name));
}

type Members = readonly (readonly [NormalizedName | "", LocalProject])[];

function wantedMembers(
  { project, workspace: { root, members } }: OpenProject,
  { packages }: SyncProjectOptions,
): Members {
  const rootAlone: Members = root.file.name === undefined ? [["", root]] : [];
  const all: Members = [...members, ...rootAlone];
  if (packages === "all") return all;
  if (packages === undefined) {
    const { name } = project.file;
    return name === undefined ? all : [[name, project]];
  }
  return packages.map((written) => {
    const name = normalizeName(written);
    const member = members.get(name);
    if (member === undefined) throw new NoProject(root.folder, `${name} is no member of its workspace`);
    return [name, member] as const;
  });
}

function wantedKeys(member: string, project: LocalProject, options: SyncProjectOptions): readonly string[] {
  const { onlyGroups, withoutExtras = [], withoutGroups = [] } = options;
  if (onlyGroups !== undefined) return onlyGroups.map((group) => partKeys.group(member, normalizeName(group)));
  const left = (names: readonly string[]) => new Set<string>(names.map(normalizeName));
  const extras = all(options.extras, () => extrasOf(project));
  const asked = all(options.groups, () => project.file.groups);
  const groups = [...(options.defaultGroups === false ? [] : defaultGroups(project)), ...asked];
  return [
    partKeys.member(member),
    ...extras.filter((name) => !left(withoutExtras).has(name)).map((name) => partKeys.extra(member, name)),
    ...groups.filter((name) => !left(withoutGroups).has(name)).map((name) => partKeys.group(member, name)),
  ];
}

function all(names: "all" | readonly string[] = [], every: () => readonly string[]): readonly string[] {
  return names === "all" ? every() : names.map(normalizeName);
}

/**
 * Refuses what the projects do not have, before anything is locked for it; with `frozen`, what the lock file does not have.
 * @throws {UnfitLockFile} {NoProject}
 */
export function checkNames(opened: OpenProject, options: SyncProjectOptions, lock: LockFile | undefined): void {
  const projects = wantedMembers(opened, options).map(([, project]) => project);
  const extras = lock === undefined ? projects.flatMap(extrasOf) : (lock.extras ?? []);
  const groups = lock === undefined ? projects.flatMap(({ file }) => file.groups) : (lock.dependencyGroups ?? []);
  refuseUnknown("extra", options.extras, extras);
  refuseUnknown("group", options.groups, groups);
  refuseUnknown("group", options.onlyGroups, groups);
}

function refuseUnknown(
  what: string,
  asked: "all" | readonly string[] | undefined = [],
  known: readonly NormalizedName[],
): void {
  const strange = asked === "all" ? undefined : asked.map(normalizeName).find((name) => !known.includes(name));
  if (strange === undefined) return;
  const has = known.length === 0 ? "there is none" : `there is ${known.join(", ")}`;
  throw new UnfitLockFile("MURRE_LOCK_UNKNOWN_NAME", `no ${what} is called ${strange}; ${has}`);
}

function leftOut({ workspace }: OpenProject, members: Members, { leaveOut }: SyncProjectOptions): readonly string[] {
  if (leaveOut === undefined) return [];
  return leaveOut === "workspace" ? [...workspace.members.keys()] : members.map(([name]) => name);
}

function plainSelection({ extras, groups, defaultGroups: isDefault }: SyncProjectOptions) {
  return {
    ...(extras === undefined ? {} : { extras }),
    ...(groups === undefined ? {} : { groups }),
    ...(isDefault === undefined ? {} : { defaultGroups: isDefault }),
  };
}

function holds(marker: string | undefined, environment: MarkerEnvironment): boolean {
  return marker === undefined || parseMarker(marker).evaluate(environment);
}

/** Undefined where another tool wrote it. */
function partsIn(entry: LockedPackage): readonly LeadingPart[] | undefined {
  const parts = ownValue(entry, "parts");
  return Array.isArray(parts) ? parts.map((text) => readPart(String(text))) : undefined;
}
