import type { Condition, NormalizedName } from "@murre/pep508";
import { type AllowedFormats, type FileChoice, type FileRule, whyNoFile } from "../candidates/choose-file.ts";
import { isSdist } from "../candidates/release.ts";
import type { DistributionFile, DistributionMetadata, Unavailable } from "../candidates/source.ts";
import type { PythonTexts } from "./python-texts.ts";
import type { WheelConditions } from "./wheel-conditions.ts";

/** Where files can be used, as far as they tell: each is read once, for all sets of environments. */
export class FileConditions {
  readonly pythons: PythonTexts;
  private readonly wheels: WheelConditions;
  private readonly known = new Map<DistributionFile, Condition>();

  constructor(pythons: PythonTexts, wheels: WheelConditions) {
    this.pythons = pythons;
    this.wheels = wheels;
  }

  of(file: DistributionFile): Condition {
    let condition = this.known.get(file);
    if (condition === undefined) {
      const { accepted } = this.pythons.read(file.requiresPython);
      condition = isWheel(file) ? this.wheels.of(file.filename).and(accepted) : accepted;
      this.known.set(file, condition);
    }
    return condition;
  }
}

/** Which files can be used somewhere in a set of environments. */
export class UniversalFiles implements FileRule {
  private readonly scope: Condition;
  private readonly conditions: FileConditions;
  private readonly pythons: PythonTexts;
  private readonly narrow = new Map<string | undefined, boolean>();
  private readonly formats: (project: NormalizedName) => AllowedFormats;
  private readonly needsAllPythons: boolean;

  /** @param needsAllPythons what does not accept the first Pythons of the scope is not taken */
  constructor(
    scope: Condition,
    conditions: FileConditions,
    formats: (project: NormalizedName) => AllowedFormats,
    needsAllPythons: boolean,
  ) {
    this.scope = scope;
    this.conditions = conditions;
    this.pythons = conditions.pythons;
    this.formats = formats;
    this.needsAllPythons = needsAllPythons;
  }

  /** The file whose metadata is asked for: what accepts all Pythons of the scope comes first, wheels for everybody, other wheels, sdists. */
  choose<File extends DistributionFile>(project: NormalizedName, files: readonly File[]): FileChoice<File> {
    const usable = this.usable(project, files, this.scope);
    let best: File | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const file of usable) {
      const rank = this.rank(file);
      if (rank < bestRank) [best, bestRank] = [file, rank];
    }
    if (best !== undefined && !(this.needsAllPythons && this.isNarrow(best.requiresPython))) return { file: best };
    return this.whyUnusable(project, files, best);
  }

  /** Those of a release's files that can be used in some environment of the scope. */
  usable<File extends DistributionFile>(
    project: NormalizedName,
    files: readonly File[],
    scope: Condition,
  ): readonly File[] {
    return files.filter(
      (file) =>
        file.refused === undefined && this.isAllowed(project, file) && !this.conditions.of(file).isDisjointFrom(scope),
    );
  }

  whyRefused(metadata: DistributionMetadata | Unavailable): string | undefined {
    if ("unavailable" in metadata) return metadata.unavailable;
    const { requiresPython } = metadata;
    if (!this.pythons.read(requiresPython).accepted.isDisjointFrom(this.scope))
      if (!this.needsAllPythons || !this.isNarrow(requiresPython)) return undefined;
    return this.whyNotThisPython(requiresPython);
  }

  private isAllowed(project: NormalizedName, file: DistributionFile): boolean {
    const formats = this.formats(project);
    return isWheel(file) ? formats !== "sdists" : isSdist(file.filename) && formats !== "wheels";
  }

  private isNarrow(requiresPython: string | undefined): boolean {
    let isNarrow = this.narrow.get(requiresPython);
    if (isNarrow === undefined) {
      isNarrow = !this.scope.implies(this.pythons.read(requiresPython).since);
      this.narrow.set(requiresPython, isNarrow);
    }
    return isNarrow;
  }

  private rank(file: DistributionFile): number {
    const kind = !isWheel(file) ? 2 : file.filename.endsWith("-none-any.whl") ? 0 : 1;
    return kind + (this.isNarrow(file.requiresPython) ? 3 : 0);
  }

  private whyUnusable<File extends DistributionFile>(
    project: NormalizedName,
    files: readonly File[],
    narrow: File | undefined,
  ): FileChoice<File> {
    if (narrow !== undefined) return { unusable: this.whyNotThisPython(narrow.requiresPython) };
    const refused = files.find((file) => file.refused !== undefined && this.isAllowed(project, file));
    if (refused?.refused !== undefined) return { unusable: refused.refused, refused };
    const allowed = files.filter((file) => this.isAllowed(project, file));
    const other = allowed.find((file) => this.pythons.read(file.requiresPython).accepted.isDisjointFrom(this.scope));
    if (other !== undefined) return { unusable: this.whyNotThisPython(other.requiresPython) };
    if (allowed.length > 0) return { unusable: `it has no wheel for ${describeScope(this.scope)}` };
    return { unusable: whyNoFile(this.formats(project), files.length > 0) };
  }

  private whyNotThisPython(requiresPython: string | undefined): string {
    return `it requires Python ${requiresPython}, and this is for ${describeScope(this.scope)}`;
  }
}

function isWheel({ filename }: DistributionFile): boolean {
  return filename.endsWith(".whl");
}

function describeScope(scope: Condition): string {
  return scope.isAlways ? "every Python" : scope.toString();
}
