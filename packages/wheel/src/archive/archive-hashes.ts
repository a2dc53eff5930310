import { hashAlgorithm, knownHashes } from "@murre/pep508";
import { createHash } from "node:crypto";
import type { WheelProblem } from "../errors.ts";
import type { ArchiveFile } from "./random-access.ts";

const pieceBytes = 1024 * 1024;

export interface CheckedArchive {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly problems: readonly WheelProblem[];
}

/** An archive whose bytes were hashed by the only one who wrote them, while they were written. */
export interface KnownArchive {
  /** Hexadecimal. */
  readonly sha256: string;
  /** The `fileState` of the archive, of `@murre/files`, since then; absent where it lies in no file. */
  readonly state?: string;
}

/** Whether this is still what is known, and nothing more is to be compared than what is known of it. */
export function isKnown(
  file: ArchiveFile,
  known: KnownArchive | undefined,
  expected: Readonly<Record<string, string>>,
): known is KnownArchive {
  if (known === undefined) return false;
  const isExpected = ([algorithm, digest]: [string, string]) =>
    algorithm === "sha256" && digest.toLowerCase() === known.sha256;
  return Object.entries(expected).every(isExpected) && file.state === known.state;
}

/**
 * The sha256 of the archive, and whether it has every one of the expected hashes.
 * @param expected algorithm → digest in hexadecimal
 */
export function checkArchiveHashes(
  file: ArchiveFile,
  expected: Readonly<Record<string, string>>,
  check: () => void,
): CheckedArchive {
  const problems: WheelProblem[] = [];
  const hashes = new Map([["sha256", createHash("sha256")]]);
  const comparable = Object.entries(knownHashes(expected));
  for (const [algorithm, digest] of comparable) {
    const known = hashAlgorithm(algorithm);
    if (known !== undefined) hashes.set(algorithm, createHash(known.node));
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
  for (const [algorithm, digest] of comparable) {
    const found = actual.get(algorithm);
    if (found === undefined || found === digest.toLowerCase()) continue;
    const text = `has the ${algorithm} ${found}, expected ${digest}; it was changed or damaged on the way`;
    problems.push({ code: "MURRE_HASH_MISMATCH", text, expected: digest, actual: found });
  }
  return { sha256: actual.get("sha256")!, problems };
}
