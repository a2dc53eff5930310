import { type Condition, Conditions, type NormalizedName, Requirement } from "@murre/pep508";
import type { PythonNeed } from "./provider-rules.ts";

/**
 * A package of the solver: a project, one of its extras, or what stands for one of these.
 *
 * - `proxy`: what a requirement with a marker or an extra asks for. It needs what it stands for in its own version, and nothing else.
 * - `copy`: the project or extra once more, as it is needed under a marker.
 */
export interface PythonPackage {
  readonly project: NormalizedName;
  readonly extra: NormalizedName | undefined;
  readonly role?: "proxy" | "copy";
  /** Of a proxy: the packages that it needs in its version. */
  readonly standsFor?: readonly string[];
}

/** A need, and where it counts when its declarer is selected. */
export interface PlacedNeed {
  readonly need: PythonNeed;
  readonly where: string;
}

/** Everywhere. */
export const everywhere = "";

/** Between the conditions that all hold in a place; no marker has it. */
const and = " & ";
const mostPlaces = 16;

const partsOf = (where: string): readonly string[] => (where === everywhere ? [] : where.split(and));

/** Whether all that holds in the outer place holds in this one. */
function isWithin(where: string, outer: string): boolean {
  const parts = new Set(partsOf(where));
  return partsOf(outer).every((part) => parts.has(part));
}

/**
 * uv's packages: what is required under a marker, and what is required with an extra, is a package of its own, of which conflicts are counted
 * and for which decisions are made. Where nothing conflicts they change nothing; where something does, they decide what is given up for it.
 */
export class Proxies {
  private readonly packages: Map<string, PythonPackage>;
  private readonly conditions = new Conditions();
  private readonly numbers = new Map<Condition, string>();

  constructor(packages: Map<string, PythonPackage>) {
    this.packages = packages;
  }

  /** The packages that a need asks for. */
  asked(project: NormalizedName, extras: readonly NormalizedName[], where: string): string[] {
    if (extras.length > 0) return extras.map((extra) => this.proxy(project, extra, where));
    return [where === everywhere ? this.plain(project, undefined) : this.proxy(project, undefined, where)];
  }

  /**
   * The needs with where they count. What the extras of the package itself need is among them: extras of one project that ask for one another
   * are no packages in between.
   */
  placed(
    own: PythonPackage | undefined,
    needs: readonly PythonNeed[],
    needsOf: (packageName: string) => readonly PythonNeed[],
  ): readonly PlacedNeed[] {
    const found = needs.map((need) => ({ need, where: this.where(need.requirement, own?.extra, everywhere) }));
    if (own === undefined || !needs.some((need) => asksForExtrasOf(own, need))) return found;
    const seen = new Map<string, string[]>();
    // What is added on the way is gone through too.
    for (const { need, where } of found) {
      if (!asksForExtrasOf(own, need)) continue;
      for (const extra of need.requirement.extras) {
        const name = this.plain(own.project, extra);
        const places = seen.get(name) ?? [];
        seen.set(name, places);
        // Extras that ask for one another under ever more markers: places only tell packages apart, and so many tell enough.
        const place = places.length < mostPlaces ? where : everywhere;
        if (places.some((other) => isWithin(place, other))) continue;
        places.push(place);
        for (const inner of needsOf(name))
          found.push({ need: inner, where: this.where(inner.requirement, extra, place) });
      }
    }
    const others = found.filter(({ need }) => !asksForExtrasOf(own, need));
    const limits = found
      .filter(({ need }) => asksForExtrasOf(own, need) && need.requirement.specifiers.specifiers.length > 0)
      .map(({ need, where }) => ({ need: { ...need, requirement: withoutExtras(need.requirement) }, where }));
    return [...others, ...limits];
  }

  /** Equal for equal sets of environments, `everywhere` for all of them. */
  where({ marker }: Requirement, extra: NormalizedName | undefined, within: string): string {
    if (marker === undefined) return within;
    try {
      const condition = this.conditions.of(marker);
      const without = condition.withExtra();
      const own = extra === undefined ? without : condition.withExtra(extra).and(without.not());
      return this.join(own.isAlways ? everywhere : this.numberOf(own), within);
    } catch {
      // Too complex to be compared with others: it is only itself.
      return this.join(marker.toString(), within);
    }
  }

  /** In an order of its own, each once, so that the same place has one name. */
  private join(own: string, within: string): string {
    return [...new Set([...partsOf(own), ...partsOf(within)])].toSorted().join(and);
  }

  private numberOf(condition: Condition): string {
    let number = this.numbers.get(condition);
    if (number === undefined) this.numbers.set(condition, (number = `${this.numbers.size}`));
    return number;
  }

  private proxy(project: NormalizedName, extra: NormalizedName | undefined, where: string): string {
    const name = `${nameOf(project, extra)} for ${where}`;
    if (!this.packages.has(name)) {
      const parts = extra === undefined ? [undefined] : [undefined, extra];
      const plain = parts.map((part) => this.plain(project, part));
      const copies = where === everywhere ? [] : parts.map((part) => this.copy(project, part, where));
      this.packages.set(name, { project, extra, role: "proxy", standsFor: [...plain, ...copies] });
    }
    return name;
  }

  private copy(project: NormalizedName, extra: NormalizedName | undefined, where: string): string {
    return this.add(`${nameOf(project, extra)} in ${where}`, { project, extra, role: "copy" });
  }

  private plain(project: NormalizedName, extra: NormalizedName | undefined): string {
    return this.add(nameOf(project, extra), { project, extra });
  }

  private add(name: string, made: PythonPackage): string {
    if (!this.packages.has(name)) this.packages.set(name, made);
    return name;
  }
}

/** No project and no extra has a space in its name. */
export function nameOf(project: NormalizedName, extra: NormalizedName | undefined): string {
  return extra === undefined ? project : `${project}[${extra}]`;
}

function asksForExtrasOf(own: PythonPackage, { project, requirement }: PythonNeed): boolean {
  return project === own.project && requirement.extras.length > 0;
}

function withoutExtras({ name, specifiers, url, marker }: Requirement): Requirement {
  return new Requirement(name, [], specifiers, url, marker);
}
