import type { AcceptedHashes } from "../types.ts";
import { order } from "./order.ts";

const preferred = ["md5", "sha256", "sha384", "sha512", "blake2b"];

/** `sha256:…`, by algorithm, then by digest, each once. */
export function hashTexts(hashes: AcceptedHashes): readonly string[] {
  const rank = (algorithm: string): number =>
    preferred.includes(algorithm) ? preferred.indexOf(algorithm) : preferred.length;
  return Object.keys(hashes)
    .sort((left, right) => rank(left) - rank(right) || order(left, right))
    .flatMap((algorithm) => [...new Set(hashes[algorithm])].sort().map((digest) => `${algorithm}:${digest}`));
}
