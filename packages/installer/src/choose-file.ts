import type { DistributionFile } from "@murre/index-client";
import { refusingDemand, type HashDemand } from "./accepted-hashes.ts";
import {
  acceptsPython,
  compareVersions,
  parseLenientSpecifierSet,
  type SpecifierSet,
  type Version,
} from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { parseSdistFilename, parseWheelFilename, type SupportedTags } from "@murre/platform-tags";
import type { AllowedFormats } from "@murre/resolver";
import { HashNotAccepted, NoMatchingVersion, NoUsableWheel } from "./errors.ts";

/** What is required of one project, all requirements and constraints taken together. */
export interface ProjectRequirement {
  readonly name: NormalizedName;
  readonly specifiers: SpecifierSet;
  /** What the user says of the file's bytes, all of which has to hold. */
  readonly hashes: readonly HashDemand[];
  /** For messages: `requirements.txt:3`. */
  readonly origin: string;
}

/** What decides which file of a release is usable. */
export interface WheelTarget {
  readonly tags: SupportedTags;
  /** The interpreter's full version, for Requires-Python. */
  readonly pythonVersion: string;
  /** For messages: `CPython 3.11.7 on linux x86_64`. */
  readonly description: string;
  readonly allowPrereleases?: boolean;
  /** Which files may be taken for a project. */
  readonly formats: (project: NormalizedName) => AllowedFormats;
}

export interface ChosenFile {
  readonly version: Version;
  readonly file: DistributionFile;
}

interface Candidate extends ChosenFile {
  /** Lower is better. */
  readonly rank: number;
  readonly build: readonly [number, string];
}

/**
 * The newest allowed version that has a usable file: of its wheels the one with the best tag, then the greatest build number (PEP 425, 427);
 * without a usable wheel its sdist. A yanked file is taken only where the version is pinned (PEP 592).
 * @throws {NoMatchingVersion} {NoUsableWheel} {HashNotAccepted} when a file would do but for its hash
 */
export function chooseFile(
  requirement: ProjectRequirement,
  files: readonly DistributionFile[],
  target: WheelTarget,
): ChosenFile {
  const formats = target.formats(requirement.name);
  const wheels = formats === "sdists" ? [] : files.filter((file) => file.kind === "wheel").flatMap(readWheelName);
  const sdists = formats === "wheels" ? [] : sdistsOf(requirement.name, files);
  const allowed = allowedVersions(
    requirement.specifiers,
    [...wheels, ...sdists].map(({ version }) => version),
    target,
  );
  if (allowed.length === 0) throw nothingAllowed(requirement, files, [...wheels, ...sdists], formats, target);
  const pinned = isPinned(requirement.specifiers);
  const refusals: string[] = [];
  let withOtherHash: HashNotAccepted | undefined;
  for (const version of allowed) {
    const fitting: Candidate[] = [];
    for (const wheel of wheels) {
      if (compareVersions(wheel.version, version) !== 0) continue;
      const refusal = refuse(wheel.file, target, pinned);
      const rank = target.tags.rank(wheel.tags);
      if (refusal !== undefined) refusals.push(`${wheel.file.filename} ${refusal}`);
      else if (rank === undefined) refusals.push(`${wheel.file.filename} has other tags`);
      else fitting.push({ version: wheel.version, file: wheel.file, rank, build: wheel.build ?? [-1, ""] });
    }
    const choices: ChosenFile[] = fitting.toSorted(byPreference);
    for (const sdist of sdists.filter((sdist) => compareVersions(sdist.version, version) === 0)) {
      const refusal = refuse(sdist.file, target, pinned);
      if (refusal === undefined) choices.push(sdist);
      else refusals.push(`${sdist.file.filename} ${refusal}`);
    }
    for (const choice of choices) {
      const demand = refusingDemand(choice.file.hashes, requirement.hashes);
      if (demand === undefined) return choice;
      withOtherHash ??= otherHash(requirement.name, choice, demand);
    }
  }
  if (withOtherHash !== undefined) throw withOtherHash;
  throw new NoUsableWheel({
    project: requirement.name,
    required: `${requirement.name}${requirement.specifiers}`,
    interpreter: target.description,
    files: files.map(({ filename }) => filename),
    reason: refusals[0] ?? "it has none at all",
    origin: requirement.origin,
  });
}

function otherHash(project: string, { file, version }: ChosenFile, demand: HashDemand): HashNotAccepted {
  const { filename, hashes: found } = file;
  return new HashNotAccepted({ project, version: `${version}`, filename, demand, found, holder: "index" });
}

function sdistsOf(project: NormalizedName, files: readonly DistributionFile[]): readonly ChosenFile[] {
  return files
    .filter(({ kind }) => kind === "sdist")
    .flatMap((file) => {
      try {
        const { name, version } = parseSdistFilename(file.filename, project);
        return name === project ? [{ file, version }] : [];
      } catch {
        return []; // as above
      }
    });
}

function readWheelName(file: DistributionFile) {
  try {
    const { version, build, tags } = parseWheelFilename(file.filename);
    return [{ file, version, build, tags }];
  } catch {
    return []; // the index client says which files it skipped; a name that it lets through and no wheel has is no candidate
  }
}

/** Newest first. */
function allowedVersions(specifiers: SpecifierSet, versions: readonly Version[], target: WheelTarget): Version[] {
  const options = target.allowPrereleases === undefined ? {} : { prereleases: target.allowPrereleases };
  const distinct = new Map(versions.map((version) => [version.toString(), version]));
  return specifiers.filter(distinct.values(), options).toSorted((a, b) => compareVersions(b, a));
}

function refuse(file: DistributionFile, target: WheelTarget, pinned: boolean): string | undefined {
  if (file.yanked !== false && !pinned) return file.yanked === "" ? "is yanked" : `is yanked (${file.yanked})`;
  if (file.requiresPython !== undefined && !satisfiesPython(file.requiresPython, target.pythonVersion))
    return `requires Python ${file.requiresPython}`;
  return undefined;
}

/**
 * A Requires-Python that cannot be read, not even with the known repairs, accepts no Python: such files are passed over, as in uv.
 * @param ifUnreadable another answer for what is installed already.
 */
export function satisfiesPython(requiresPython: string, pythonVersion: string, ifUnreadable = false): boolean {
  try {
    return acceptsPython(parseLenientSpecifierSet(requiresPython), pythonVersion);
  } catch {
    return ifUnreadable;
  }
}

export function isPinned(specifiers: SpecifierSet): boolean {
  return specifiers.specifiers.some(
    ({ operator, version }) => operator === "===" || (operator === "==" && !version.endsWith(".*")),
  );
}

function byPreference(a: Candidate, b: Candidate): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.build[0] !== b.build[0]) return b.build[0] - a.build[0];
  if (a.build[1] !== b.build[1]) return a.build[1] < b.build[1] ? 1 : -1;
  return 0;
}

function nothingAllowed(
  requirement: ProjectRequirement,
  files: readonly DistributionFile[],
  usable: readonly { readonly version: Version }[],
  formats: AllowedFormats,
  target: WheelTarget,
): Error {
  const required = requirement.specifiers.toString();
  if (usable.length === 0 && files.length > 0)
    return new NoUsableWheel({
      project: requirement.name,
      required: `${requirement.name}${required}`,
      interpreter: target.description,
      files: files.map(({ filename }) => filename),
      reason:
        formats === "wheels"
          ? "there are only source distributions, and building is not allowed"
          : "there are only wheels, and --no-binary does not allow them",
      origin: requirement.origin,
    });
  const versions = new Map(usable.map(({ version }) => [version.toString(), version]));
  const known = [...versions.values()].toSorted(compareVersions).map(String);
  return new NoMatchingVersion(requirement.name, required, known, requirement.origin);
}
