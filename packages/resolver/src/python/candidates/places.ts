import type { NormalizedName, Requirement } from "@murre/pep508";
import type { DistributionMetadata } from "./source.ts";

/** One version of one package of the solver that asks for a candidate, by the names that outlive an attempt. */
export interface Sponsor {
  readonly packageName: string;
  readonly project: NormalizedName;
  readonly extra: NormalizedName | undefined;
  /** Of the requirer's own candidate. */
  readonly candidate: string;
}

/**
 * One more kind of package: a conditional candidate needs it, and each of its versions needs one of the distributions that ask for the
 * candidate. So the candidate is selected where one of those is, and a conflict with all of them is a proof like any other.
 */
export interface Sponsorship {
  readonly project: NormalizedName;
  readonly candidate: string;
}

/**
 * Where one project comes from, as far as the requirements seen so far tell. It outlives attempts: an attempt that finds that a place is missing is
 * given up, and the next one begins with it.
 */
export class Place {
  /** A direct requirement, a constraint or an override gives this URL: nothing else counts. */
  readonly bound: string | undefined;
  /** The URLs that requirements of distributions give, in the order in which they were met. */
  readonly urls: string[] = [];
  readonly installed: DistributionMetadata | undefined;
  private isWanted = false;
  /** Candidates that no choice may rest on, because only what rests on them asked for them. */
  readonly banned = new Set<string>();
  private readonly sponsors = new Map<string, Sponsor[]>();

  constructor(bound: string | undefined, installed: DistributionMetadata | undefined) {
    this.bound = bound;
    this.installed = bound === undefined ? installed : undefined;
  }

  /** What is installed, and what a URL leads to, does as long as it satisfies: the index is asked where something wants more. */
  get asksIndex(): boolean {
    if (this.bound !== undefined) return false;
    return this.isWanted || (this.installed === undefined && this.urls.length === 0);
  }

  /** Returns whether the index had not been asked so far. */
  wantIndex(): boolean {
    const isNew = this.bound === undefined && !this.asksIndex;
    this.isWanted = true;
    return isNew;
  }

  /** Whether what is installed does for the requirement. */
  satisfies({ specifiers }: Requirement): boolean {
    return this.installed !== undefined && specifiers.contains(this.installed.version, { prereleases: true });
  }

  /** Those that ask for a candidate which may only be taken where something does. */
  sponsorsOf(candidate: string): readonly Sponsor[] {
    return this.sponsors.get(candidate) ?? [];
  }

  /** Returns whether it was not known yet. */
  addSponsor(candidate: string, sponsor: Sponsor): boolean {
    const known = this.sponsors.get(candidate) ?? [];
    if (known.some((one) => one.packageName === sponsor.packageName && one.candidate === sponsor.candidate))
      return false;
    this.sponsors.set(candidate, [...known, sponsor]);
    return true;
  }

  /** Returns whether it was not known yet. */
  addUrl(url: string): boolean {
    if (this.urls.includes(url)) return false;
    this.urls.push(url);
    return true;
  }
}

export class Places {
  private readonly places = new Map<NormalizedName, Place>();
  private readonly bound: ReadonlyMap<NormalizedName, string>;
  private readonly installed: ReadonlyMap<NormalizedName, DistributionMetadata>;

  constructor(
    bound: ReadonlyMap<NormalizedName, string>,
    installed: ReadonlyMap<NormalizedName, DistributionMetadata>,
  ) {
    this.bound = bound;
    this.installed = installed;
  }

  of(project: NormalizedName): Place {
    let place = this.places.get(project);
    if (!place) this.places.set(project, (place = new Place(this.bound.get(project), this.installed.get(project))));
    return place;
  }
}
