import { createHash } from "node:crypto";
import type { WheelProblem } from "./errors.ts";
import type { BlockingFile } from "./random-access.ts";

const pieceBytes = 1024 * 1024;

/** Algorithms that indexes and requirements files name; what another one says cannot be checked. */
const knownAlgorithms = new Set(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]);

export interface CheckedArchive {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly problems: readonly WheelProblem[];
}

/**
 * The sha256 of the archive, and whether it has every one of the expected hashes.
 * @param expected algorithm → digest in hexadecimal
 */
export function checkArchiveHashes(
  file: BlockingFile,
  expected: Readonly<Record<string, string>>,
  check: () => void,
): CheckedArchive {
  const problems: WheelProblem[] = [];
  const hashes = new Map([["sha256", createHash("sha256")]]);
  for (const [algorithm, digest] of Object.entries(expected)) {
    if (knownAlgorithms.has(algorithm)) hashes.set(algorithm, createHash(algorithm));
    else
      problems.push({
        code: "MURRE_UNSUPPORTED_WHEEL",
        text: `is to have the ${algorithm} ${digest}, and murre knows no ${algorithm}`,
      });
  }
  for (let offset = 0; offset < file.size; offset += pieceBytes) {
    check();
    const piece = file.view(offset, pieceBytes);
    for (const hash of hashes.values()) hash.update(piece);
  }
  const actual = new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest("hex")]));
  for (const [algorithm, digest] of Object.entries(expected)) {
    const found = actual.get(algorithm);
    if (found === undefined || found === digest.toLowerCase()) continue;
    const text = `has the ${algorithm} ${found}, expected ${digest}; it was changed or damaged on the way`;
    problems.push({ code: "MURRE_HASH_MISMATCH", text, expected: digest, actual: found });
  }
  return { sha256: actual.get("sha256")!, problems };
}
