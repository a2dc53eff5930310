import { repairSpecifiers } from "@murre/pep440";
import { InvalidRequirement } from "./errors.ts";
import { markerSearch } from "./marker.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";

/** Name and extras. */
const head = /^\s*[a-z0-9][a-z0-9._-]*\s*(?:\[[^\]]*\])?/i;

/**
 * For the Requires-Dist of distributions that are published and stay as they are: reads what `parseRequirement` reads, and what it
 * reads after known mistakes are repaired (`repairSpecifiers` of @murre/pep440, commas too many, a `;` with nothing behind it, no
 * blank between a URL and its marker).
 * @param onRepair is told the text that was taken instead.
 * @throws {InvalidRequirement} as `parseRequirement` for the text as it was.
 */
export function parseLenientRequirement(text: string, onRepair?: (meant: string) => void): Requirement {
  const separated = separateMarker(text);
  if (separated === text)
    try {
      return parseRequirement(text);
    } catch (error) {
      if (!(error instanceof InvalidRequirement)) throw error;
    }
  for (const meant of [separated, repair(separated)]) {
    const requirement = meant === text ? undefined : tryParse(meant);
    if (requirement === undefined) continue;
    onRepair?.(meant);
    return requirement;
  }
  return parseRequirement(text);
}

/**
 * `name @ URL; marker` with a blank before the `;`, as PEP 508 asks for it: pip and uv take a marker that follows the URL directly. A `;`
 * that no marker follows belongs to the URL.
 */
export function separateMarker(text: string): string {
  const url = /^[^@;]*@\s*\S+/.exec(text)?.[0] ?? "";
  let end = url.indexOf(";");
  if (end < 0) return text;
  const isMarkerFrom = markerSearch(text);
  for (; end >= 0; end = url.indexOf(";", end + 1))
    if (isMarkerFrom(end + 1)) return `${text.slice(0, end)} ${text.slice(end)}`;
  return text;
}

function repair(text: string): string {
  const start = head.exec(text)?.[0];
  const rest = text.slice(start?.length);
  const end = rest.search(/[@;]/);
  if (start === undefined || rest[end] === "@") return text.replace(/(?<![\s;])[\s;]+$/, "");
  const [specifiers, marker] = end < 0 ? [rest, ""] : [rest.slice(0, end), rest.slice(end)];
  const clauses = repairSpecifiers(specifiers)
    .split(",")
    .map((clause) => clause.trim());
  const meant = clauses.filter((clause) => clause !== "").join(",");
  return start.trimEnd() + meant + (/^[\s;]*$/.test(marker) ? "" : ` ${marker}`);
}

function tryParse(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof InvalidRequirement) return undefined;
    throw error;
  }
}
