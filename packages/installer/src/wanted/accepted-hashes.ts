import type { AcceptedHashes, Constraint, RequirementEntry } from "@murre/requirements";
import { hashAlgorithm, knownHashes, redactUrl } from "@murre/pep508";
import { HashRequired } from "../errors.ts";
import type { HashDemand, ArchiveSource } from "./resolved.ts";

/** All that a requirement or constraint says of the file: one of its `--hash`, and everything in the fragment of its URL. */
export function demandsOf(
  { hashes, fragmentHashes }: Pick<RequirementEntry | Constraint, "hashes" | "fragmentHashes">,
  origin: string,
): readonly HashDemand[] {
  const own = Object.keys(hashes).length === 0 ? [] : [{ digests: hashes, origin }];
  return [...own, ...promises(fragmentHashes, origin)];
}

/** Hashes all of which the file has to have, as demands. */
export function promises(hashes: Readonly<Record<string, string>>, origin: string): readonly HashDemand[] {
  return Object.entries(knownHashes(hashes)).map(([algorithm, digest]) => ({
    digests: { [algorithm]: [digest] },
    origin,
  }));
}

/** Whether each file has to have a hash that the user knows: asked for, or because one requirement or constraint has one, as in pip. */
export function requiresHashes(
  {
    entries,
    constraints,
  }: { readonly entries: readonly RequirementEntry[]; readonly constraints: readonly Constraint[] },
  isAsked: boolean,
): boolean {
  return isAsked || [...entries, ...constraints].some(({ hashes }) => Object.keys(hashes).length > 0);
}

/** Whether one of them is a hash that nobody can make another file for: where hashes are required, md5 is none (uv). */
export function hasStrongHash(demands: readonly HashDemand[]): boolean {
  return demands.some(({ digests }) => Object.keys(digests).some((name) => hashAlgorithm(name)?.isStrong === true));
}

export function hashMissing(what: string, origin: string, demands: readonly HashDemand[] = []): HashRequired {
  const weak = demands.flatMap(({ digests }) => Object.keys(digests));
  const found =
    weak.length === 0 ? "it has none" : `it has none but ${weak.join(", ")}, for which others can make a file`;
  return new HashRequired(what, `hashes are required, and ${found}; add --hash=sha256:…`, origin);
}

/**
 * Neither a folder nor a repository is a file, so that no hash can be compared: nothing that a hash is given for, or asked of, comes from one.
 * @param requiredBy where it stands, if hashes are required there: `requirements.txt:3`
 * @throws {HashRequired}
 */
export function refuseHash(
  kind: "folder" | "repository",
  { url, hashes }: Pick<ArchiveSource, "url" | "hashes">,
  demands: readonly HashDemand[],
  requiredBy?: string,
): void {
  if (requiredBy === undefined && demands.length === 0 && Object.keys(hashes).length === 0) return;
  throw new HashRequired(
    redactUrl(url),
    `a ${kind} has no hash that could be compared; name an archive`,
    demands[0]?.origin ?? requiredBy ?? "hashes are required",
  );
}

type Known = Readonly<Record<string, string>>;

/** Algorithms are named by pages and users: one called `constructor` has no digest. */
export function digestIn(digests: Known, algorithm: string): string | undefined {
  return Object.hasOwn(digests, algorithm) ? digests[algorithm] : undefined;
}

/** The first demand that a file with these hashes does not meet, as far as they tell. Without a common algorithm its bytes decide later. */
export function refusingDemand(known: Known, demands: readonly HashDemand[]): HashDemand | undefined {
  return demands.find(
    ({ digests }) =>
      !meets(known, digests) && Object.keys(digests).some((algorithm) => digestIn(known, algorithm) !== undefined),
  );
}

/** Whether a file with these hashes is known to meet all demands. */
export function meetsAll(known: Known, demands: readonly HashDemand[]): boolean {
  return demands.every(({ digests }) => meets(known, digests));
}

function meets(known: Known, digests: AcceptedHashes): boolean {
  return Object.entries(digests).some(([algorithm, accepted]) =>
    accepted.includes(digestIn(known, algorithm)?.toLowerCase() ?? ""),
  );
}
