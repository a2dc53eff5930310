import { HashMismatch } from "@murre/index-client";
import type { AcceptedHashes } from "@murre/requirements";
import type { ChangeOperation } from "./change-operation.ts";
import type { GatheredRequirements } from "./gather-requirements.ts";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Whether each file has to have a hash that the user knows: asked for, or because one requirement or constraint has one, as in pip. */
export function requiresHashes(
  { options, configuration }: ChangeOperation,
  { entries, constraints, options: inFiles }: GatheredRequirements,
): boolean {
  return (
    options.requireHashes === true ||
    inFiles.requireHashes ||
    configuration.requireHashes?.value === true ||
    [...entries, ...constraints].some(({ hashes }) => Object.keys(hashes).length > 0)
  );
}

/** Whether a file with these known hashes can be one of the accepted ones. Without a common algorithm its bytes decide later. */
export function mayBeAccepted(known: Readonly<Record<string, string>>, accepted: AcceptedHashes): boolean {
  const common = Object.entries(accepted).filter(([algorithm]) => known[algorithm] !== undefined);
  return common.length === 0 || common.some(([algorithm, digests]) => digests.includes(known[algorithm] ?? ""));
}

/** Whether the sha256 alone says that the file is accepted: there are no accepted hashes, or it is one of them. */
export function isAcceptedBySha256(accepted: AcceptedHashes, sha256: string): boolean {
  return Object.keys(accepted).length === 0 || accepted["sha256"]?.includes(sha256) === true;
}

/**
 * Verifies that one of the accepted hashes is the file's. Only algorithms other than sha256 read it again.
 * @throws {HashMismatch}
 */
export async function verifyAccepted(
  url: string,
  path: string,
  accepted: AcceptedHashes,
  sha256: string,
): Promise<void> {
  if (isAcceptedBySha256(accepted, sha256)) return;
  for (const [algorithm, digests] of Object.entries(accepted))
    if (algorithm !== "sha256" && digests.includes(await fileDigest(path, algorithm))) return;
  const [algorithm = "sha256", [expected = ""] = []] = Object.entries(accepted)[0] ?? [];
  throw new HashMismatch(url, algorithm, expected, algorithm === "sha256" ? sha256 : await fileDigest(path, algorithm));
}

async function fileDigest(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
