import { packSuffix, packRelease, SATURATED } from "./version-rank.ts";

/** A number inside a version; a `bigint` only where a `number` would lose digits (from 2^53 on). */
export type VersionNumber = number | bigint;

export type PreReleaseLetter = "a" | "b" | "rc";

/** The segments of a version, each number exact. */
export interface VersionParts {
  readonly epoch: VersionNumber;
  readonly release: readonly VersionNumber[];
  readonly pre: readonly [PreReleaseLetter, VersionNumber] | undefined;
  readonly post: VersionNumber | undefined;
  readonly dev: VersionNumber | undefined;
  /** Normalised: lower case, separated by dots, numbers without leading zeros. */
  readonly local: string | undefined;
}

/**
 * A version of PEP 440, immutable. `parseVersion` makes them.
 * The numbers are exact below 2^53; a longer one reads as the nearest double here, while text, key and order stay exact.
 */
export class Version {
  readonly epoch: number;
  /** As written, with trailing zeros; never empty. */
  readonly release: readonly number[];
  readonly pre: readonly [PreReleaseLetter, number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
  readonly local: string | undefined;
  /** First part of the comparison key: see version-rank.ts. */
  readonly releaseRank: number;
  /** Second part of the comparison key, meaningful between equal `releaseRank`s. */
  readonly suffixRank: number;
  /** Whether equal ranks mean equal versions; without it, `exactParts` decide. */
  readonly isRankExact: boolean;
  /** Set only where a number of this version is beyond 2^53. */
  readonly #exact: VersionParts | undefined;
  readonly #text: string;
  #key: string | undefined;

  /** `text` is the normalised form of `parts`, for a caller who has it already. */
  constructor(parts: VersionParts, text?: string) {
    const rounded = isExactInDoubles(parts) ? parts : roundParts(parts);
    this.#exact = rounded === parts ? undefined : parts;
    this.epoch = rounded.epoch;
    this.release = rounded.release;
    this.pre = rounded.pre;
    this.post = rounded.post;
    this.dev = rounded.dev;
    this.local = rounded.local;
    this.#text = text ?? formatVersion(parts);
    this.#key = undefined;
    const releaseRank = packRelease(rounded.epoch, rounded.release);
    const suffixRank = releaseRank < 0 ? SATURATED : packSuffix(rounded);
    this.releaseRank = Math.abs(releaseRank);
    this.suffixRank = Math.abs(suffixRank);
    this.isRankExact = releaseRank >= 0 && suffixRank >= 0 && rounded.local === undefined;
  }

  /** The segments with every number exact. */
  get exactParts(): VersionParts {
    return this.#exact ?? this;
  }

  /** One string for all spellings of equal versions (1.0 and 1.0.0 have the same): a key for `Map` and `Set`. */
  get key(): string {
    return (this.#key ??= this.release.at(-1) === 0 ? formatVersion(trimRelease(this.exactParts)) : this.#text);
  }

  /** Whether this is an alpha, beta, release candidate or development release. */
  get isPrerelease(): boolean {
    return this.pre !== undefined || this.dev !== undefined;
  }

  get isPostrelease(): boolean {
    return this.post !== undefined;
  }

  get isDevrelease(): boolean {
    return this.dev !== undefined;
  }

  /** The normalised text without the local segment. */
  get public(): string {
    return this.local === undefined ? this.#text : formatVersion({ ...partsOf(this), local: undefined });
  }

  /** The normalised epoch and release alone. */
  get base(): string {
    const { epoch, release } = this.exactParts;
    return formatVersion({ epoch, release, pre: undefined, post: undefined, dev: undefined, local: undefined });
  }

  /** The normalised text: `parseVersion` gives an equal version for it. */
  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }
}

/** A copy of a version's segments, for building another version from them. */
export function partsOf(version: Version): VersionParts {
  const { epoch, release, pre, post, dev, local } = version.exactParts;
  return { epoch, release, pre, post, dev, local };
}

/** The number after `number`, exact at any size. */
export function successor(number: VersionNumber): VersionNumber {
  if (typeof number === "bigint") return number + 1n;
  return number < Number.MAX_SAFE_INTEGER ? number + 1 : BigInt(number) + 1n;
}

function formatVersion({ epoch, release, pre, post, dev, local }: VersionParts): string {
  let text = release.join(".");
  if (epoch !== 0) text = `${epoch}!${text}`;
  if (pre !== undefined) text += `${pre[0]}${pre[1]}`;
  if (post !== undefined) text += `.post${post}`;
  if (dev !== undefined) text += `.dev${dev}`;
  return local === undefined ? text : `${text}+${local}`;
}

function trimRelease(parts: VersionParts): VersionParts {
  const { epoch, release, pre, post, dev, local } = parts;
  let length = release.length;
  while (length > 1 && release[length - 1] === 0) length -= 1;
  return { epoch, release: release.slice(0, length), pre, post, dev, local };
}

interface RoundedParts extends VersionParts {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: readonly [PreReleaseLetter, number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
}

function isExactInDoubles(parts: VersionParts): parts is RoundedParts {
  const { epoch, release, pre, post, dev } = parts;
  // Not by an iterator, which makes an object for each number where this is not optimized yet: it is asked of each version of a page.
  for (let i = 0; i < release.length; i++) if (typeof release[i] === "bigint") return false;
  return (
    typeof epoch === "number" && typeof pre?.[1] !== "bigint" && typeof post !== "bigint" && typeof dev !== "bigint"
  );
}

function roundParts(parts: VersionParts): RoundedParts {
  const { pre, post, dev } = parts;
  return {
    epoch: Number(parts.epoch),
    release: parts.release.map(Number),
    pre: pre && [pre[0], Number(pre[1])],
    post: post === undefined ? undefined : Number(post),
    dev: dev === undefined ? undefined : Number(dev),
    local: parts.local,
  };
}
