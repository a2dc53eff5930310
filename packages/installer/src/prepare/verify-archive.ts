import { hashAlgorithm, knownHashes } from "@murre/pep508";
import { streamFile } from "@murre/files";
import { hashedName, type Documents } from "@murre/cache";
import { HashMismatch, type IndexErrorCode } from "@murre/index-client";
import type { WheelErrorCode } from "@murre/wheel";
import { createHash, type Hash } from "node:crypto";
import { statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { sha256OfFile } from "../wanted/file-digest.ts";
import { digestIn, meetsAll, promises } from "../wanted/accepted-hashes.ts";
import { HashNotAccepted } from "../errors.ts";
import type { HashDemand, ArchiveSource } from "../wanted/resolved.ts";

/** A file, and all that is known of what its bytes have to be. */
export interface ExpectedArchive {
  readonly name: string;
  /** Empty where it is not known. */
  readonly version: string;
  readonly source: Pick<ArchiveSource, "filename" | "url" | "hashes" | "promisedBytes">;
  readonly hashes: readonly HashDemand[];
}

/** An archive: the path of its file, or its bytes. */
export type ArchiveBytes = string | Buffer;

type Digests = Readonly<Record<string, string>>;

/**
 * Whether bytes with this sha256 are known to be what the index, the URL and the user ask for. Of other algorithms is known what was computed
 * when these bytes were verified: bytes of one sha256 are the same bytes.
 */
export function isKnownToFit(
  { source, hashes }: ExpectedArchive,
  sha256: string | undefined,
  documents: Documents,
): boolean {
  const demands = [...promises(source.hashes, source.url), ...hashes];
  if (sha256 === undefined) return demands.length === 0;
  if (meetsAll({ sha256 }, demands)) return true;
  if (demands.every(({ digests }) => digests["sha256"] !== undefined)) return false;
  return meetsAll(knownDigests(sha256, documents), demands);
}

/**
 * Verifies that an archive is what the index, the URL and the user ask for. Only algorithms other than sha256 read it.
 * @throws {HashMismatch} {HashNotAccepted}
 */
export async function verifyArchive(
  archive: ExpectedArchive,
  bytes: ArchiveBytes,
  sha256: string,
  documents: Documents,
): Promise<void> {
  refuseOtherSize(archive, bytes);
  if (isKnownToFit(archive, sha256, documents)) return;
  const { name: project, version, source, hashes } = archive;
  const names = [source.hashes, ...hashes.map(({ digests }) => digests)].flatMap((digests) => Object.keys(digests));
  const found: Digests = { ...(await digestsOf(bytes, names)), sha256 };
  for (const demand of hashes)
    if (!meetsAll(found, [demand]))
      throw new HashNotAccepted({ project, version, filename: source.filename, demand, found, holder: "file" });
  for (const [algorithm, expected] of Object.entries(knownHashes(source.hashes))) {
    const actual = digestIn(found, algorithm) ?? "none that can be computed";
    if (actual !== expected.toLowerCase()) throw new HashMismatch(source.url, algorithm, expected, actual);
  }
  documents.write(documentOf(sha256), JSON.stringify({ ...knownDigests(sha256, documents), ...found }));
}

/**
 * Of an archive that cannot be read: that its bytes are not the ones that the user asked for is all that is worth telling then.
 * @throws {HashNotAccepted}
 */
export async function refuseOtherBytes(
  archive: ExpectedArchive,
  bytes: ArchiveBytes,
  documents: Documents,
): Promise<void> {
  const sha256 = archive.hashes.length === 0 ? undefined : await sha256Of(bytes).catch(() => undefined);
  if (sha256 !== undefined) await verifyArchive(archive, bytes, sha256, documents);
}

/** Whoever says a file's size says what its bytes are, as with a hash. @throws {HashNotAccepted} */
function refuseOtherSize({ name: project, version, source, hashes }: ExpectedArchive, bytes: ArchiveBytes): void {
  const { filename, promisedBytes } = source;
  if (promisedBytes === undefined) return;
  const size = typeof bytes === "string" ? statSync(bytes).size : bytes.length;
  if (size === promisedBytes) return;
  const demand = { digests: { size: [`${promisedBytes}`] }, origin: hashes[0]?.origin ?? filename };
  throw new HashNotAccepted({ project, version, filename, demand, found: { size: `${size}` }, holder: "file" });
}

/** The index client and the reader of wheels have one code for it. */
const mismatch = "MURRE_HASH_MISMATCH" satisfies IndexErrorCode & WheelErrorCode;

/** What was found wrong while the bytes came in, said as the user's demand where it is one. */
export function explainMismatch(error: unknown, { name: project, version, source, hashes }: ExpectedArchive): unknown {
  const { code, expected, actual } = mismatchOf(error);
  if (code !== mismatch || expected === undefined || actual === undefined) return error;
  for (const demand of hashes)
    for (const [algorithm, digests] of Object.entries(demand.digests))
      if (digests.includes(expected.toLowerCase())) {
        const found = { [algorithm]: actual };
        return new HashNotAccepted({ project, version, filename: source.filename, demand, found, holder: "file" });
      }
  return error;
}

interface Mismatch {
  readonly code?: unknown;
  readonly expected?: string;
  readonly actual?: string;
}

/** Of the index client's error, or of the first problem of the wheel's. */
function mismatchOf(error: unknown): Mismatch {
  const { code, expected, actual, problems } = error as Mismatch & { readonly problems?: readonly Mismatch[] };
  return expected === undefined
    ? { code, ...problems?.find((problem) => problem.expected !== undefined) }
    : { code, expected, actual: actual ?? "" };
}

const documentOf = (sha256: string) => ["files", hashedName(`digests of ${sha256}`)] as const;

const digests = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

function knownDigests(sha256: string, documents: Documents): Digests {
  // Torn or foreign: computed again.
  const { success, output } = v.safeParse(digests, documents.read(...documentOf(sha256))?.toString("utf8") ?? "{}");
  return { ...(success ? output : {}), sha256 };
}

const sha256Of = async (bytes: ArchiveBytes): Promise<string> =>
  typeof bytes === "string" ? sha256OfFile(bytes) : createHash("sha256").update(bytes).digest("hex");

/** What no algorithm is, is left out. */
async function digestsOf(bytes: ArchiveBytes, names: readonly string[]): Promise<Digests> {
  const hashes = new Map<string, Hash>();
  for (const name of new Set(names)) {
    const algorithm = name === "sha256" ? undefined : hashAlgorithm(name);
    if (algorithm !== undefined) hashes.set(name, createHash(algorithm.node));
  }
  if (hashes.size === 0) return {};
  if (typeof bytes !== "string") for (const hash of hashes.values()) hash.update(bytes);
  else
    await pipeline(streamFile(bytes), async (chunks) => {
      for await (const chunk of chunks) for (const hash of hashes.values()) hash.update(chunk as Buffer);
    });
  return Object.fromEntries([...hashes].map(([name, hash]) => [name, hash.digest("hex")]));
}
