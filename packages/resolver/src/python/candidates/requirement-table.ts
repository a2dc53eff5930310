import {
  type Marker,
  type MarkerEnvironment,
  type NormalizedName,
  parseLenientRequirement,
  redactUrl,
  Requirement,
} from "@murre/pep508";

import { KnownUrls } from "./known-urls.ts";

/** Is told of published metadata that is not what the standards ask for, and how it was read. */
export type OnRepair = (text: string, meant: string) => void;

/** Which requirements count, by their markers. */
export interface MarkerRule {
  /**
   * Without an extra: whether the marker holds when none is wanted. With one: whether that extra adds a requirement with this marker.
   * @throws whatever a marker without a meaning throws.
   */
  applies(marker: Marker | undefined, extra?: NormalizedName): boolean;
}

/** The markers that hold in one environment. */
export class EnvironmentRule implements MarkerRule {
  private readonly environment: MarkerEnvironment;

  constructor(environment: MarkerEnvironment) {
    this.environment = environment;
  }

  applies(marker: Marker | undefined, extra?: NormalizedName): boolean {
    const holds = marker?.evaluate(this.environment) ?? true;
    if (marker === undefined || extra === undefined) return holds;
    return !holds && marker.evaluate(this.environment, [extra]);
  }
}

/** A requirement together with what the target makes of it. */
export interface KnownRequirement {
  readonly requirement: Requirement;
  /** Whether the marker holds when no extra is wanted. */
  readonly applies: boolean;
  /** For the report: without the marker. */
  toString(): string;
}

interface Entry extends KnownRequirement {
  readonly withExtra: Map<NormalizedName, boolean>;
}

/** The same lines come back in the metadata of hundreds of versions, and for each target that is resolved for: each is parsed once. */
export class RequirementTexts {
  private readonly known = new Map<string, Requirement>();
  private readonly onRepair: OnRepair | undefined;

  constructor(onRepair: OnRepair | undefined) {
    this.onRepair = onRepair;
  }

  /** @throws {InvalidRequirement} */
  read(text: string): Requirement {
    let requirement = this.known.get(text);
    if (requirement === undefined) {
      requirement = parseLenientRequirement(text, (meant) => this.onRepair?.(text, meant));
      this.known.set(text, requirement);
    }
    return requirement;
  }
}

/** Requirements with what one target makes of them: the marker of each text is evaluated once. */
export class RequirementTable {
  private readonly rule: MarkerRule;
  private readonly texts: RequirementTexts;
  private readonly entries = new Map<string, Entry>();
  readonly urls = new KnownUrls();

  constructor(rule: MarkerRule, texts: RequirementTexts) {
    this.rule = rule;
    this.texts = texts;
  }

  know(given: Requirement): Entry {
    const requirement = this.spelled(given);
    const applies = this.rule.applies(requirement.marker);
    return { requirement, applies, withExtra: new Map(), toString: () => describe(requirement) };
  }

  /**
   * Those of the texts that apply: without `extra` to the distribution itself; with it, those that the extra adds.
   * @throws {InvalidRequirement} and whatever a marker without a meaning throws.
   */
  applicable(texts: readonly string[], extra: NormalizedName | undefined): KnownRequirement[] {
    const found: KnownRequirement[] = [];
    for (const text of texts) {
      let entry = this.entries.get(text);
      if (!entry) this.entries.set(text, (entry = this.know(this.texts.read(text))));
      if (extra === undefined ? entry.applies : this.isAdded(entry, extra)) found.push(entry);
    }
    return found;
  }

  private spelled(given: Requirement): Requirement {
    const { name, extras, specifiers, url, marker } = given;
    const known = url && this.urls.spelling(url);
    return known === url ? given : new Requirement(name, extras, specifiers, known, marker);
  }

  private isAdded(entry: Entry, extra: NormalizedName): boolean {
    let applies = entry.withExtra.get(extra);
    if (applies === undefined) {
      applies = entry.requirement.marker !== undefined && this.rule.applies(entry.requirement.marker, extra);
      entry.withExtra.set(extra, applies);
    }
    return applies;
  }
}

function describe({ normalizedName, extras, specifiers, url }: Requirement): string {
  const name = extras.length === 0 ? normalizedName : `${normalizedName}[${extras.join(",")}]`;
  return url === undefined ? `${name}${specifiers.toString()}` : `${name} @ ${redactUrl(url)}`;
}
