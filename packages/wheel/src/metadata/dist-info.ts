import { isSameVersion } from "@murre/pep440";
import { normalizeName } from "@murre/pep508";
import { parseWheelFilename, versionAfter } from "@murre/platform-tags";
import { wheelError, type WheelProblem } from "../errors.ts";

/** Project and version as the wheel's filename gives them. */
export interface WheelIdentity {
  readonly filename: string;
  /** Normalized (PEP 503). */
  readonly name: string;
  /** Normalized (PEP 440); inside the wheel it may be spelled otherwise: 1.0 is 1.0.0, v1.0 and 0!1. */
  readonly version: string;
}

/** @throws {InvalidWheel} when the filename is none of a wheel; the cause says why. */
export function wheelIdentity(filename: string): WheelIdentity {
  try {
    const { name, version } = parseWheelFilename(filename);
    return { filename, name, version: version.toString() };
  } catch (error) {
    const text = `is not the filename of a wheel (${(error as Error).message})`;
    throw wheelError(filename, [{ code: "MURRE_INVALID_WHEEL", text }], { cause: error });
  }
}

/**
 * Whether a wheel that was unpacked under another filename would pass under this one: its dist-info folder and METADATA are of the project and
 * version that the name gives.
 */
export function fitsFilename(
  wheel: { readonly distInfo: string; readonly name: string; readonly version: string },
  filename: string,
): boolean {
  const stem = stemOf(wheel.distInfo, ".dist-info");
  // Nearly always they are spelled alike. A stem of more parts could be read in two ways.
  if (filename.startsWith(`${stem}-`) && stem.indexOf("-") === stem.lastIndexOf("-")) return true;
  try {
    return fitsIdentity(wheel, wheelIdentity(filename));
  } catch {
    return false;
  }
}

function fitsIdentity(
  { distInfo, name, version }: Parameters<typeof fitsFilename>[0],
  identity: WheelIdentity,
): boolean {
  return (
    identityProblems("METADATA", name, version, identity).length === 0 &&
    isStemOf(stemOf(distInfo, ".dist-info"), identity)
  );
}

/** What is wrong with a name and a version found inside the wheel, in the words of where they were found. */
export function identityProblems(
  where: string,
  name: string,
  version: string,
  identity: WheelIdentity,
): WheelProblem[] {
  const problems: WheelProblem[] = [];
  const report = (expected: string, actual: string, what: string) =>
    problems.push({
      code: "MURRE_INVALID_WHEEL",
      expected,
      actual,
      text: `${where} has the ${what} ${actual}, the filename ${expected}`,
    });
  if (normalizeName(name) !== identity.name) report(identity.name, name, "name");
  if (!isSameVersion(version, identity.version)) report(identity.version, version, "version");
  return problems;
}

/**
 * The one `.dist-info` folder at the root of the archive.
 * @returns its name, or what is wrong: there must be exactly one, and it must fit the filename (PEP 427).
 */
export function findDistInfo(paths: Iterable<string>, identity: WheelIdentity): string | WheelProblem {
  const found = new Set<string>();
  for (const path of paths) {
    const slash = path.indexOf("/");
    if (slash > 0 && path.startsWith(".dist-info", slash - 10)) found.add(path.slice(0, slash));
  }
  const [folder] = found;
  if (folder === undefined) return { code: "MURRE_INVALID_WHEEL", text: "has no .dist-info folder" };
  if (found.size > 1)
    return {
      code: "MURRE_INVALID_WHEEL",
      text: `has ${found.size} .dist-info folders: ${[...found].toSorted().join(", ")}`,
    };
  if (isStemOf(stemOf(folder, ".dist-info"), identity)) return folder;
  return {
    code: "MURRE_INVALID_WHEEL",
    path: folder,
    text: `has the folder ${folder}, which is that of another distribution`,
  };
}

/** The folder of the archive's root that a path lies in; empty for a file there. */
const rootFolder = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));

const stemOf = (folder: string, ending: string): string => folder.slice(0, -ending.length);

/**
 * The `.data` folder goes with the `.dist-info` folder, whose name may be spelled otherwise (`My_Lib-1.0.data` beside `my_lib-1.0.dist-info`).
 * @returns where a member or row of RECORD belongs: its own path, in the one spelling of that folder.
 */
export function dataFolderPlaces(
  paths: Iterable<string>,
  distInfo: string,
  identity: WheelIdentity,
): (path: string) => string {
  const usual = `${stemOf(distInfo, ".dist-info")}.data`;
  const others = new Set<string>();
  for (const path of paths) {
    const folder = rootFolder(path);
    if (folder.endsWith(".data") && folder !== usual && isStemOf(stemOf(folder, ".data"), identity)) others.add(folder);
  }
  if (others.size === 0) return (path) => path;
  return (path) => {
    const folder = rootFolder(path);
    return others.has(folder) ? `${usual}${path.slice(folder.length)}` : path;
  };
}

/** Old wheels have dashes in escaped names and versions. */
function isStemOf(stem: string, identity: WheelIdentity): boolean {
  const version = versionAfter(stem, identity.name);
  if (version === undefined) return false;
  return isSameVersion(version, identity.version) || isSameVersion(version.replaceAll("_", "-"), identity.version);
}
