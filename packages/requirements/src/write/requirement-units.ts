import { normalizeName, parseRequirement, type NormalizedName } from "@murre/pep508";
import { splitLine } from "../file/line-options.ts";
import { lineEnd, logicalLines } from "../file/logical-lines.ts";

/** A line of a file with those that continue it, to be replaced as a whole. */
export interface Unit {
  /** With the ends of its lines. */
  text: string;
  /** Where it stands among the units, from 1. */
  readonly at: number;
  /** Number of its first line, from 1. */
  readonly number: number;
  /** The project that it names, if it is a requirement. */
  readonly name?: NormalizedName;
  /** Whether it is an indented comment: it belongs to the requirement above. */
  readonly isNote: boolean;
  /** What is added after it. */
  readonly added: { readonly name: NormalizedName; readonly text: string }[];
}

const lineEnds = new RegExp(lineEnd.source, "g");

/** A text's lines with their ends. */
export function physicalLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const found of text.matchAll(lineEnds)) {
    lines.push(text.slice(start, found.index + found[0].length));
    start = found.index + found[0].length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** A line without its end. */
export const withoutEnd = (line: string): string => line.slice(0, lineEnd.exec(line)?.index);

/** The units of a file: continued lines are one, as when it is read. */
export function readUnits(text: string): readonly Unit[] {
  const units: Unit[] = [];
  let open: string[] = [];
  const close = (next: number): void => {
    units.push(unitOf(open.join(""), units.length + 1, next - open.length + 1));
    open = [];
  };
  const lines = physicalLines(text);
  for (const [at, line] of lines.entries()) {
    open.push(line);
    const content = withoutEnd(line);
    if (!content.endsWith("\\") || /^\s*#/.test(content)) close(at + 1);
  }
  if (open.length > 0) close(lines.length);
  return units;
}

function unitOf(text: string, at: number, number: number): Unit {
  const name = projectOf(text);
  return { text, at, number, ...(name === undefined ? {} : { name }), isNote: /^[ \t]+#/.test(text), added: [] };
}

/** The project whose requirement a unit's text is. */
function projectOf(text: string): NormalizedName | undefined {
  const [line] = logicalLines(text.replace(/^\uFEFF/, ""), {});
  const requirement = line === undefined ? "" : splitLine(line.text).requirement.trim();
  if (!/^[A-Za-z0-9]/.test(requirement)) return undefined;
  try {
    return normalizeName(parseRequirement(requirement).name);
  } catch {
    return undefined;
  }
}
