import {
  Conditions,
  isSameUrl,
  parseLenientRequirement,
  type Condition,
  parseMarker,
  type NormalizedName,
  type Requirement,
} from "@murre/pep508";
import type { MarkedDistribution } from "../compile/resolve-marked.ts";
import type { Replacements } from "../wanted/overrides.ts";
import type { Part } from "./parts.ts";

/** For each distribution the parts that lead to it, and where they do; undefined: everywhere. */
export type Reached = ReadonlyMap<
  MarkedDistribution,
  readonly { readonly part: Part; readonly marker: string | undefined }[]
>;

/**
 * Which of the parts lead to which distribution of their common result, and under which markers: each part is followed by itself, through what
 * distributions need with the extras that it asks for.
 * @param scope for what the result is; markers say nothing of what holds there anyway
 */
export function reach(
  parts: readonly Part[],
  distributions: readonly MarkedDistribution[],
  replacements: Replacements,
  conditions: Conditions,
  scope: Condition,
): Reached {
  const walk = new Walk(distributions, replacements, conditions);
  const reached = new Map<MarkedDistribution, { part: Part; marker: string | undefined }[]>(
    distributions.map((distribution) => [distribution, []]),
  );
  for (const part of parts)
    for (const [distribution, condition] of walk.from(part)) {
      const rest = condition.assuming(scope);
      reached.get(distribution)?.push({ part, marker: rest.isAlways ? undefined : `${rest}` });
    }
  return reached;
}

class Walk {
  readonly #byName = new Map<NormalizedName, MarkedDistribution[]>();
  readonly #needs = new Map<MarkedDistribution, readonly Requirement[]>();
  readonly #conditions: Conditions;
  readonly #replacements: Replacements;

  constructor(distributions: readonly MarkedDistribution[], replacements: Replacements, conditions: Conditions) {
    this.#conditions = conditions;
    this.#replacements = replacements;
    for (const one of distributions) {
      const { name } = one.distribution;
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), one]);
      this.#needs.set(one, (one.requiresDist ?? []).flatMap(read));
    }
  }

  from(part: Part): ReadonlyMap<MarkedDistribution, Condition> {
    const seen = new Map<MarkedDistribution, Map<string, Condition>>();
    const pending: (readonly [MarkedDistribution, string, Condition])[] = [];
    const enter = (requirement: Requirement, where: Condition) => {
      for (const target of this.#targetsOf(requirement)) {
        const marker = target.marker === undefined ? undefined : parseMarker(target.marker);
        const condition = where.and(this.#conditions.of(marker));
        if (condition.isNever) continue;
        const known = seen.get(target) ?? new Map<string, Condition>();
        seen.set(target, known);
        for (const extra of ["", ...requirement.extras]) {
          const before = known.get(extra) ?? this.#conditions.never;
          const now = before.or(condition);
          if (now === before) continue;
          known.set(extra, now);
          pending.push([target, extra, now]);
        }
      }
    };
    for (const entry of part.entries)
      if (entry.kind === "named") this.#enter(entry.requirement, this.#conditions.of(entry.requirement.marker), enter);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [distribution, extra, where] = next;
      for (const requirement of this.#needs.get(distribution) ?? []) {
        const marker = this.#conditions.of(requirement.marker);
        const own = extra === "" ? marker.withExtra() : marker.withExtra(extra);
        if (!own.isNever) this.#enter(requirement, where.and(own), enter);
      }
    }
    return new Map(
      [...seen].map(([distribution, extras]) => [distribution, [...extras.values()].reduce((a, b) => a.or(b))]),
    );
  }

  #enter(
    requirement: Requirement,
    where: Condition,
    enter: (requirement: Requirement, where: Condition) => void,
  ): void {
    const { overrides, excludes } = this.#replacements;
    const { normalizedName: name } = requirement;
    if (excludes.includes(name)) return;
    const others = overrides.filter((one) => one.requirement.normalizedName === name);
    if (others.length === 0) enter(requirement, where);
    for (const other of others) enter(other.requirement, where.and(this.#conditions.of(other.requirement.marker)));
  }

  #targetsOf({ normalizedName, url }: Requirement): readonly MarkedDistribution[] {
    const all = this.#byName.get(normalizedName) ?? [];
    if (url === undefined || all.length === 1) return all;
    return all.filter(({ distribution: { directUrl } }) => directUrl !== undefined && isSameUrl(directUrl, url));
  }
}

function read(text: string): Requirement[] {
  try {
    return [parseLenientRequirement(text)];
  } catch {
    return []; // it was passed over, with a warning, when it was resolved
  }
}
