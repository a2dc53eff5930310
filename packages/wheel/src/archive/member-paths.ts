import type { ArchiveEntry } from "./archive-entries.ts";
import { enoughProblems, type WheelProblem } from "../errors.ts";

const windowsReserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u001f\u007f]/;

/**
 * Why a path must not be used as a place below a folder, or undefined when it may.
 * Stricter than the standard in one point: control characters, which no wheel needs, are refused everywhere.
 * @param platform as `process.platform`: "win32" adds the names and characters that Windows does not allow
 */
export function unsafePathReason(path: string, platform: string): string | undefined {
  if (path === "") return "is empty";
  if (isTooLongPath(path) || isTooDeep(path)) return "is longer, or deeper, than a path can be";
  if (controlCharacter.test(path)) return "holds a control character";
  if (path.includes("\\")) return "holds a backslash";
  if (path.startsWith("/")) return "is absolute";
  if (/^[A-Za-z]:/.test(path)) return "begins with a drive letter";
  // One search finds every ".", ".." and empty part; the parts are looked at only then.
  if (/(^|\/)\.{0,2}(\/|$)/.test(path)) return "has a part that is empty, . or ..";
  if (platform !== "win32") return undefined;
  if (/[<>:"|?*]/.test(path)) return "holds a character that Windows does not allow";
  const bad = path.split("/").find((part) => windowsReserved.test(part) || /[. ]$/.test(part));
  return bad === undefined ? undefined : `has the part ${bad}, which Windows does not allow`;
}

/** Bytes; what file systems take for a name, and for a path with room for the folder that it is unpacked into. */
const longestPart = 255;
const longestPath = 3072;
/** Of about 950 wheels in use none has more than 15. Each folder of a path is a text of its own, as long as all before it. */
const mostFolders = 200;

export function isTooLongPath(path: string): boolean {
  if (path.length <= longestPart / 3) return false;
  const isLong = (text: string, limit: number) => Buffer.byteLength(text) > limit;
  return isLong(path, longestPath) || path.split("/").some((part) => isLong(part, longestPart));
}

const isTooDeep = (path: string): boolean => path.length > mostFolders && path.split("/").length > mostFolders;

export interface CheckedPaths {
  readonly problems: readonly WheelProblem[];
  /** One for each path. */
  readonly members: readonly ArchiveEntry[];
  /** Members whose path and checksum an earlier one has: their bytes have to be the same. */
  readonly repeats: readonly ArchiveEntry[];
  /** Entries for folders: a wheel's folders follow from its files. */
  readonly folders: readonly ArchiveEntry[];
  /** Parents before children, sorted; relative. */
  readonly directories: readonly string[];
  /** Paths that differ from another one only in case or Unicode form. */
  readonly caseCollisions: readonly string[];
}

/** Whether the platform's usual file system takes paths that differ only in case for one. */
const foldsCase = (platform: string): boolean => platform === "win32" || platform === "darwin";

/**
 * Checks the names and types of all members.
 * The rule for collisions: one path twice with different bytes, or a path that is both a file and a folder, is an invalid wheel everywhere;
 * paths that differ only in case are unsafe where the platform takes them for one, and a recorded fact elsewhere.
 */
export function checkPaths(entries: readonly ArchiveEntry[], platform: string): CheckedPaths {
  const problems: WheelProblem[] = [];
  const members = new Map<string, ArchiveEntry>();
  const repeats: ArchiveEntry[] = [];
  const folded = new Map<string, string>();
  const caseCollisions: string[] = [];
  const report = (code: WheelProblem["code"], path: string, reason: string) => {
    if (problems.length < enoughProblems) problems.push({ code, path, text: `${JSON.stringify(path)} ${reason}` });
  };

  const folders: ArchiveEntry[] = [];
  for (const entry of entries) {
    const { rawName, unixMode } = entry;
    const isFolder = entry.path?.endsWith("/") === true;
    const path = isFolder ? entry.path!.slice(0, -1) : entry.path;
    const shown = path ?? rawName.toString("latin1");
    const reason = path === undefined ? notUtf8 : unsafePathReason(path, platform);
    if (reason !== undefined) report("MURRE_UNSAFE_PATH", shown, reason);
    else if (!hasType(unixMode, isFolder ? 0o040000 : 0o100000))
      report("MURRE_UNSAFE_PATH", shown, "is a link or a special file");
    if (isFolder && entry.sizeBytes > 0) report("MURRE_CORRUPT_ARCHIVE", shown, "is a folder and has content");
    if (isFolder) folders.push(entry);
    if (path === undefined || isFolder || isTooLongPath(path) || isTooDeep(path)) continue;
    const earlier = members.get(path);
    if (earlier === undefined) members.set(path, entry);
    else if (!seemsEqual(earlier, entry)) report("MURRE_INVALID_WHEEL", path, differsFromItself);
    else repeats.push(entry);
    const fold = path.normalize("NFC").toLowerCase();
    const other = folded.get(fold);
    if (other !== undefined && other !== path) {
      caseCollisions.push(path);
      if (foldsCase(platform)) report("MURRE_UNSAFE_PATH", path, `is the same file as ${other} on this platform`);
    }
    folded.set(fold, path);
  }
  const directories = directoriesOf(members.keys());
  const asFolders = new Set([...directories, ...folders.map(({ path }) => path!.slice(0, -1))]);
  for (const folder of asFolders)
    if (members.has(folder)) report("MURRE_INVALID_WHEEL", folder, "is a file and a folder");
  return { problems, members: [...members.values()], repeats, folders, directories, caseCollisions };
}

/** What is wrong with a path that two members have. */
export const differsFromItself = "is in the archive twice, with different bytes";

/** As far as the central directory tells. */
function seemsEqual(one: ArchiveEntry, other: ArchiveEntry): boolean {
  return one.sizeBytes === other.sizeBytes && one.crc32 === other.crc32 && one.unixMode === other.unixMode;
}

export const notUtf8 = "is not UTF-8, or the archive does not say that it is";

/** That type, or none, as archives made on Windows have it. */
function hasType(unixMode: number, expected: number): boolean {
  const type = unixMode & 0o170000;
  return type === expected || type === 0;
}

/** The folders that the paths lie in, each once, parents before children. */
function directoriesOf(paths: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    let slash = path.lastIndexOf("/");
    while (slash > 0) {
      const directory = path.slice(0, slash);
      if (found.has(directory)) break;
      found.add(directory);
      slash = directory.lastIndexOf("/");
    }
  }
  return [...found].toSorted();
}
