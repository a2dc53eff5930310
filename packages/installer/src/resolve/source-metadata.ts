import type { BuildErrorCode } from "@murre/build";
import { hasCode } from "@murre/files";
import type { DistributionFile, IndexClient, PageRelease } from "@murre/index-client";
import { tryParseVersion } from "@murre/pep440";
import { normalizeName, type NormalizedName, type Requirement } from "@murre/pep508";
import type { RequirementsErrorCode } from "@murre/requirements";
import { isPin, type AllowedFormats, type Proof, type Unavailable } from "@murre/resolver";
import { parseMetadata } from "@murre/wheel";
import { refusingDemand } from "../wanted/accepted-hashes.ts";
import { fileVersion } from "../wanted/file-version.ts";
import type { HashDemand } from "../wanted/resolved.ts";
import { NoSolution, type InstallerErrorCode } from "../errors.ts";

/**
 * A wheel of the sdist's release for another platform or Python: all files of a release are of one version, so that nothing has to be built
 * to learn what its sdist needs (uv does so). Undefined where there is none, or none that the user's hashes accept.
 */
export function foreignWheel(
  sdist: DistributionFile,
  project: NormalizedName,
  formats: AllowedFormats,
  releases: readonly PageRelease[],
  demands: readonly HashDemand[],
): DistributionFile | undefined {
  // Who wants sources wants to know what they say.
  if (formats !== "any") return undefined;
  const key = fileVersion(sdist, project)?.key;
  if (key === undefined) return undefined;
  const wheels = releases
    .filter(({ version = "" }) => tryParseVersion(version)?.key === key)
    .flatMap(({ files }) => files)
    .filter(
      ({ kind, yanked, hashes }) =>
        kind === "wheel" && yanked === sdist.yanked && refusingDemand(hashes, demands) === undefined,
    );
  return wheels.find(({ coreMetadata }) => coreMetadata !== undefined) ?? wheels[0];
}

/** The METADATA of such a wheel, where it can be read and is what the release's name says. */
export async function foreignMetadata(
  wheel: DistributionFile,
  project: NormalizedName,
  client: Pick<IndexClient, "metadata">,
): Promise<string | undefined> {
  try {
    const text = (await client.metadata(wheel))?.text;
    return text !== undefined && normalizeName(parseMetadata(text).name) === project ? text : undefined;
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    return undefined; // the sdist tells
  }
}

type SourceErrorCode = BuildErrorCode | InstallerErrorCode | RequirementsErrorCode;

/** What a release can be passed over for: its own sources are the reason, and not this machine, the network or the user. */
const ownFaults: readonly SourceErrorCode[] = [
  "MURRE_BUILD_FAILED",
  "MURRE_BUILD_MISMATCH",
  "MURRE_BUILD_REQUIREMENTS",
  "MURRE_INVALID_BACKEND_ANSWER",
  "MURRE_INVALID_PYPROJECT",
  "MURRE_NO_SOURCE_TREE",
  "MURRE_UNREADABLE_SDIST",
];

/** So many releases of one project may fail: what else fails has most often one reason, such as a compiler that is missing. */
const mostFailures = 3;

/**
 * Releases that are passed over because nobody can build their metadata. What the user pinned is no choice, so that its failure is the
 * operation's; so is that of a project's only release, and the third failure of one project.
 */
export class FailedReleases {
  readonly #pinned: ReadonlySet<NormalizedName>;
  readonly #failures = new Map<NormalizedName, Error[]>();

  /** @param requirements the user's own, constraints among them */
  constructor(requirements: readonly Requirement[]) {
    const pins = requirements.filter(({ specifiers }) => specifiers.specifiers.some(isPin));
    this.#pinned = new Set(pins.map(({ normalizedName }) => normalizedName));
  }

  /** @throws the error, where it is no reason to pass the release over */
  passOver(project: NormalizedName, error: unknown, releases = 1): Unavailable {
    const failures = this.#failures.get(project) ?? [];
    if (!hasCode<SourceErrorCode>(error, ...ownFaults) || this.#pinned.has(project)) throw error;
    if (failures.length + 1 === Math.min(mostFailures, releases)) throw error;
    this.#failures.set(project, [...failures, error]);
    return { unavailable: `it cannot be built: ${firstLine(error)}` };
  }

  /** What could not be built may be why: it is told whole, with its log. */
  whyNoSolution(message: string, tree: Proof, hints: readonly string[]): NoSolution {
    const [first] = this.#errors;
    const told = [message, ...hints.map((hint) => `hint: ${hint}`)].join("\n");
    const logs = this.#errors.map((error) => error.message);
    return new NoSolution([told, ...logs].join("\n\n"), { tree, hints, ...(first && { cause: first }) });
  }

  get warnings(): readonly string[] {
    return this.#errors.map((error) => `a release was passed over, because it cannot be built: ${error.message}`);
  }

  get #errors(): readonly Error[] {
    return [...this.#failures.values()].flat();
  }
}

function firstLine({ message }: Error): string {
  return message.split("\n")[0]?.replace(/; its last lines:$/, "") ?? message;
}
