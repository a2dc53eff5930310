import { IndexError, type DistributionFile, type PublisherIdentity } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import { lockedFilename, type LockedPackage, type LockedSource, type LockFile } from "@murre/requirements";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import type { Upgrade } from "./preferences.ts";

export type LockedFiles = Extract<LockedSource, { kind: "files" }>;

/** A package of which the files are known. */
interface FoundPackage {
  readonly name: NormalizedName;
  readonly version: string;
  readonly source: LockedFiles;
}

/** So many failures are told; of the others how many they are. */
const mostTold = 3;

/**
 * Who published what is locked (PEP 740, PEP 751), as the indexes say. A package that the earlier lock file has with the same files keeps what
 * that says, and nothing is asked. Else one file of a package is asked about: nearly all releases are published at once, by one publisher, and
 * those with a hundred wheels would cost a hundred requests. It is the first of its wheels by name, which is the same one on every
 * machine; without an attested wheel the sdist. What cannot be had fails nothing.
 */
export class Attestations {
  readonly #client: Request["client"];
  readonly #operation: Pick<ChangeOperation, "onEvent" | "signal">;
  readonly #known: readonly LockedPackage[];
  readonly #failures: { readonly name: NormalizedName; readonly error: Error }[] = [];

  /** @param earlier the lock file so far; undefined where there is none, or all is taken again */
  constructor(
    { client }: Pick<Request, "client">,
    operation: Pick<ChangeOperation, "onEvent" | "signal" | "decisions">,
    { lock, upgrade }: { readonly lock: LockFile | undefined; readonly upgrade: Upgrade },
  ) {
    const { refresh = "none" } = operation.decisions.network;
    const isAskedAgain = (name: NormalizedName) =>
      upgrade.projects.has(name) || refresh === "all" || (refresh !== "none" && refresh.has(name));
    this.#client = client;
    this.#operation = operation;
    this.#known = (lock?.packages ?? []).filter(
      ({ name, attestationIdentities }) => attestationIdentities !== undefined && !isAskedAgain(name),
    );
  }

  /** The identities, each once and in one order; undefined where none are known. */
  async of(
    found: FoundPackage,
    files: readonly DistributionFile[],
  ): Promise<LockedPackage["attestationIdentities"] | undefined> {
    const known = this.#known.find((before) => isUnchanged(before, found));
    if (known !== undefined) return known.attestationIdentities;
    const file = files.filter(({ provenance }) => provenance !== undefined).toSorted(byPreference)[0];
    const publishers = file === undefined ? [] : await this.#ask(file, found.name);
    const byText = new Map(publishers.map((publisher) => [JSON.stringify(publisher), publisher]));
    return byText.size === 0 ? undefined : [...byText.keys()].sort().map((text) => byText.get(text)!);
  }

  async #ask(file: DistributionFile, name: NormalizedName): Promise<readonly PublisherIdentity[]> {
    try {
      return await this.#client.publishers(file, name);
    } catch (error) {
      this.#operation.signal?.throwIfAborted();
      if (!(error instanceof IndexError)) throw error;
      this.#failures.push({ name, error });
      return [];
    }
  }

  /** One warning of all that could not be had. */
  tell(): void {
    const failures = this.#failures.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (failures.length === 0) return;
    const told = failures.slice(0, mostTold).map(({ name, error }) => `${name} (${error.message})`);
    const rest = failures.length > mostTold ? ` and ${failures.length - mostTold} more` : "";
    this.#operation.onEvent({
      type: "warning",
      code: "MURRE_WARNING_ATTESTATIONS",
      message: `locked without who published them: ${told.join(", ")}${rest}`,
    });
  }
}

/** Wheels first, by name. */
function byPreference(a: DistributionFile, b: DistributionFile): number {
  if (a.kind !== b.kind) return a.kind === "wheel" ? -1 : 1;
  return a.filename < b.filename ? -1 : 1;
}

/** Whether files of the package are the ones that were locked before, and none of them is another one. */
function isUnchanged({ name, version, source }: LockedPackage, found: FoundPackage): boolean {
  if (name !== found.name || version !== found.version || source?.kind !== "files") return false;
  const before = hashesByFilename(source);
  const common = [...hashesByFilename(found.source)].flatMap(([filename, hashes]) => {
    const known = before.get(filename);
    return known === undefined ? [] : [areSame(known, hashes)];
  });
  return common.length > 0 && common.every(Boolean);
}

type Hashes = Readonly<Record<string, string>>;

function hashesByFilename({ sdist, wheels }: LockedFiles): ReadonlyMap<string, Hashes> {
  const files = sdist === undefined ? wheels : [sdist, ...wheels];
  return new Map(files.map((file) => [lockedFilename(file), file.hashes]));
}

/** One algorithm at least, of which both know the digest, and no digest of another file. */
function areSame(a: Hashes, b: Hashes): boolean {
  const common = Object.keys(a).filter((algorithm) => b[algorithm] !== undefined);
  return common.length > 0 && common.every((algorithm) => a[algorithm] === b[algorithm]);
}
