import { wheelError, type WheelProblem } from "./errors.ts";

/** One entry point (entry points specification): a name for an object of a module. */
export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  /** Dotted; absent where the module itself is meant. */
  readonly attribute?: string;
  readonly extras: readonly string[];
}

// reference = module [ ":" attribute ] [ "[" extras "]" ], as importlib.metadata reads it.
const reference = /^([\p{L}\p{N}_.]+)\s*(?::\s*([\p{L}\p{N}_.]+)\s*)?(?:\[(.*)\]\s*)?$/u;

/**
 * Reads entry_points.txt: `[group]` lines, `name = reference` lines, blank lines and comments from `#` or `;`.
 * Of several entries with one name in a group the last counts, as for pip.
 * @param source what to call the file in errors
 * @returns the entry points of each group, in order of appearance
 * @throws {InvalidEntryPoints} with every bad line, when there is one.
 */
export function parseEntryPoints(
  text: string,
  source = "entry_points.txt",
): ReadonlyMap<string, readonly EntryPoint[]> {
  const groups = new Map<string, Map<string, EntryPoint>>();
  const problems: WheelProblem[] = [];
  let group: Map<string, EntryPoint> | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const header = /^\[(.*)\]$/.exec(line);
    if (header) {
      const name = header[1]!.trim();
      group = groups.get(name) ?? new Map();
      groups.set(name, group);
      continue;
    }
    const problem = group ? addEntryPoint(line, group) : "an entry stands before the first [group]";
    if (problem !== undefined)
      problems.push({ code: "MURRE_INVALID_ENTRY_POINTS", text: `entry_points.txt line ${index + 1}: ${problem}` });
  }
  if (problems.length > 0) throw wheelError(source, problems);
  return new Map([...groups].map(([name, points]) => [name, [...points.values()]]));
}

/** Adds the entry of one line to its group; returns what is wrong with it, if anything. */
function addEntryPoint(line: string, group: Map<string, EntryPoint>): string | undefined {
  const equals = line.indexOf("=");
  const name = line.slice(0, Math.max(0, equals)).trim();
  if (name === "") return `expected name = module:attribute, found ${JSON.stringify(line)}`;
  const value = line.slice(equals + 1).trim();
  const match = reference.exec(value);
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
