import { wheelError, type WheelProblem } from "../errors.ts";

/** One entry point (entry points specification): a name for an object of a module. */
export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  /** Dotted; absent where the module itself is meant. */
  readonly attribute?: string;
  readonly extras: readonly string[];
}

/** Each is a file of the environment; of about 950 wheels in use, none has more than 44. */
const mostScripts = 10_000;

/** The groups that installers make scripts of. What the others hold is between those who write and those who read them. */
const installedGroups = new Set(["console_scripts", "gui_scripts"]);

/**
 * Reads entry_points.txt: `[group]` lines, `name = reference` lines, blank lines and comments from `#` or `;`. As for Python's configparser, a
 * reference goes on in lines that are indented further than its first; as for importlib, such a line may be an entry of its own.
 * Of several entries with one name in a group the last counts, as for pip.
 * @param source what to call the file in errors
 * @returns the entry points of each group, in order of appearance; in groups that nobody installs, lines that are none are left out
 * @throws {InvalidEntryPoints} with every bad line among the scripts, when there is one.
 */
export function parseEntryPoints(
  text: string,
  source = "entry_points.txt",
): ReadonlyMap<string, readonly EntryPoint[]> {
  const groups = new Map<string, Map<string, EntryPoint>>();
  const problems: WheelProblem[] = [];
  let group: Map<string, EntryPoint> | undefined;
  let isInstalled = false;
  for (const { line, number } of logicalLines(text)) {
    const header = /^\[(.*)\]$/.exec(line);
    if (header) {
      const name = header[1]!.trim();
      isInstalled = installedGroups.has(name);
      group = groups.get(name) ?? new Map();
      groups.set(name, group);
      continue;
    }
    const problem = group && addEntryPoint(line, group);
    if (problem !== undefined && isInstalled)
      problems.push({ code: "MURRE_INVALID_ENTRY_POINTS", text: `entry_points.txt line ${number}: ${problem}` });
  }
  const scripts = [...installedGroups].reduce((sum, name) => sum + (groups.get(name)?.size ?? 0), 0);
  if (scripts > mostScripts)
    problems.push({
      code: "MURRE_INVALID_ENTRY_POINTS",
      text: `entry_points.txt has ${scripts} scripts, more than the limit of ${mostScripts}`,
    });
  if (problems.length > 0) throw wheelError(source, problems);
  return new Map([...groups].map(([name, points]) => [name, [...points.values()]]));
}

interface LogicalLine {
  line: string;
  /** Of its first line, from 1. */
  readonly number: number;
}

/** Lines without comments, each with those that it goes on in. */
function logicalLines(text: string): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let entry: (LogicalLine & { readonly indent: number }) | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const indent = raw.length - raw.trimStart().length;
    const isWhole = line.startsWith("[") ? line.endsWith("]") : line.includes("=");
    if (entry !== undefined && indent > entry.indent && !isWhole) {
      entry.line += ` ${line}`;
      continue;
    }
    const next = { line, number: index + 1, indent };
    found.push(next);
    entry = line.startsWith("[") ? undefined : next;
  }
  return found;
}

/** Adds the entry of one line to its group; returns what is wrong with it, if anything. */
function addEntryPoint(line: string, group: Map<string, EntryPoint>): string | undefined {
  const equals = line.indexOf("=");
  const name = line.slice(0, Math.max(0, equals)).trim();
  if (name === "") return `expected name = module:attribute, found ${JSON.stringify(line)}`;
  const value = line.slice(equals + 1).trim();
  // reference = module [ ":" attribute ] [ "[" extras "]" ], as importlib.metadata reads it.
  const match = /^([\p{L}\p{N}_.]+)\s*(?::\s*([\p{L}\p{N}_.]+)\s*)?(?:\[(.*)\]\s*)?$/u.exec(value);
  if (!match) return `${name} refers to ${JSON.stringify(value)}, expected module:attribute`;
  const [, module = "", attribute, extras] = match;
  group.delete(name);
  group.set(name, {
    name,
    module,
    ...(attribute === undefined ? {} : { attribute }),
    extras: (extras ?? "")
      .split(",")
      .map((extra) => extra.trim())
      .filter((extra) => extra !== ""),
  });
  return undefined;
}
