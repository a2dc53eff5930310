import { intersectSpecifierSets, parseSpecifierSet, type SpecifierSet } from "@murre/pep440";
import {
  fragmentHashes,
  isSameUrl,
  redactUrl,
  Requirement,
  type MarkerEnvironment,
  type NormalizedName,
} from "@murre/pep508";
import { urlProblem } from "@murre/index-client";
import { parseWheelFilename } from "@murre/platform-tags";
import {
  parseEditableArgument,
  parseRequirementArgument,
  parseRequirementsFile,
  type Constraint,
  type FileOptions,
  type RequirementEntry,
  type RequirementsContext,
  type RequirementSource,
} from "@murre/requirements";
import type { Stated } from "@murre/resolver";
import { parseVcsUrl } from "@murre/vcs";
import { basename } from "node:path";
import type { ProjectIndex } from "../projects/local-project.ts";
import type { ProjectInput } from "./project-inputs.ts";
import type { ProjectSources } from "../projects/project-sources.ts";
import { noSelection, type ProjectSelection } from "./selection.ts";
import { demandsOf } from "./accepted-hashes.ts";
import { describeOrigin, stated } from "./origin.ts";
import {
  isWanted,
  markerOf,
  noReplacements,
  readReplacements,
  replaced,
  settingsOf,
  together,
  type Replacements,
} from "./overrides.ts";
import type { HashDemand, ArchiveSource } from "./resolved.ts";
import { ConflictingRequirements, UnsupportedRequirement, UnusableUrl } from "../errors.ts";
import { urlKind } from "./source-url.ts";

/** Everything that files and arguments say, in their order. */
export interface GatheredRequirements {
  readonly entries: readonly RequirementEntry[];
  readonly constraints: readonly Constraint[];
  readonly replacements: Replacements;
  /** Where entries stand that are in no requirements file; undefined: nowhere that has a name. */
  readonly sources: ReadonlyMap<RequirementEntry | Constraint, RequirementSource | undefined>;
  readonly options: WantedOptions;
  readonly warnings: readonly string[];
  /** What pyproject.toml files say of a result for many environments, as markers. */
  readonly settings?: ProjectInput["settings"];
  /** Folders of projects of which only what they need is wanted, each with the pyproject.toml that was named, by URL. */
  readonly askedFolders?: ReadonlyMap<string, string>;
}

export interface WantedOptions extends FileOptions {
  /** What `[[tool.uv.index]]` of projects has, but for what is looked into only where a source names it. */
  readonly ordered?: readonly ProjectIndex[];
}

/**
 * Reads requirements files, constraints files and arguments.
 * @throws {InvalidRequirementsFile} {InvalidRequirementArgument}
 */
export async function gatherRequirements(
  from: {
    readonly files: readonly string[];
    readonly constraintFiles: readonly string[];
    readonly words: readonly string[];
    /** Values of `-e`. */
    readonly editables?: readonly string[] | undefined;
    readonly overrideFiles?: readonly string[] | undefined;
    readonly excludeFiles?: readonly string[] | undefined;
    readonly selection?: ProjectSelection | undefined;
    readonly projects?: ProjectSources | undefined;
  },
  context: RequirementsContext,
): Promise<GatheredRequirements> {
  const { editables = [] } = from;
  const words = [
    ...from.words.map((word) => parseRequirementArgument(word, context)),
    ...editables.map((word) => parseEditableArgument(word, context)),
  ];
  const projects = await readProjects(from, context);
  const files = [];
  const entries: RequirementEntry[] = [];
  for (const file of from.files) {
    const input = projects.get(file);
    if (input === undefined) {
      const read = await parseRequirementsFile(file, context);
      files.push(read);
      entries.push(...read.requirements);
    } else entries.push(...input.entries);
  }
  for (const [name, input] of projects) if (!from.files.includes(name)) entries.push(...input.entries);
  const inputs = [...projects.values()];
  for (const file of from.constraintFiles) files.push(await parseRequirementsFile(file, context, "constraints"));
  const overrides = await readEntries(from.overrideFiles, context);
  const excludes = await readEntries(from.excludeFiles, context);
  return {
    replacements: together(readReplacements(overrides, excludes), inputs),
    entries: [...entries, ...words],
    sources: new Map(inputs.flatMap(({ sources }) => [...sources])),
    constraints: [...files, ...inputs].flatMap(({ constraints = [] }) => constraints),
    askedFolders: new Map(inputs.flatMap(({ askedFolder }) => (askedFolder === undefined ? [] : [askedFolder]))),
    ...settingsOf(inputs),
    options: mergeOptions(
      files.map(({ options }) => options),
      inputs,
    ),
    warnings: [...files, ...inputs].flatMap(({ warnings }) => warnings),
  };
}

/** Loaded where one is named: most requirements stand in requirements files. */
async function readProjects(
  {
    files,
    selection = noSelection,
    projects,
  }: {
    readonly files: readonly string[];
    readonly selection?: ProjectSelection | undefined;
    readonly projects?: ProjectSources | undefined;
  },
  context: RequirementsContext,
): Promise<ReadonlyMap<string, ProjectInput>> {
  const own = files.filter((file) => /(?:^|[\\/])pyproject\.toml$|\.py$/.test(file));
  if (own.length === 0 && selection.extras.length === 0 && selection.groups.length === 0) return new Map();
  const { readProjectInputs } = await import("./project-inputs.ts");
  return readProjectInputs(own, selection, context, projects);
}

async function readEntries(
  files: readonly string[] | undefined = [],
  context: RequirementsContext,
): Promise<readonly RequirementEntry[]> {
  const entries: RequirementEntry[] = [];
  for (const file of files) entries.push(...(await parseRequirementsFile(file, context)).requirements);
  return entries;
}

/** Several files on one command line count as one long file; where there is none, nothing is said. */
export function mergeOptions(all: readonly FileOptions[], projects: readonly ProjectInput[]): WantedOptions {
  const indexUrl = all.findLast((options) => options.indexUrl !== undefined)?.indexUrl;
  return {
    ...(indexUrl === undefined ? {} : { indexUrl }),
    ordered: projects.flatMap(({ indexes }) => indexes),
    extraIndexUrls: all.flatMap(({ extraIndexUrls }) => extraIndexUrls),
    findLinks: all.flatMap(({ findLinks }) => findLinks),
    noIndex: all.some(({ noIndex }) => noIndex),
    trustedHosts: all.flatMap(({ trustedHosts }) => trustedHosts),
    pre: all.some(({ pre }) => pre),
    preferBinary: all.some(({ preferBinary }) => preferBinary),
    requireHashes: all.some(({ requireHashes }) => requireHashes),
    formats: all.flatMap(({ formats }) => formats),
  };
}

/** One project that is wanted: from the indexes, or from the one place that the user named. */
export interface WantedProject {
  readonly name: NormalizedName;
  readonly specifiers: SpecifierSet;
  /** What the user says of the file's bytes, all of which has to hold. */
  readonly hashes: readonly HashDemand[];
  /** For messages: `requirements.txt:3`. */
  readonly origin: string;
  /** For messages: each entry that asks for it. */
  readonly stated: readonly Stated[];
  readonly url?: string;
  /** What is installed of it imports from the folder at its URL. */
  readonly isEditable?: true;
  /** All of it in one, for the resolver; extras of all entries, markers done with. */
  readonly requirement: Requirement;
}

/**
 * Takes all entries for one project together: markers decide which count, specifiers and constraints add up.
 * @throws {ConflictingRequirements} {UnsupportedRequirement}
 */
export function wantedProjects(
  {
    entries,
    constraints,
    replacements = noReplacements,
  }: Pick<GatheredRequirements, "entries" | "constraints"> & Partial<Pick<GatheredRequirements, "replacements">>,
  environment: MarkerEnvironment,
): WantedProject[] {
  const wanted = new Map<NormalizedName, WantedProject>();
  for (const entry of replaced(entries, replacements, environment)) {
    const next = readEntry(entry, environment);
    if (next === undefined) continue;
    const known = wanted.get(next.name);
    wanted.set(next.name, known === undefined ? next : combine(known, next));
  }
  for (const constraint of constraints) {
    const { requirement, text } = constraint;
    const known = wanted.get(requirement.normalizedName);
    if (known === undefined || !isWanted(requirement.marker, environment)) continue;
    const place = `${describeOrigin(constraint)}: ${text}`;
    if (requirement.url !== undefined && known.url !== undefined && !isSameUrl(requirement.url, known.url))
      throw new ConflictingRequirements(known.name, known.origin, place);
    // A constraint with a URL says where a project comes from (pip, uv).
    const from = requirement.url === undefined ? known : atUrl(known, requirement.url, text, place);
    wanted.set(known.name, {
      ...from,
      specifiers: intersectSpecifierSets(known.specifiers, requirement.specifiers),
      hashes: [...known.hashes, ...demandsOf(constraint, describeOrigin(constraint))],
    });
  }
  for (const project of wanted.values()) refuseOtherVersion(project);
  return [...wanted.values()];
}

/** What is said of the bytes of projects: constraints speak of those as well that only something else needs. */
export function demandsHere(
  wanted: readonly Pick<WantedProject, "name" | "hashes">[],
  constraints: readonly Constraint[],
  environment: MarkerEnvironment,
): ReadonlyMap<NormalizedName, readonly HashDemand[]> {
  const demands = new Map<NormalizedName, readonly HashDemand[]>();
  for (const constraint of constraints) {
    const { normalizedName: name, marker } = constraint.requirement;
    const more = demandsOf(constraint, describeOrigin(constraint));
    if (more.length > 0 && isWanted(marker, environment)) demands.set(name, [...(demands.get(name) ?? []), ...more]);
  }
  // They hold what constraints say of them already.
  for (const { name, hashes } of wanted) demands.set(name, hashes);
  return demands;
}

function atUrl(known: WantedProject, url: string, text: string, origin: string): WantedProject {
  refuseOtherName(url, known.name, text, origin);
  const { name: written, extras } = known.requirement;
  return { ...known, url, requirement: new Requirement(written, extras, anyVersion, url) };
}

/** The wheel at a URL has the one version that its name says, whatever else is required of the project. */
function refuseOtherVersion({ name, url, specifiers, origin }: WantedProject): void {
  if (url === undefined || urlKind(url) !== "wheel") return;
  refuseVersion({ name, url, specifiers, origin }, parseWheelFilename(directSource(url).filename).version.toString());
}

/** Whether what lies at a project's URL has a version that the other requirements allow. @throws {ConflictingRequirements} */
export function refuseVersion(
  { name, url = "", specifiers, origin }: Pick<WantedProject, "name" | "url" | "specifiers" | "origin">,
  version: string,
): void {
  if (!specifiers.contains(version, { prereleases: true }))
    throw new ConflictingRequirements(name, `${origin} (${redactUrl(url)})`, `${name}${specifiers}`);
}

/** Without its marker; undefined where that does not hold. @throws {UnsupportedRequirement} */
export function readEntry(
  entry: RequirementEntry,
  environment: MarkerEnvironment | undefined,
): WantedProject | undefined {
  const project = readProject(entry, environment);
  return project && { ...project, stated: [stated("requirement", project.requirement, entry)] };
}

type ReadProject = Omit<WantedProject, "stated">;

function readProject(entry: RequirementEntry, environment: MarkerEnvironment | undefined): ReadProject | undefined {
  const origin = describeOrigin(entry);
  if (!isWanted(markerOf(entry), environment)) return undefined;
  if (entry.kind !== "named") return direct(entry.reference.url, entry, entry.reference.extras, origin);
  const { normalizedName: name, name: written, extras, specifiers, url } = entry.requirement;
  if (url === undefined)
    return {
      name,
      specifiers,
      hashes: demandsOf(entry, origin),
      origin,
      requirement: new Requirement(written, extras, specifiers),
    };
  refuseOtherName(url, name, entry.text, origin);
  const requirement = new Requirement(written, extras, anyVersion, url);
  const project = { name, specifiers: anyVersion, hashes: demandsOf(entry, origin), origin, url, requirement };
  return entry.isEditable === true ? { ...project, isEditable: true } : project;
}

/** A folder can be worked on where it lies, and a repository is cloned for that. @throws {UnsupportedRequirement} */
export function refuseEditable(url: string, text: string, origin: string): void {
  const kind = urlKind(url);
  if (kind === "directory" || kind === "version-control") return;
  const reason = "is no folder that is there, and nothing else can be editable but a repository (git+…)";
  throw new UnsupportedRequirement(text, reason, origin);
}

/** What a wheel is says its name; of a source that is seen when it is read. @throws {UnsupportedRequirement} */
function refuseOtherName(url: string, name: NormalizedName, text: string, origin: string): void {
  const kind = urlKind(url);
  if (kind === "version-control") parseVcsUrl(url, origin);
  if (kind === "archive" || kind === "directory" || kind === "version-control") return;
  const { name: found } = parseWheelFilename(wheelName(url, text, origin));
  if (found !== name) throw new UnsupportedRequirement(text, `the URL is that of ${found}, not of ${name}`, origin);
}

function direct(url: string, entry: RequirementEntry, extras: readonly string[], origin: string): ReadProject {
  const { name } = parseWheelFilename(wheelName(url, entry.text, origin));
  const requirement = new Requirement(name, extras, anyVersion, url);
  return { name, specifiers: anyVersion, hashes: demandsOf(entry, origin), origin, url, requirement };
}

function wheelName(url: string, text: string, origin: string): string {
  const { filename } = directSource(url);
  if (filename.endsWith(".whl")) return filename;
  const reason =
    "is neither a wheel, nor an archive of sources that can be read (.tar.gz, .zip), nor a folder that is there";
  throw new UnsupportedRequirement(text, reason, origin);
}

const anyVersion: SpecifierSet = parseSpecifierSet("");

/** What is known of a source besides its URL. */
export interface SourceFacts {
  /** Of repositories, by URL. */
  readonly commits?: ReadonlyMap<string, string>;
  readonly isEditable?: boolean;
}

/**
 * The file behind a path or URL that the user, or a distribution's metadata, named. It has what the URL's fragment says.
 * @param commits what URLs of repositories were found to name
 * @throws {UnusableUrl} {InvalidVcsUrl} {UnsupportedVcs}
 */
export function directSource(
  url: string,
  demands: readonly HashDemand[] = [],
  { commits = new Map(), isEditable = false }: SourceFacts = {},
): ArchiveSource {
  if (urlKind(url) === "version-control") return repositorySource(url, commits.get(url));
  const problem = urlProblem(url);
  if (problem !== undefined) throw new UnusableUrl(url, problem);
  const filename = basename(decoded(new URL(url).pathname));
  if (filename.includes("\0") || Buffer.byteLength(filename) > 255)
    throw new UnusableUrl(url, "names no possible file");
  // A demand for a single hash is verified while the file comes in, too; several are compared afterwards.
  const single = demands.flatMap(({ digests }) => {
    const all = Object.entries(digests).flatMap(([name, accepted]) =>
      accepted.map((digest) => [name, digest] as const),
    );
    return all.length === 1 ? all : [];
  });
  // Schemes are compared in small letters everywhere else.
  const named = url.replace(/^[a-z][a-z\d+.-]*:/i, (scheme) => scheme.toLowerCase());
  const hashes = { ...Object.fromEntries(single), ...fragmentHashes(url) };
  return { filename, url: named, hashes, ...(isEditable ? { isEditable } : {}) };
}

/** A repository has no file of its own: its name ends in what no file of a distribution ends in. @throws {InvalidVcsUrl} {UnsupportedVcs} */
function repositorySource(url: string, commit: string | undefined): ArchiveSource {
  const { repository } = parseVcsUrl(url);
  const filename = `${basename(decoded(new URL(repository).pathname)).replace(/\.git$/, "")}.git`;
  return { filename, url, hashes: fragmentHashes(url), ...(commit === undefined ? {} : { commit }) };
}

/** A path with a stray `%` stays as it is: it is the server's to judge. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function combine(one: WantedProject, other: WantedProject): WantedProject {
  if (one.url !== undefined && other.url !== undefined && !isSameUrl(one.url, other.url))
    throw new ConflictingRequirements(
      one.name,
      `${one.origin} (${redactUrl(one.url)})`,
      `${other.origin} (${redactUrl(other.url)})`,
    );
  const url = one.url ?? other.url;
  const specifiers = intersectSpecifierSets(one.specifiers, other.specifiers);
  const extras = [...one.requirement.extras, ...other.requirement.extras];
  return {
    name: one.name,
    specifiers,
    requirement: new Requirement(one.requirement.name, extras, url === undefined ? specifiers : anyVersion, url),
    hashes: [...one.hashes, ...other.hashes],
    origin: one.origin,
    stated: [...one.stated, ...other.stated],
    ...(url === undefined ? {} : { url }),
    // Who names a folder twice, once as editable, works on it (uv).
    ...(one.isEditable === true || other.isEditable === true ? { isEditable: true } : {}),
  };
}
