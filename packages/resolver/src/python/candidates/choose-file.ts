import { acceptsPython, parseLenientSpecifierSet, type SpecifierSet } from "@murre/pep440";
import type { MarkerEnvironment, NormalizedName } from "@murre/pep508";
import { parseTagSet, type SupportedTags } from "@murre/platform-tags";
import { isSdist } from "./release.ts";
import type { OnRepair } from "./requirement-table.ts";
import type { DistributionFile, DistributionMetadata, Unavailable } from "./source.ts";

/** The interpreter that the resolution is for. */
export interface ResolutionTarget {
  readonly markerEnvironment: MarkerEnvironment;
  readonly tags: SupportedTags;
  /** What distributions say of Requires-Python does not count. */
  readonly ignoresRequiresPython?: boolean;
}

/** Which kinds of files may be used for a project. */
export type AllowedFormats = "any" | "wheels" | "sdists";

export type FileChoice<File> =
  | { readonly file: File }
  | {
      readonly unusable: string;
      /** The file that would do, were it not refused. */
      readonly refused?: File;
      /** Files of this kind would do, were they allowed. */
      readonly otherFormat?: "wheels" | "sdists";
    };

interface Wheel<File> {
  readonly file: File;
  readonly rank: number;
  readonly build: readonly [number, string];
}

/** Which files may be taken, and which one is. */
export interface FileRule {
  choose<File extends DistributionFile>(project: NormalizedName, files: readonly File[]): FileChoice<File>;
  /** Why a release with this metadata cannot be taken, if it cannot. */
  whyRefused(metadata: DistributionMetadata | Unavailable): string | undefined;
}

/** Picks files for one target; remembers what it found out about tags and `Requires-Python` texts. */
export class FileChooser implements FileRule {
  private readonly target: ResolutionTarget;
  private readonly formats: (project: NormalizedName) => AllowedFormats;
  private readonly ranks = new Map<string, number>();
  private readonly pythons = new Map<string, boolean>();
  private readonly onRepair: OnRepair | undefined;

  constructor(target: ResolutionTarget, formats: (project: NormalizedName) => AllowedFormats, onRepair?: OnRepair) {
    this.target = target;
    this.formats = formats;
    this.onRepair = onRepair;
  }

  /**
   * The file to take of one release: the wheel whose best tag comes first among the supported ones, of equals the one with
   * the highest build tag (PEP 427), else the sdist.
   */
  choose<File extends DistributionFile>(project: NormalizedName, files: readonly File[]): FileChoice<File> {
    const formats = this.formats(project);
    let best: Wheel<File> | undefined;
    let sdist: File | undefined;
    for (const file of files) {
      const isWheel = file.filename.endsWith(".whl");
      if (file.refused !== undefined || formats === (isWheel ? "sdists" : "wheels")) continue;
      if (!this.acceptsPython(file.requiresPython)) continue;
      if (isWheel) best = better(best, this.wheel(file));
      else if (isSdist(file.filename)) sdist ??= file;
    }
    const file = best?.file ?? sdist;
    return file ? { file } : this.whyUnusable(files, formats);
  }

  /** A text that is no specifier set, and cannot be read as one, accepts no Python: such files are passed over, as in uv. */
  acceptsPython(requiresPython: string | undefined): boolean {
    if (requiresPython === undefined || requiresPython === "" || this.target.ignoresRequiresPython === true)
      return true;
    let accepts = this.pythons.get(requiresPython);
    if (accepts === undefined) {
      const specifiers = this.readSpecifiers(requiresPython);
      accepts =
        specifiers !== undefined && acceptsPython(specifiers, this.target.markerEnvironment.python_full_version);
      this.pythons.set(requiresPython, accepts);
    }
    return accepts;
  }

  whyRefused(metadata: DistributionMetadata | Unavailable): string | undefined {
    if ("unavailable" in metadata) return metadata.unavailable;
    if (this.acceptsPython(metadata.requiresPython)) return undefined;
    return `it requires Python ${metadata.requiresPython}, and this is ${this.target.markerEnvironment.python_full_version}`;
  }

  private readSpecifiers(text: string): SpecifierSet | undefined {
    try {
      return parseLenientSpecifierSet(text, (meant) => this.onRepair?.(text, meant));
    } catch {
      return undefined;
    }
  }

  private wheel<File extends DistributionFile>(file: File): Wheel<File> | undefined {
    const parts = file.filename.slice(0, -4).split("-");
    if (parts.length !== 5 && parts.length !== 6) return undefined;
    const rank = this.rank(parts.slice(-3).join("-"));
    if (rank < 0) return undefined;
    const build = parts.length === 6 ? /^([0-9]+)(.*)/s.exec(parts[2]!) : undefined;
    if (build === null) return undefined;
    return { file, rank, build: build ? [Number(build[1]), build[2]!] : [-1, ""] };
  }

  /** -1: not supported. */
  private rank(tags: string): number {
    let rank = this.ranks.get(tags);
    if (rank === undefined) {
      rank = readRank(tags, this.target.tags);
      this.ranks.set(tags, rank);
    }
    return rank;
  }

  /** The reason that comes nearest to being none: first of files that would fit but for it. */
  private whyUnusable<File extends DistributionFile>(
    files: readonly File[],
    formats: AllowedFormats,
  ): FileChoice<File> {
    const fits = (file: File) => !file.filename.endsWith(".whl") || this.wheel(file) !== undefined;
    const allowed = files.filter(({ filename }) => formats !== (filename.endsWith(".whl") ? "sdists" : "wheels"));
    const fitting = allowed.filter(fits);
    const refused = fitting.find((file) => file.refused !== undefined && this.acceptsPython(file.requiresPython));
    if (refused?.refused !== undefined) return { unusable: refused.refused, refused };
    const others = files.filter((file) => !allowed.includes(file));
    const unusable = this.whyNoneFits(allowed, fitting, others.length > 0, formats);
    const wouldDo = (file: File) => file.refused === undefined && this.acceptsPython(file.requiresPython) && fits(file);
    if (!others.some(wouldDo)) return { unusable };
    return { unusable, otherFormat: formats === "wheels" ? "sdists" : "wheels" };
  }

  private whyNoneFits(
    allowed: readonly DistributionFile[],
    fitting: readonly DistributionFile[],
    hasOthers: boolean,
    formats: AllowedFormats,
  ): string {
    const { python_full_version: python, sys_platform: platform } = this.target.markerEnvironment;
    const other = (fitting.length > 0 ? fitting : allowed).find((file) => !this.acceptsPython(file.requiresPython));
    if (other !== undefined) return `it requires Python ${other.requiresPython}, and this is ${python}`;
    const tags = allowed.flatMap(({ filename }) => (filename.endsWith(".whl") ? [tagsOf(filename)] : []));
    if (tags.length > 0) return `it has no wheel for Python ${python} on ${platform}, but for ${listTags(tags)} only`;
    return whyNoFile(formats, hasOthers);
  }
}

/** Why there is none among files of which no one is allowed. */
export function whyNoFile(formats: AllowedFormats, hasOthers: boolean): string {
  if (!hasOthers || formats === "any") return "it has no wheel and no sdist";
  return formats === "wheels"
    ? "it has no wheel, and building is not allowed"
    : "it has no sdist, and wheels are not allowed";
}

function better<File>(a: Wheel<File> | undefined, b: Wheel<File> | undefined): Wheel<File> | undefined {
  if (!a || !b) return a ?? b;
  const order = a.rank - b.rank || b.build[0] - a.build[0] || (a.build[1] < b.build[1] ? 1 : -1);
  return order <= 0 ? a : b;
}

/** `cp39-cp39-win_amd64` of a wheel's filename. */
function tagsOf(filename: string): string {
  return filename.slice(0, -4).split("-").slice(-3).join("-");
}

/** So many tags are named. Of wheels for the interpreter's own Python it is the platform that says why. */
const namedTags = 4;

/** The platforms where those alone differ; else whole tags. */
function listTags(tags: readonly string[]): string {
  const platforms = new Set(tags.map((tag) => tag.slice(tag.lastIndexOf("-") + 1)));
  const told = platforms.has("any") || platforms.size === 1 ? new Set(tags) : platforms;
  const names = [...told].toSorted();
  const more = names.length - namedTags;
  return more > 0 ? `${names.slice(0, namedTags).join(", ")} and ${more} more` : names.join(", ");
}

function readRank(text: string, supported: SupportedTags): number {
  try {
    return supported.rank(parseTagSet(text)) ?? -1;
  } catch {
    return -1;
  }
}
