/** A hash function that something can be said to have a digest of. */
export interface HashAlgorithm {
  /** What Node's crypto calls it. */
  readonly node: string;
  /** Hexadecimal digits of a digest. */
  readonly digits: number;
  /** Whether nobody can make two files of one digest: what a user writes to be sure has to be of these. */
  readonly isStrong: boolean;
}

const strong = (node: string, digits: number): HashAlgorithm => ({ node, digits, isStrong: true });
const weak = (node: string, digits: number): HashAlgorithm => ({ node, digits, isStrong: false });

/**
 * The one table of hashes, by the names of Python's hashlib, as pages, fragments of URLs, requirement lines and lock files use them (PEP 503, 610,
 * 691): those of `hashlib.algorithms_guaranteed` whose digests have one length.
 */
const algorithms: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["md5", weak("md5", 32)],
  ["sha1", weak("sha1", 40)],
  ["sha224", strong("sha224", 56)],
  ["sha256", strong("sha256", 64)],
  ["sha384", strong("sha384", 96)],
  ["sha512", strong("sha512", 128)],
  ["blake2b", strong("blake2b512", 128)],
  ["blake2s", strong("blake2s256", 64)],
  ["sha3_224", strong("sha3-224", 56)],
  ["sha3_256", strong("sha3-256", 64)],
  ["sha3_384", strong("sha3-384", 96)],
  ["sha3_512", strong("sha3-512", 128)],
]);

/** @returns undefined for a name that is none, or that nothing here can compute */
export function hashAlgorithm(name: string): HashAlgorithm | undefined {
  return algorithms.get(name);
}

/** The names of the strong ones, for messages. */
export const strongAlgorithms: readonly string[] = [...algorithms].flatMap(([name, { isStrong }]) =>
  isStrong ? [name] : [],
);

/**
 * What can be compared of the hashes that somebody names. What is unknown is passed over beside a known one, because any one of them tells the
 * file; alone it stays, so that no file has it, and whoever compares says so.
 */
export function knownHashes(hashes: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries(hashes);
  const known = all.filter(([name]) => algorithms.has(name));
  return Object.fromEntries(known.length === 0 ? all : known);
}

/** What is wrong with the digest of a file; undefined when nothing is. */
export function digestProblem(algorithm: string, digest: string): string | undefined {
  const expected = algorithms.get(algorithm)?.digits;
  if (expected === undefined) return `there is no algorithm ${algorithm}`;
  if (digest.length === expected && /^[0-9a-f]+$/i.test(digest)) return undefined;
  return `${algorithm} needs ${expected} hexadecimal digits, and this has ${digest.length} characters`;
}
