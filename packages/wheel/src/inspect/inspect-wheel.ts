import type { ArchiveEntry } from "../archive/archive-entries.ts";
import { checkRecord } from "./check-record.ts";
import { identityProblems, type WheelIdentity } from "../metadata/dist-info.ts";
import { parseEntryPoints, type EntryPoint } from "../metadata/entry-points.ts";
import { wheelError, type WheelErrorCode, type WheelProblem } from "../errors.ts";
import { unsafePathReason } from "../archive/member-paths.ts";
import { parseMetadata } from "../metadata/metadata.ts";
import { readRecord, type RecordEntry } from "../metadata/record.ts";
import { distInfoSizeProblem } from "../archive/check-sizes.ts";
import type { UnpackedWheel } from "./unpacked-wheel.ts";
import { parseWheelFile, type WheelFile } from "../metadata/wheel-file.ts";

/** The version of the wheel format that is understood; a higher minor is, by PEP 427, compatible. */
const knownWheelVersion = [1, 0] as const;

export interface InspectedWheel {
  readonly wheel: Omit<
    UnpackedWheel,
    "directories" | "files" | "totalBytes" | "archiveSha256" | "caseCollisions" | "recordProblems"
  >;
  /** The rows of RECORD whose hash the data of the member has to have. */
  readonly rows: ReadonlyMap<string, RecordEntry>;
  /** How RECORD and the members disagree, which makes no wheel unusable. */
  readonly recordProblems: readonly WheelProblem[];
  /** `NAME-VERSION.data/scripts/`, where the wheel has one: all files below it are executable. */
  readonly dataScripts: string;
  readonly problems: readonly WheelProblem[];
}

/**
 * What the `.dist-info` folder says, and everything wrong with it.
 * @param placeOf where a path of the archive belongs
 */
export function inspectWheel(
  entries: readonly ArchiveEntry[],
  distInfo: string,
  identity: WheelIdentity,
  placeOf: (path: string) => string,
  read: (entry: ArchiveEntry) => Buffer,
  platform: string,
): InspectedWheel {
  const byPath = new Map(entries.map((entry) => [entry.path!, entry]));
  const problems: WheelProblem[] = [];
  const parsed = distInfoParser(byPath, `${distInfo}/`, identity.filename, read, problems);
  const metadataText = parsed("METADATA", (text) => text, "MURRE_INVALID_METADATA");
  const metadata =
    metadataText === undefined ? undefined : attempt(problems, () => parseMetadata(metadataText, identity.filename));
  if (metadata) problems.push(...identityProblems("METADATA", metadata.name, metadata.version, identity));
  const wheelFile = parsed("WHEEL", (text) => parseWheelFile(text, identity.filename), "MURRE_INVALID_METADATA");
  const record = parsed("RECORD", readRecord, "MURRE_INVALID_RECORD");
  const checked = record ? checkRecord(record, entries, distInfo, placeOf) : undefined;
  const points = byPath.has(`${distInfo}/entry_points.txt`)
    ? parsed("entry_points.txt", (text) => parseEntryPoints(text, identity.filename), "MURRE_INVALID_ENTRY_POINTS")
    : undefined;
  const entryPoints = { console: points?.get("console_scripts") ?? [], gui: points?.get("gui_scripts") ?? [] };
  problems.push(...scriptProblems([...entryPoints.console, ...entryPoints.gui], platform));
  const warnings = wheelFile ? versionWarnings(wheelFile, problems) : [];
  return {
    wheel: {
      distInfo,
      name: metadata?.name ?? "",
      version: metadata?.version ?? "",
      rootIsPurelib: wheelFile?.rootIsPurelib ?? false,
      wheelTags: wheelFile?.tags ?? [],
      entryPoints,
      metadataText: metadataText ?? "",
      warnings,
    },
    rows: checked?.rows ?? new Map(),
    recordProblems: checked?.problems ?? [],
    dataScripts: `${distInfo.slice(0, -".dist-info".length)}.data/scripts/`,
    problems,
  };
}

type DistInfoParser = <T>(name: string, parse: (text: string) => T, code: WheelErrorCode) => T | undefined;

/** Parses files of the dist-info folder; where that fails, the result is undefined and a problem is noted. */
function distInfoParser(
  byPath: ReadonlyMap<string, ArchiveEntry>,
  prefix: string,
  archive: string,
  read: (entry: ArchiveEntry) => Buffer,
  problems: WheelProblem[],
): DistInfoParser {
  return (name, parse, code) => {
    const entry = byPath.get(prefix + name);
    const tooLarge = entry && distInfoSizeProblem(name, entry, [...byPath.values()]);
    if (entry && !tooLarge) return attempt(problems, () => parse(decode(read(entry), name, archive, code)));
    problems.push(tooLarge ?? { code: "MURRE_INVALID_WHEEL", text: `has no ${prefix}${name}` });
    return undefined;
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The text of a file that must be UTF-8. */
export function decode(data: Buffer, name: string, archive: string, code: WheelErrorCode): string {
  try {
    return utf8.decode(data);
  } catch (error) {
    throw wheelError(archive, [{ code, text: `${name} is not UTF-8` }], { cause: error });
  }
}

function attempt<T>(problems: WheelProblem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Error && "problems" in error)) throw error;
    problems.push(...(error.problems as readonly WheelProblem[]));
    return undefined;
  }
}

/** Scripts become files of that name, so the name must be one, and they call something. */
function scriptProblems(scripts: readonly EntryPoint[], platform: string): WheelProblem[] {
  return scripts.flatMap(({ name, module, attribute }): WheelProblem[] => {
    const reason = name.includes("/") ? "holds a slash" : unsafePathReason(name, platform);
    if (reason !== undefined)
      return [{ code: "MURRE_UNSAFE_PATH", path: name, text: `the script ${JSON.stringify(name)} ${reason}` }];
    if (attribute !== undefined) return [];
    const text = `the script ${name} refers to the module ${module}, expected module:function`;
    return [{ code: "MURRE_INVALID_ENTRY_POINTS", text }];
  });
}

function versionWarnings({ wheelVersion: [major, minor] }: WheelFile, problems: WheelProblem[]): string[] {
  const written = `Wheel-Version ${major}.${minor}`;
  if (major !== knownWheelVersion[0])
    problems.push({
      code: "MURRE_UNSUPPORTED_WHEEL",
      text: `has the ${written}, only 1.x is known; a newer murre may read it`,
    });
  else if (minor > knownWheelVersion[1]) return [`${written} is newer than the known ${knownWheelVersion.join(".")}`];
  return [];
}
