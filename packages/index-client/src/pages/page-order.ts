import { compareVersions, tryParseVersion, type Version } from "@murre/pep440";
import { bodyInMemory, type PageBody } from "./page-body.ts";
import type { PageText } from "./page-text.ts";

/** A release of a page: where it stands there, and what its version is. */
interface Ranked {
  readonly number: number;
  readonly text: string;
  readonly version: Version;
}

/**
 * The page with its releases in the order of their versions, those without a valid one last, so that whoever looks for a version need not read
 * all of them. Releases of one version become one. Left as it is where one version is spelled in two ways: a file is known by its spelling.
 */
export function inOrder(text: PageText): PageText {
  const { ranked, others } = rank(text.versions);
  ranked.sort((a, b) => compareVersions(a.version, b.version));
  const groups: number[][] = [];
  for (let i = 0; i < ranked.length; i++) {
    const { number, text: spelling, version } = ranked[i]!;
    const before = ranked[i - 1];
    if (before === undefined || compareVersions(before.version, version) !== 0) groups.push([number]);
    else if (before.text === spelling) groups.at(-1)!.push(number);
    else return text;
  }
  const ascending = groups.length;
  for (const number of others) groups.push([number]);
  const isMoved = groups.some((group, i) => group.length > 1 || group[0] !== i);
  return isMoved ? { ...moved(text, groups), ascending } : { ...text, ascending };
}

function rank(versions: readonly (string | 0)[]): { readonly ranked: Ranked[]; readonly others: readonly number[] } {
  const ranked: Ranked[] = [];
  const others: number[] = [];
  for (let number = 0; number < versions.length; number++) {
    const text = versions[number]!;
    const version = text === 0 ? undefined : tryParseVersion(text);
    if (text === 0 || version === undefined) others.push(number);
    else ranked.push({ number, text, version });
  }
  return { ranked, others };
}

/** @param groups of the numbers of releases: each becomes one release */
function moved(text: PageText, groups: readonly (readonly number[])[]): PageText {
  const { versions, lengths } = text;
  const yanked = new Set(text.yanked);
  return {
    ...text,
    versions: groups.map((group) => versions[group[0]!]!),
    lengths: groups.map((group) => group.reduce((sum, number) => sum + lengths[number]! + 1, -1)),
    yanked: groups.flatMap((group, i) => (group.every((number) => yanked.has(number)) ? [i] : [])),
    body: movedBody(text, groups.flat()),
  };
}

/** The releases' text in another order; what stood together and still does is copied together. */
function movedBody({ lengths, body }: PageText, order: readonly number[]): PageBody {
  const bytes = body.whole();
  const starts = [0];
  for (const [i, length] of lengths.entries()) starts.push(starts[i]! + length + 1);
  // With a comma behind the last release too.
  const whole = Buffer.allocUnsafe(starts[lengths.length]!);
  let filled = 0;
  for (let i = 0, next = 0; i < order.length; i = next) {
    for (next = i + 1; next < order.length && order[next] === order[next - 1]! + 1;) next++;
    filled += bytes.copy(whole, filled, starts[order[i]!]!, starts[order[next - 1]! + 1]! - 1);
    whole[filled++] = comma;
  }
  return bodyInMemory(whole.subarray(0, Math.max(0, filled - 1)));
}

const comma = 0x2c;
