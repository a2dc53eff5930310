import { tryParseVersion, type Version } from "@murre/pep440";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { InvalidSdistFilename, InvalidTag, InvalidWheelFilename } from "./errors.ts";
import { parseTagSet, type Tag } from "./tag.ts";

export interface WheelFilename {
  readonly name: NormalizedName;
  readonly version: Version;
  /** The leading digits of the build tag and what follows them; later builds sort after earlier ones (PEP 427). */
  readonly build?: readonly [number, string];
  readonly tags: readonly Tag[];
}

export interface SdistFilename {
  readonly name: NormalizedName;
  readonly version: Version;
}

/** PEP 427: the characters of an escaped project name. A run of underscores is none, but pip and uv install `my__lib-1.0`. */
const WHEEL_NAME = /^[\p{L}\p{N}_.]+$/u;
const BUILD_TAG = /^([0-9]+)(.*)/;

/**
 * `name-version(-build)?-interpreter-abi-platform.whl`, PEP 427, as leniently as `packaging.utils.parse_wheel_filename`; runs of underscores are let through.
 * @throws {InvalidWheelFilename}
 */
export function parseWheelFilename(filename: string): WheelFilename {
  const invalid = (reason: string, options?: ErrorOptions) => new InvalidWheelFilename(filename, reason, options);
  if (!filename.endsWith(".whl")) throw invalid("the extension must be .whl");
  const parts = filename.slice(0, -4).split("-");
  if (parts.length !== 5 && parts.length !== 6)
    throw invalid(`expected five or six parts between dashes, found ${parts.length}`);
  const [name = "", versionText = ""] = parts;
  if (!WHEEL_NAME.test(name)) throw invalid(`${JSON.stringify(name)} is no project name`);
  const version = tryParseVersion(versionText);
  if (!version) throw invalid(`${JSON.stringify(versionText)} is no version`);
  const build = parts.length === 6 ? BUILD_TAG.exec(parts[2] ?? "") : undefined;
  if (build === null) throw invalid(`the build tag ${JSON.stringify(parts[2])} does not begin with a digit`);
  return {
    name: normalizeName(name),
    version,
    ...(build ? { build: [Number(build[1]), build[2] ?? ""] as const } : {}),
    tags: tagsOf(parts.slice(-3).join("-"), invalid),
  };
}

function tagsOf(text: string, invalid: (reason: string, options: ErrorOptions) => Error): readonly Tag[] {
  try {
    return parseTagSet(text);
  } catch (error) {
    if (error instanceof InvalidTag) throw invalid(error.reason, { cause: error });
    throw error;
  }
}

/** The endings by which murre knows an archive of sources. PEP 625 knows only the first; the zips are those of old projects. */
export function isSourceArchive(filename: string): boolean {
  return /\.(?:tar\.gz|tgz|zip)$/i.test(filename);
}

/**
 * `name-version.tar.gz` or `.zip`. A version has no dash since PEP 625, so the last dash separates; when `project` is
 * given, an old file name such as `foo-1.0-1.tar.gz` is read as version `1.0-1` of `foo`.
 * @throws {InvalidSdistFilename}
 */
export function parseSdistFilename(filename: string, project?: NormalizedName): SdistFilename {
  const extension = [".tar.gz", ".zip"].find((ending) => filename.endsWith(ending));
  if (extension === undefined) throw new InvalidSdistFilename(filename, "the extension must be .tar.gz or .zip");
  const stem = filename.slice(0, -extension.length);
  const known = project === undefined ? undefined : versionOfProject(stem, project);
  if (known) return known;
  const dash = stem.lastIndexOf("-");
  if (dash < 0) throw new InvalidSdistFilename(filename, "there is no dash between a name and a version");
  if (dash === 0) throw new InvalidSdistFilename(filename, "the project name is empty");
  const version = tryParseVersion(stem.slice(dash + 1));
  if (!version) throw new InvalidSdistFilename(filename, `${JSON.stringify(stem.slice(dash + 1))} is no version`);
  return { name: normalizeName(stem.slice(0, dash)), version };
}

function versionOfProject(stem: string, project: NormalizedName): SdistFilename | undefined {
  const version = tryParseVersion(versionAfter(stem, project) ?? "");
  return version && { name: project, version };
}

/**
 * What stands behind the project's name in `name-version`, where dashes may be in both: there is one dash at most before which everything
 * normalizes to `project`, and which no further sign follows, as none begins a version.
 */
export function versionAfter(stem: string, project: string): string | undefined {
  if (stem.startsWith("-")) return undefined;
  const isOpen = project.endsWith("-");
  let signs = project.split("-").length - (isOpen ? 1 : 0);
  for (const { 0: run, index } of stem.matchAll(/[-_.]+/g)) {
    if (--signs > 0) continue;
    const dash = index + run.length - 1;
    const isBetween = stem[dash] === "-" && run.length > 1 === isOpen;
    return isBetween && normalizeName(stem.slice(0, dash)) === project ? stem.slice(dash + 1) : undefined;
  }
  return undefined;
}
