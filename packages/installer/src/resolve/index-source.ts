import { hasCode } from "@murre/files";
import { ProjectNotFound } from "@murre/index-client";
import type { DistributionFile, IndexClient, IndexErrorCode, PageRelease, ProjectFiles } from "@murre/index-client";
import { tryParseVersion } from "@murre/pep440";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type {
  AllowedFormats,
  DistributionMetadata,
  ListedRelease,
  ListedReleases,
  PythonSource,
  Unavailable,
  DistributionFile as ResolverFile,
} from "@murre/resolver";
import type { VcsErrorCode } from "@murre/vcs";
import { hashMissing, hasStrongHash, refusingDemand } from "../wanted/accepted-hashes.ts";
import { HashNotAccepted, type InstallerErrorCode } from "../errors.ts";
import { fileVersion } from "../wanted/file-version.ts";
import { directSource, type WantedProject } from "../wanted/gather-requirements.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { HashDemand, ArchiveSource } from "../wanted/resolved.ts";
import { isOwnFault, ReadNeeds, type Promised } from "./read-needs.ts";
import { foreignMetadata, foreignWheel, type FailedReleases } from "./source-metadata.ts";
import type { ReadWholeDistribution } from "./source-reader.ts";
import type { FileDecision } from "../operation/decisions.ts";
import type { WheelTarget } from "../operation/target-environment.ts";
import { whyTooNew } from "./upload-time.ts";
import { otherTags, refuseOtherTags } from "./wheel-tags.ts";

/** A file of an index, with the reason where it must not be taken. */
export type IndexedFile = DistributionFile & Pick<ResolverFile, "refused">;

export interface IndexSourceOptions {
  readonly wanted: readonly WantedProject[];
  /** See `ResolutionRequest.editables`. */
  readonly editables?: ReadonlySet<string> | undefined;
  /** What the user says of the bytes of projects. */
  readonly demands: ReadonlyMap<NormalizedName, readonly HashDemand[]>;
  readonly formats: (project: NormalizedName) => AllowedFormats;
  readonly uploadedBefore: FileDecision["uploadedBefore"];
  readonly requireHashes: boolean;
  /** Undefined: many, so that no wheel at a URL is for others. */
  readonly target: Pick<WheelTarget, "tags" | "description"> | undefined;
  readonly readWhole: ReadWholeDistribution;
  /** Says what files were found to hold. */
  readonly claims: MetadataClaims;
  /** Releases that cannot be built, of which others are taken. */
  readonly failed: FailedReleases;
}

/** What indexes and URLs offer. `install`, `sync` and `--no-deps` all choose from this one source. */
export class IndexSource implements PythonSource<IndexedFile> {
  readonly #client: IndexClient;
  readonly #options: IndexSourceOptions;
  readonly #listed = new Map<NormalizedName, ProjectFiles>();
  readonly #notFound = new Map<NormalizedName, Error>();
  readonly #claimed = new Map<IndexedFile, string>();
  readonly #needs = new ReadNeeds();

  constructor(client: IndexClient, options: IndexSourceOptions) {
    this.#client = client;
    this.#options = options;
  }

  async files(project: NormalizedName): Promise<ListedReleases<IndexedFile> | { readonly missing: string }> {
    let found: ProjectFiles;
    try {
      found = await this.#client.findFiles(project);
    } catch (error) {
      if (!hasCode<IndexErrorCode>(error, "MURRE_PROJECT_NOT_FOUND")) throw error;
      this.#notFound.set(project, error);
      return { missing: missingFrom(error) };
    }
    this.#listed.set(project, found);
    const demands = this.#demandsOf(project);
    const { uploadedBefore } = this.#options;
    const judge = (file: DistributionFile) =>
      hashNotAccepted(project, file, demands)?.message ?? whyTooNew(file, uploadedBefore(project, file.index));
    const isJudged =
      demands.length > 0 || found.groups.some(({ index }) => uploadedBefore(project, index) !== undefined);
    const listed = isJudged ? found.releases.map((release) => judged(release, judge)) : found.releases;
    const unreadable = unreadableReleases(project, found);
    return { releases: unreadable.length === 0 ? listed : [...listed, ...unreadable], ascending: found.ascending };
  }

  known(file: IndexedFile, project: NormalizedName): DistributionMetadata | Unavailable | undefined {
    if (file.kind !== "wheel" || this.#options.claims.hasAny) return undefined;
    const told = this.#client.knownMetadata(file);
    if (told === undefined) return undefined;
    return this.#needs.read(file.filename, promisedBy(file, project), told.text);
  }

  metadata(file: IndexedFile, project: NormalizedName): Promise<DistributionMetadata | Unavailable> {
    const claimed = (text: string): string => {
      this.#claimed.set(file, text);
      return text;
    };
    const read = async (): Promise<string> => {
      const own = this.#options.claims.own(file.url);
      if (own !== undefined) return own;
      const demands = this.#demandsOf(project);
      if (file.kind === "wheel") {
        const told = await this.#client.metadata(file).catch((error: unknown) => {
          // Whether these are the bytes that were asked for is told before what else is wrong with them.
          if (demands.length > 0 && isOwnFault(error)) return undefined;
          throw error;
        });
        if (told === undefined) return this.#readWhole(file, project, demands);
        return told.isClaim ? claimed(told.text) : told.text;
      }
      const releases = this.#listed.get(project)?.releases ?? [];
      const wheel = foreignWheel(file, project, this.#options.formats(project), releases, demands);
      const told = wheel === undefined ? undefined : await foreignMetadata(wheel, project, this.#client);
      return told === undefined ? this.#readWhole(file, project, demands) : claimed(told);
    };
    const { failed } = this.#options;
    return this.#needs
      .readable(file.filename, promisedBy(file, project), read)
      .catch((error: unknown) => failed.passOver(project, error, this.#listed.get(project)?.releases.length));
  }

  async urlMetadata(url: string, project: NormalizedName): Promise<DistributionMetadata | Unavailable> {
    const { target, wanted, editables } = this.#options;
    const demands = this.#demandsOf(project);
    const named = wanted.find((one) => one.name === project && one.url === url);
    let source: ArchiveSource;
    try {
      const isEditable = named?.isEditable ?? editables?.has(url) ?? false;
      source = directSource(url, demands, { isEditable });
    } catch (error) {
      if (hasCode<InstallerErrorCode | VcsErrorCode>(error, ...unusable)) return { unavailable: error.message };
      throw error;
    }
    if (target !== undefined) {
      if (named !== undefined) refuseOtherTags(named, source.filename, target);
      const reason = otherTags(source.filename, target.tags);
      if (reason !== undefined)
        return { unavailable: `${source.filename} is not for ${target.description}: ${reason}` };
    }
    return this.#needs.readable(source.filename, { project, isNamed: named !== undefined }, () =>
      this.#readWhole(source, project, demands),
    );
  }

  /** The METADATA that was told of a file, where nobody has looked into the file itself. */
  claimed(file: IndexedFile): string | undefined {
    const waitedFor = this.#claimed.get(file);
    if (waitedFor !== undefined || file.kind !== "wheel") return waitedFor;
    // It was at hand: of thousands that are looked at few are chosen.
    const told = this.#client.knownMetadata(file);
    return told?.isClaim === true && this.#options.claims.own(file.url) === undefined ? told.text : undefined;
  }

  /** The index client's own error about a project that is nowhere, with who asked for it. */
  notFound(project: NormalizedName, origin: string): Error | undefined {
    const error = this.#notFound.get(project);
    return error && new ProjectNotFound(project, (error as ProjectNotFound).locations, { origin, cause: error.cause });
  }

  #demandsOf(project: NormalizedName): readonly HashDemand[] {
    return this.#options.demands.get(project) ?? [];
  }

  async #readWhole(source: ArchiveSource, project: NormalizedName, demands: readonly HashDemand[]): Promise<string> {
    // Where hashes are required, no code of a source runs that nobody gave a hash for.
    if (this.#options.requireHashes && !hasStrongHash(demands) && !source.filename.endsWith(".whl"))
      throw hashMissing(project, "a dependency", demands);
    return this.#options.readWhole(source, project, demands);
  }
}

/** As a clause: the rest of the error's message is for who asked for nothing else. */
function missingFrom({ message }: Error): string {
  return message.replace(/; check the spelling.*$/s, "");
}

/** What is wrong with a URL itself. */
const unusable = ["MURRE_UNUSABLE_URL", "MURRE_INVALID_VCS_URL", "MURRE_UNSUPPORTED_VCS"] as const;

/** The error about a file that would do but for what the user says of its bytes. */
export function hashNotAccepted(
  project: NormalizedName,
  file: IndexedFile,
  demands: readonly HashDemand[],
): HashNotAccepted | undefined {
  const demand = refusingDemand(file.hashes, demands);
  if (demand === undefined) return undefined;
  const { filename, hashes: found } = file;
  const version = fileVersion(file, project)?.toString() ?? "";
  return new HashNotAccepted({ project, version, filename, demand, found, holder: "index" });
}

/** The same release, in which every file that must not be taken has a reason: its bytes, or when it was uploaded. */
function judged(
  release: PageRelease,
  judge: (file: DistributionFile) => string | undefined,
): ListedRelease<IndexedFile> {
  return {
    version: release.version,
    yanked: release.yanked,
    get files() {
      return release.files.map((file): IndexedFile => {
        const refused = judge(file);
        return refused === undefined ? file : { ...file, refused };
      });
    },
  };
}

/** Ends of file names that once stood for a distribution; what has them is told of where it is all that a release has. */
const otherKinds = /\.(?:tar\.(?:bz2|xz|z|lzma)|tgz|tbz|egg|exe|msi|rpm|deb|dmg)$/i;

/** Releases as far as the names of files tell that nobody reads any more. */
function unreadableReleases(project: NormalizedName, { groups }: ProjectFiles): ListedRelease<IndexedFile>[] {
  const found: ListedRelease<IndexedFile>[] = [];
  for (const { skipped, index } of groups)
    for (const { filename, reason } of skipped) {
      if (!otherKinds.test(filename) || normalizeName(filename.slice(0, project.length)) !== project) continue;
      const [version = ""] = filename
        .slice(project.length + 1)
        .replace(otherKinds, "")
        .split("-");
      if (tryParseVersion(version) === undefined) continue;
      const refused = `${filename}: ${reason}`;
      const file: IndexedFile = { filename, kind: "sdist", url: "", hashes: {}, yanked: false, index, refused };
      found.push({ version, yanked: false, files: [file] });
    }
  return found;
}

function promisedBy(file: IndexedFile, project: NormalizedName): Promised {
  return { project, version: fileVersion(file, project)?.key };
}
