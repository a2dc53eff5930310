import { compareVersions, type SpecifierSet, tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { VersionSet } from "../version-set.ts";
import type { FileChoice, FileChooser } from "./choose-file.ts";
import { groupReleases, isSdist, mergeReleases, type Release } from "./release.ts";
import type { DistributionFile, PythonSource } from "./source.ts";
import { specifierVersions } from "./specifier-versions.ts";

/** What is left out of a project's versions unless something asks for it. */
export interface Admission {
  /** `if-alone`: where the project has nothing but pre-releases. */
  readonly prereleases: "all" | "if-alone" | "none";
  /** Whether a direct requirement pins the version, or it is preferred: that admits a yanked release, and a pre-release. */
  readonly pins: (version: Version) => boolean;
}

/** What looking for a project led to. */
export type Found<File extends DistributionFile> =
  | { readonly releases: readonly Release<File>[] }
  | { readonly missing: string };

/** A project's releases in ascending order; the solver's version `i` is `releases[i]`. */
export class Project<File extends DistributionFile> {
  readonly name: NormalizedName;
  readonly releases: readonly Release<File>[];
  readonly versions: readonly Version[];
  /** Why it has no releases at all. */
  readonly missing: string | undefined;
  /** Pre-releases and yanked releases that nothing admits. */
  private readonly excluded: VersionSet;
  private readonly choices: (FileChoice<File> | undefined)[] = [];
  private readonly sets = new Map<SpecifierSet, VersionSet>();
  private readonly chooser: FileChooser;
  /** Excluded releases that some requirement leaves no alternative to, as far as requirements were looked at. */
  relaxable: VersionSet = VersionSet.empty;
  /** Those of them that an earlier attempt, which found no solution, led to admit. */
  private admitted: VersionSet = VersionSet.empty;

  constructor(name: NormalizedName, found: Found<File>, chooser: FileChooser, admission: Admission) {
    this.name = name;
    this.releases = "releases" in found ? found.releases : [];
    this.missing = "missing" in found ? found.missing : undefined;
    this.chooser = chooser;
    this.versions = this.releases.map(({ version }) => version);
    const { prereleases: mode } = admission;
    const prereleases =
      mode === "all" || (mode === "if-alone" && this.versions.every((version) => version.isPrerelease));
    this.excluded = VersionSet.where(this.releases.length, (i) => {
      const { version, yanked } = this.releases[i]!;
      const isPinned = admission.pins(version);
      return (version.isPrerelease && !prereleases && (mode === "none" || !isPinned)) || (yanked && !isPinned);
    });
  }

  /** The releases that satisfy the specifiers and may be selected. */
  set(specifiers: SpecifierSet): VersionSet {
    let set = this.sets.get(specifiers);
    if (!set) {
      set = specifierVersions(specifiers, this.versions).subtract(this.excluded.subtract(this.admitted));
      this.sets.set(specifiers, set);
    }
    return set;
  }

  /**
   * A requirement was met: should another attempt be needed, it is one with what would satisfy it, if nothing else does. That
   * is its pre-releases (PEP 440) and the yanked release that it pins (PEP 592).
   */
  require(specifiers: SpecifierSet): void {
    if (this.excluded.isEmpty || !this.set(specifiers).isEmpty) return;
    const pins = specifiers.specifiers.some(isPin);
    const satisfying = specifierVersions(specifiers, this.versions);
    const relaxed = VersionSet.where(
      this.releases.length,
      (i) => satisfying.has(i) && (pins || !this.releases[i]!.yanked),
    );
    this.relaxable = this.relaxable.union(relaxed);
  }

  /** The version that is spelled so, in any spelling. */
  indexOf(text: string): number | undefined {
    const key = tryParseVersion(text)?.key;
    const index = this.versions.findIndex((version) => version.key === key);
    return index === -1 ? undefined : index;
  }

  /** Takes in what had been left out, for another attempt. Returns whether that changes anything. */
  relax(prereleases: boolean): boolean {
    const grown = this.admitted.union(
      VersionSet.where(
        this.releases.length,
        (i) => this.relaxable.has(i) && (prereleases || !this.versions[i]!.isPrerelease),
      ),
    );
    const changes = !grown.equals(this.admitted);
    this.admitted = grown;
    if (changes) this.sets.clear();
    return changes;
  }

  /** The file to take for a version, or why there is none. */
  choice(version: number): FileChoice<File> {
    return (this.choices[version] ??= this.chooser.choose(this.name, this.releases[version]!.files));
  }

  /** Where a usable version is to be had. */
  origin(
    version: number,
  ):
    | { readonly kind: "index"; readonly file: File }
    | { readonly kind: "url"; readonly url: string }
    | { readonly kind: "installed" } {
    const { installed, url } = this.releases[version]!;
    if (installed) return { kind: "installed" };
    if (url !== undefined) return { kind: "url", url };
    const choice = this.choice(version);
    if ("unusable" in choice)
      throw new Error(`${this.name} ${this.versions[version]!} was selected, but ${choice.unusable}`);
    return { kind: "index", file: choice.file };
  }

  /** Whether the file to take for it is an sdist. */
  isSdist(version: number): boolean {
    const choice = this.choice(version);
    return "file" in choice && isSdist(choice.file.filename);
  }

  isUsable(version: number): boolean {
    const { installed, url } = this.releases[version]!;
    return installed !== undefined || url !== undefined || "file" in this.choice(version);
  }

  /** The first usable version of the set, from its upper or its lower end. */
  first(set: VersionSet, from: "highest" | "lowest"): number | undefined {
    for (const version of from === "highest" ? set.descending() : set.ascending())
      if (this.isUsable(version)) return version;
    return undefined;
  }
}

export function indexProject<File extends DistributionFile>(
  name: NormalizedName,
  listed: Awaited<ReturnType<PythonSource<File>["files"]>>,
  chooser: FileChooser,
  admission: Admission,
): Project<File> {
  return new Project(name, findReleases(name, listed), chooser, admission);
}

function findReleases<File extends DistributionFile>(
  name: NormalizedName,
  listed: Awaited<ReturnType<PythonSource<File>["files"]>>,
): Found<File> {
  if (listed === undefined) return { missing: "no index has a project of this name" };
  const releases =
    "releases" in listed
      ? mergeReleases(listed.releases, compareVersions)
      : groupReleases(name, listed, compareVersions);
  return { releases };
}

/** `==` with a whole version, or `===`. */
export function isPin({ operator, version }: { readonly operator: string; readonly version: string }): boolean {
  return operator === "===" || (operator === "==" && !version.endsWith(".*"));
}
