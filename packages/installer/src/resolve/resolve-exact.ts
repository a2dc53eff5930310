import { hasCode } from "@murre/files";
import type { IndexClient, IndexErrorCode } from "@murre/index-client";
import { parseWheelFilename } from "@murre/platform-tags";
import { ReleaseChooser, type ReleaseChoice, type ReleaseRequest } from "@murre/resolver";
import { hashMissing, hasStrongHash } from "../wanted/accepted-hashes.ts";
import { NoMatchingVersion, NoUsableFile } from "../errors.ts";
import { throwProblems } from "../api/throw-problems.ts";
import { directSource, refuseVersion, type WantedProject } from "../wanted/gather-requirements.ts";
import { hashNotAccepted, IndexSource, type IndexedFile } from "./index-source.ts";
import type { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { urlKind } from "../wanted/source-url.ts";
import { FailedReleases } from "./source-metadata.ts";
import type { WheelTarget } from "../operation/target-environment.ts";
import { refuseOtherTags } from "./wheel-tags.ts";
import type { SourceReader, SourceRequest } from "./source-reader.ts";
import { isSameVersion, tryParseVersion } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { parseMetadata } from "@murre/wheel";

/** Besides the specifiers, what decides between versions. */
type VersionOrder = Pick<ReleaseRequest<IndexedFile>, "order" | "preferences">;

export interface ExactOptions extends VersionOrder {
  readonly requireHashes: boolean;
  readonly claims: MetadataClaims;
  /** See `ChangeOperation.commits`. */
  readonly commits: ReadonlyMap<string, string>;
  /** Versions that are installed: where no index has them (any more), they are no reason for another one. */
  readonly staying?: ReadonlyMap<NormalizedName, string>;
  /** False: of what is not pinned, pages alone decide. Default true. */
  readonly readsMetadata?: boolean;
}

/**
 * Chooses one file for each wanted project and looks at no dependencies: what `sync` and `install --no-deps` do.
 * What stays as it is without an index is not in the result.
 * @throws {SeveralProblems} when more than one cannot be met, otherwise the one error.
 */
export async function resolveExact(
  wanted: readonly WantedProject[],
  client: IndexClient,
  target: WheelTarget,
  sources: SourceReader,
  options: ExactOptions,
): Promise<ResolvedDistribution[]> {
  const outcomes = await client.whilePagesHold(async () => {
    const resolution = new ExactResolution(wanted, client, target, sources, options);
    const settled = await Promise.allSettled(wanted.map((project) => resolution.resolve(project)));
    const damaged = settled.find(
      (outcome) => outcome.status === "rejected" && hasCode<IndexErrorCode>(outcome.reason, "MURRE_DAMAGED_PAGE"),
    );
    if (damaged?.status === "rejected") throw damaged.reason;
    return settled;
  });
  const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as Error] : []));
  throwProblems(errors);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? (outcome.value ?? []) : []));
}

class ExactResolution {
  readonly #target: WheelTarget;
  readonly #sources: SourceReader;
  readonly #requireHashes: boolean;
  readonly #commits: ReadonlyMap<string, string>;
  readonly #source: IndexSource;
  readonly #chooser: ReleaseChooser<IndexedFile>;
  readonly #staying: ReadonlyMap<NormalizedName, string>;

  constructor(
    wanted: readonly WantedProject[],
    client: IndexClient,
    target: WheelTarget,
    sources: SourceReader,
    { requireHashes, claims, commits, readsMetadata = true, staying = new Map(), ...choice }: ExactOptions,
  ) {
    const { formats, tags, markerEnvironment, ignoresRequiresPython, prereleases, prefersWheels, uploadedBefore } =
      target;
    this.#target = target;
    this.#sources = sources;
    this.#requireHashes = requireHashes;
    this.#commits = commits;
    this.#staying = staying;
    this.#source = new IndexSource(client, {
      wanted,
      demands: new Map(wanted.map(({ name, hashes }) => [name, hashes])),
      formats,
      uploadedBefore,
      requireHashes,
      target,
      readWhole: sources.readWhole,
      claims,
      failed: new FailedReleases(wanted.map(({ requirement }) => requirement)),
    });
    this.#chooser = new ReleaseChooser<IndexedFile>({
      target: { tags, markerEnvironment, ignoresRequiresPython },
      source: this.#source,
      specifiers: new Map(wanted.map(({ name, specifiers }) => [name, specifiers])),
      formats,
      readsMetadata,
      prereleases,
      prefersWheels,
      ...choice,
    });
  }

  /** Undefined: it stays as it is. */
  async resolve(project: WantedProject): Promise<ResolvedDistribution | undefined> {
    const { name, hashes, origin, url } = project;
    if (this.#requireHashes && !hasStrongHash(hashes)) throw hashMissing(name, origin, hashes);
    if (url !== undefined) return urlKind(url) === "wheel" ? this.#wheelAt(project, url) : this.#sourceAt(project, url);
    const choice = await this.#chooser.choose(name);
    const present = this.#requireHashes || hashes.length > 0 ? undefined : this.#staying.get(name);
    if (present !== undefined && (choice.kind === "none" || !isSameVersion(choice.version, present))) return undefined;
    if (choice.kind === "none") throw this.#problem(project, choice);
    return { name, version: choice.version, source: choice.file, hashes, requested: true };
  }

  async #sourceAt(project: WantedProject, url: string): Promise<ResolvedDistribution> {
    const { name, hashes } = project;
    const source = directSource(url, hashes, project);
    const version = await versionOfSource(this.#sources, { name, source, hashes });
    refuseVersion(project, version);
    return {
      name,
      version,
      source: directSource(url, hashes, { ...project, commits: this.#commits }),
      hashes,
      requested: true,
      directUrl: url,
    };
  }

  #wheelAt(project: WantedProject, url: string): ResolvedDistribution {
    const { name, hashes } = project;
    const source = directSource(url, hashes);
    refuseOtherTags(project, source.filename, this.#target);
    const version = parseWheelFilename(source.filename).version.toString();
    return { name, version, source, hashes, requested: true, directUrl: url };
  }

  #problem(
    { name, specifiers, hashes, origin }: WantedProject,
    { cause, reason, available, refused }: Extract<ReleaseChoice<IndexedFile>, { kind: "none" }>,
  ): Error {
    const required = `${name}${specifiers}`;
    const { description } = this.#target;
    if (cause === "no-project")
      return (
        this.#source.notFound(name, origin) ??
        new NoMatchingVersion({ project: name, required, reason, available, origin })
      );
    if (cause === "no-version") return new NoMatchingVersion({ project: name, required, reason, available, origin });
    const otherHash = refused === undefined ? undefined : hashNotAccepted(name, refused, hashes);
    return (
      otherHash ?? new NoUsableFile({ project: name, required, interpreter: description, files: [], reason, origin })
    );
  }
}

/** The version that a source says it has, normalised where it can be. */
async function versionOfSource(sources: SourceReader, request: SourceRequest): Promise<string> {
  const { version } = parseMetadata(await sources.metadata(request), request.source.filename);
  return tryParseVersion(version)?.toString() ?? version;
}
