import { joinMarkers, type NormalizedName, parseMarker, Requirement } from "@murre/pep508";

/** How many groups, or extras, may stand inside each other, and how many visits with a condition there may be. */
const limits = { depth: 100, conditional: 1000 };

/** A name, and the markers under which it is reached. */
export interface Visit {
  readonly name: NormalizedName;
  readonly conditions: readonly string[];
  /** The names that led here, the first one first. */
  readonly path: readonly string[];
}

/**
 * Walks over groups, or extras, that name each other: each once per condition, because a second time adds nothing. Who writes them is a stranger:
 * depth and number of visits are bounded.
 */
export class Expansion {
  readonly #seen = new Set<string>();
  #conditional = 0;

  /** @returns whether there is anything to do for the visit; a text where it goes too far */
  enter({ name, conditions, path }: Visit): boolean | string {
    if (path.length > limits.depth) return `${path[0]} leads more than ${limits.depth} names deep`;
    const key = JSON.stringify([name, ...new Set(conditions)]);
    if (this.#seen.has(key) || this.#seen.has(JSON.stringify([name]))) return false;
    this.#seen.add(key);
    if (conditions.length > 0) this.#conditional++;
    return this.#conditional <= limits.conditional || `${path[0]} leads to others under too many conditions`;
  }
}

/** The requirement where all of the markers hold as well. */
export function underConditions(requirement: Requirement, conditions: readonly string[]): Requirement {
  if (conditions.length === 0) return requirement;
  const { name, extras, specifiers, url, marker } = requirement;
  const all = [...(marker === undefined ? [] : [String(marker)]), ...conditions];
  return new Requirement(name, extras, specifiers, url, parseMarker(joinMarkers(all, "and")));
}
