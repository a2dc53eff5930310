/**
 * The comparison key of a version: two doubles that hold integers below 2^53.
 *
 *     releaseRank   major (25 bits) · minor (14) · micro (14)
 *     suffixRank    fourth number (25 bits) · pre-release phase (3) · its number (8) · post-release + 1 (8) · dev-release (9)
 *
 * Both are monotone: a <= b implies rank(a) <= rank(b), so ranks that differ decide at once. What does not fit (an epoch, a date
 * as the second number, a fifth number, a local version) takes the largest rank that is still not above its successors
 * ("saturated", returned as a negative number here); equal ranks of which one is saturated are decided segment by segment.
 */

const MAJOR_LIMIT = 2 ** 25;
const MINOR_LIMIT = 2 ** 14;
const LOW_28_BITS = 2 ** 28;

/** The rank of whatever does not fit at all. */
export const SATURATED = -(2 ** 53 - 1);

/** @returns the rank, negated when it is saturated. */
export function packRelease(epoch: number, release: readonly number[]): number {
  const major = release[0] ?? 0;
  if (epoch !== 0 || major >= MAJOR_LIMIT) return SATURATED;
  const minor = release[1] ?? 0;
  if (minor >= MINOR_LIMIT) return -(major * LOW_28_BITS + LOW_28_BITS - 1);
  const micro = release[2] ?? 0;
  if (micro >= MINOR_LIMIT) return -(major * LOW_28_BITS + minor * MINOR_LIMIT + MINOR_LIMIT - 1);
  return major * LOW_28_BITS + minor * MINOR_LIMIT + micro;
}

/**
 * The phases of one release in PEP 440's order: a development release of the final release comes first, the final release
 * and its post-releases last.
 */
const PHASES = { dev: 0, a: 1, b: 2, rc: 3, final: 4 } as const;

interface Suffix {
  readonly release: readonly number[];
  readonly pre: readonly ["a" | "b" | "rc", number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
}

interface Phased {
  readonly pre: readonly ["a" | "b" | "rc", unknown] | undefined;
  readonly post: unknown;
  readonly dev: unknown;
}

/** Which of the phases a version is in; phases compare as numbers. */
export function phaseOf(parts: Phased): number {
  if (parts.pre !== undefined) return PHASES[parts.pre[0]];
  return parts.post === undefined && parts.dev !== undefined ? PHASES.dev : PHASES.final;
}

const PRE_LIMIT = 2 ** 8;
const POST_LIMIT = 2 ** 8 - 1;
/** 511 stands for "no development release", which comes after all of them; 510 is the saturated value. */
const NO_DEV = 2 ** 9 - 1;
const PLAIN_SUFFIX = PHASES.final * 2 ** 25 + NO_DEV;

/** @returns the rank, negated when it is saturated. */
export function packSuffix(parts: Suffix): number {
  const { release, pre, post, dev } = parts;
  const isPlain = pre === undefined && post === undefined && dev === undefined;
  if (isPlain && release.length < 4) return PLAIN_SUFFIX;
  const fourth = release[3] ?? 0;
  if (fourth >= MAJOR_LIMIT) return SATURATED;
  const high = fourth * LOW_28_BITS;
  for (let index = 4; index < release.length; index += 1) if (release[index] !== 0) return -(high + LOW_28_BITS - 1);
  return isPlain ? high + PLAIN_SUFFIX : packPhase(high, parts);
}

function packPhase(high: number, parts: Suffix): number {
  const { pre, post, dev } = parts;
  const phase = high + phaseOf(parts) * 2 ** 25;
  const preNumber = pre === undefined ? 0 : pre[1];
  if (preNumber >= PRE_LIMIT) return -(phase + 2 ** 25 - 1);
  const postRank = post === undefined ? 0 : post + 1;
  if (postRank >= POST_LIMIT) return -(phase + preNumber * 2 ** 17 + 2 ** 17 - 1);
  const beforeDev = phase + preNumber * 2 ** 17 + postRank * 2 ** 9;
  if (dev === undefined) return beforeDev + NO_DEV;
  return dev < NO_DEV ? beforeDev + dev : -(beforeDev + NO_DEV - 1);
}
