import { isBelow, parseVersion, type VersionBound, type VersionInterval } from "@murre/pep440";

/**
 * A release of an interpreter as one number, `major.minor.micro`, so that ranges of releases are ranges of numbers. Only releases count: a
 * pre-release of a Python is what the release will be, as for Requires-Python.
 */
export type PythonRelease = number;

/** More than any number of a release of an interpreter; what is larger counts as this. */
const WIDTH = 100_000;

export const FIRST_RELEASE: PythonRelease = 0;

/** Of how many numbers the values of a variable are: `python_version` has two, `python_full_version` three. */
export type Precision = 2 | 3;

/** The ranges of releases, `[from, to)`, that the intervals hold, one after the other as in a list. */
export function releaseRanges(intervals: readonly VersionInterval[], precision: Precision): PythonRelease[] {
  const ranges: PythonRelease[] = [];
  for (const { lower, upper } of intervals) {
    const from = lower === undefined ? FIRST_RELEASE : firstFrom(lower, precision);
    const to = upper === undefined ? Number.POSITIVE_INFINITY : firstFrom(upper, precision);
    if (from < to) ranges.push(from, to);
  }
  return ranges;
}

function packRelease(major: number, minor: number, micro: number): PythonRelease {
  return (Math.min(major, WIDTH - 1) * WIDTH + Math.min(minor, WIDTH - 1)) * WIDTH + Math.min(micro, WIDTH - 1);
}

/** `3.12`, `3.11.5`. */
export function formatRelease(release: PythonRelease): string {
  const micro = release % WIDTH;
  const rest = Math.floor(release / WIDTH);
  const minor = `${Math.floor(rest / WIDTH)}.${rest % WIDTH}`;
  return micro === 0 ? minor : `${minor}.${micro}`;
}

export function formatWholeRelease(release: PythonRelease): string {
  return release % WIDTH === 0 ? `${formatRelease(release)}.0` : formatRelease(release);
}

/** The first release of the next minor version, where this one is the first of its own. */
export function nextMinor(release: PythonRelease): PythonRelease | undefined {
  return release % WIDTH === 0 ? release + WIDTH : undefined;
}

/** The first release of that precision which does not lie before the bound. */
function firstFrom(bound: VersionBound, precision: Precision): PythonRelease {
  const { version } = bound;
  if (version.epoch > 0) return Number.POSITIVE_INFINITY;
  const [major = 0, minor = 0, micro = 0] = version.release;
  const numbers = precision === 2 ? [major, minor] : [major, minor, micro];
  const release = packRelease(major, minor, precision === 2 ? 0 : micro);
  const step = precision === 2 ? WIDTH : 1;
  return isBelow(parseVersion(numbers.join(".")), bound) ? release + step : release;
}

/** So many characters of a text are searched for releases. */
const LONGEST_LIST = 1000;

const NUMBER = "(?:0|[1-9][0-9]{0,3})";
const RELEASES = { 2: new RegExp(`^${NUMBER}\\.${NUMBER}$`), 3: new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}$`) };

/** The releases whose text is a part of this one, as `python_version in "3.10 3.11"` has it; undefined where the text is too long. */
export function releasesWithin(text: string, precision: Precision): PythonRelease[] | undefined {
  if (text.length > LONGEST_LIST) return undefined;
  const found: PythonRelease[] = [];
  const longest = precision * 5 - 1;
  for (let start = 0; start < text.length; start++)
    for (let end = start + 3; end <= Math.min(text.length, start + longest); end++) {
      const part = text.slice(start, end);
      if (!RELEASES[precision].test(part)) continue;
      const [major = 0, minor = 0, micro = 0] = part.split(".").map(Number);
      found.push(packRelease(major, minor, micro));
    }
  return found;
}

/** How many numbers further the next release of that precision is. */
export function releaseStep(precision: Precision): number {
  return precision === 2 ? WIDTH : 1;
}
