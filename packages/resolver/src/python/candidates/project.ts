import { type SpecifierSet, tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { VersionSet } from "../../solver/version-set.ts";
import type { FileChoice, FileRule } from "./choose-file.ts";
import type { Place } from "./places.ts";
import { isSdist, placeOf, type Release } from "./release.ts";
import type { DistributionFile, Unavailable } from "./source.ts";
import { specifierVersions } from "./specifier-versions.ts";

/** What of a project's releases may be taken, by the user's own words. */
export interface Admission {
  /** `if-necessary`: where the requirements leave nothing else. */
  readonly prereleases: "all" | "if-necessary" | "none";
  /** Whether a direct requirement pins the version, or it is preferred: that admits a yanked release. */
  readonly pins: (version: Version) => boolean;
  /** Releases that have a wheel come before newer ones that have none (pip's `--prefer-binary`). */
  readonly prefersWheels: boolean;
}

/** What looking for a project in the index led to. */
export type Found<File extends DistributionFile> =
  | { readonly releases: readonly Release<File>[] }
  | { readonly missing: string };

/** Every file and place from which a project can be installed. */
export interface Candidates<File extends DistributionFile> {
  readonly listed: Found<File>;
  readonly urls: readonly { readonly url: string; readonly found: Release<File> | Unavailable }[];
}

/** Where a release is had from. */
export type Origin<File extends DistributionFile> =
  | { readonly kind: "index"; readonly file: File }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "installed" };

/**
 * A project's candidates; the solver's version `i` is `releases[i]`. First those of the index and what is installed, in ascending order, then
 * those of URLs.
 *
 * A candidate from a URL that a distribution names, or a yanked release that a distribution pins, may only be taken where one of those
 * distributions is: it is `conditional`.
 */
export class Project<File extends DistributionFile> {
  readonly name: NormalizedName;
  readonly releases: readonly Release<File>[];
  /** Why it has no releases at all. */
  readonly missing: string | undefined;
  readonly place: Place;
  /** How many of the releases come from the index, or are installed. */
  readonly listed: number;
  readonly admission: Admission;
  private readonly failedUrls = new Map<string, string>();
  private readonly choices: (FileChoice<File> | undefined)[] = [];
  private readonly sets = new Map<SpecifierSet, VersionSet>();
  private readonly indices = new Map<string, number | undefined>();
  private readonly chooser: FileRule;

  constructor(
    name: NormalizedName,
    { listed, urls }: Candidates<File>,
    chooser: FileRule,
    admission: Admission,
    place: Place,
  ) {
    this.name = name;
    this.place = place;
    this.chooser = chooser;
    this.admission = admission;
    const own = "releases" in listed ? listed.releases : [];
    this.listed = own.length;
    const fromUrls: Release<File>[] = [];
    for (const { url, found } of urls)
      if ("unavailable" in found) this.failedUrls.set(url, found.unavailable);
      else fromUrls.push(found);
    this.releases = [...own, ...fromUrls];
    const bound = place.bound === undefined ? undefined : this.failedUrls.get(place.bound);
    this.missing = bound ?? ("missing" in listed && fromUrls.length === 0 ? listed.missing : undefined);
  }

  /** What the solver's version stands for. */
  version(version: number): Version {
    return this.releases[version]!.version;
  }

  /** All of them: for explanations, which nobody waits for. */
  get versions(): readonly Version[] {
    return this.releases.map(({ version }) => version);
  }

  private get inOrder(): readonly Release<File>[] {
    return this.listed === this.releases.length ? this.releases : this.releases.slice(0, this.listed);
  }

  /** The candidates that satisfy the specifiers. Which of them may be taken is seen when one is chosen. */
  set(specifiers: SpecifierSet): VersionSet {
    let set = this.sets.get(specifiers);
    if (!set) {
      set = this.satisfying(specifiers);
      this.sets.set(specifiers, set);
    }
    return set;
  }

  private satisfying(specifiers: SpecifierSet): VersionSet {
    let set = specifierVersions(specifiers, this.inOrder);
    for (let i = this.listed; i < this.releases.length; i++)
      if (specifiers.contains(this.version(i), { prereleases: true })) set = set.union(VersionSet.of(i));
    if (this.place.banned.size === 0 || specifiers.specifiers.some(isPin)) return set;
    return VersionSet.where(this.releases.length, (i) => set.has(i) && !this.place.banned.has(this.candidate(i)));
  }

  /** The candidate of a URL; empty where that is none of this project's. */
  fromUrl(url: string): VersionSet {
    const index = this.releases.findIndex((release) => release.url === url);
    return index === -1 ? VersionSet.empty : VersionSet.of(index);
  }

  /** Why a URL leads to nothing that can be used. */
  whyUrlFailed(url: string): string | undefined {
    return this.failedUrls.get(url);
  }

  /** A name of the candidate that outlives attempts. */
  candidate(version: number): string {
    const { url, version: own } = this.releases[version]!;
    return url === undefined ? own.key : `@${url}`;
  }

  /** The candidate of this name; empty where there is none. */
  withName(candidate: string): VersionSet {
    const index = this.releases.findIndex((_, i) => this.candidate(i) === candidate);
    return index === -1 ? VersionSet.empty : VersionSet.of(index);
  }

  /** Whether it may only be taken where a selected distribution asks for it. */
  isConditional(version: number): boolean {
    if (this.place.bound !== undefined) return false;
    const { yanked, url, version: own } = this.releases[version]!;
    return url !== undefined || (yanked && !this.admission.pins(own));
  }

  /** The version that is spelled so, in any spelling. */
  indexOf(text: string): number | undefined {
    if (!this.indices.has(text)) {
      const version = tryParseVersion(text);
      this.indices.set(text, version && this.find(version));
    }
    return this.indices.get(text);
  }

  private find(version: Version): number | undefined {
    const listed = placeOf(this.inOrder, version);
    if (listed !== undefined) return listed;
    const other = this.releases.findIndex((release, i) => i >= this.listed && release.version.key === version.key);
    return other === -1 ? undefined : other;
  }

  /** The file to take for a version, or why there is none. */
  choice(version: number): FileChoice<File> {
    return (this.choices[version] ??= this.chooser.choose(this.name, this.releases[version]!.files));
  }

  /** Where a usable version is to be had. */
  origin(version: number): Origin<File> {
    const { installed, url } = this.releases[version]!;
    if (installed) return { kind: "installed" };
    if (url !== undefined) return { kind: "url", url };
    const choice = this.choice(version);
    if ("unusable" in choice)
      throw new Error(`${this.name} ${this.version(version)} was selected, but ${choice.unusable}`);
    return { kind: "index", file: choice.file };
  }

  /** Whether the file to take for it is an sdist. */
  isSdist(version: number): boolean {
    const { installed, url } = this.releases[version]!;
    if (installed !== undefined || url !== undefined) return false;
    const choice = this.choice(version);
    return "file" in choice && isSdist(choice.file.filename);
  }

  /** Why a version cannot be taken, if it cannot. */
  whyUnusable(version: number): string | undefined {
    const { installed, url, yanked } = this.releases[version]!;
    if (installed !== undefined) return undefined;
    if (this.admission.prereleases === "none" && this.version(version).isPrerelease)
      return "pre-releases are not allowed";
    if (this.isConditional(version) && this.place.sponsorsOf(this.candidate(version)).length === 0)
      return yanked ? whyYanked(this.releases[version]!) : "nothing asks for it";
    if (url !== undefined) return undefined;
    const choice = this.choice(version);
    return "unusable" in choice ? choice.unusable : undefined;
  }

  /** The kind of files that would do for a version, were it allowed. */
  otherFormat(version: number): "wheels" | "sdists" | undefined {
    const { files } = this.releases[version]!;
    const choice = files.length === 0 ? undefined : this.choice(version);
    return choice && "unusable" in choice ? choice.otherFormat : undefined;
  }

  isUsable(version: number): boolean {
    return this.whyUnusable(version) === undefined;
  }

  /**
   * The version to take out of the set: what is installed; else the first from its upper or lower end, where releases come before pre-releases
   * (unless those were asked for) and before what may only be taken on a condition.
   */
  first(set: VersionSet, from: "highest" | "lowest"): number | undefined {
    const { installed } = this.place;
    if (installed !== undefined) {
      const kept = this.releases.findIndex((release) => release.installed === installed);
      if (kept !== -1 && set.has(kept)) return kept;
    }
    let best: number | undefined;
    let bestRank = worstRank;
    for (const version of from === "highest" ? set.descending() : set.ascending()) {
      const rank = this.rank(version);
      if (rank >= bestRank || !this.isUsable(version)) continue;
      if (rank === 0) return version;
      best = version;
      bestRank = rank;
    }
    return best;
  }

  /** The first of the versions that are preferred that is in the set and may be taken, only if that is `without need` where it says so. */
  preferred(set: VersionSet, texts: readonly string[], when?: "without need"): number | undefined {
    for (const text of texts) {
      const version = this.indexOf(text);
      if (version === undefined || !set.has(version) || !this.isUsable(version)) continue;
      if (when === undefined || this.rank(version) === 0) return version;
    }
    return undefined;
  }

  /** Whether it would be taken without need where the other one is: a pre-release, say, is not taken as long as there are releases. */
  isAsGood(version: number, as: number): boolean {
    return this.rank(version) <= this.rank(as);
  }

  /** Lower is better. */
  private rank(version: number): number {
    const isLate = this.admission.prereleases !== "all" && this.version(version).isPrerelease;
    const isBuilt = this.admission.prefersWheels && this.isSdist(version);
    return (isBuilt ? 1 : 0) + (isLate ? 2 : 0) + (this.isConditional(version) ? 4 : 0);
  }
}

const worstRank = 8;

function whyYanked<File extends DistributionFile>({ files }: Release<File>): string {
  const reason = files.map(({ yanked }) => yanked).find((yanked) => typeof yanked === "string" && yanked !== "");
  return `it is yanked${reason === undefined ? "" : ` (${String(reason)})`}, which only a requirement with == admits`;
}

/** `==` with a whole version, or `===`. */
export function isPin({ operator, version }: { readonly operator: string; readonly version: string }): boolean {
  return operator === "===" || (operator === "==" && !version.endsWith(".*"));
}
