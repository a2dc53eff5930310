import { compareVersions } from "./compare-versions.ts";
import { parseVersion } from "./parse-version.ts";
import type { VersionBound, VersionInterval } from "./version-interval.ts";
import { partsOf, successor, Version, type VersionNumber } from "./version.ts";

/** The operators that compare; `===` compares text and has no intervals. */
export type OrderOperator = "~=" | "==" | "!=" | "<=" | ">=" | "<" | ">";

/** What comes before every other version. */
const FIRST_VERSION = parseVersion("0.dev0");

/** The versions that an operator with a version lets through, by PEP 440 and PyPA's packaging 26. */
export function intervalsOf(operator: OrderOperator, version: Version): readonly VersionInterval[] {
  switch (operator) {
    case ">=":
      return [{ lower: before(version), upper: undefined }];
    case "<=":
      return [{ lower: undefined, upper: afterLocals(version) }];
    case ">":
      return [{ lower: afterPostReleases(version), upper: undefined }];
    case "<":
      return below(beforePreReleases(version));
    case "==":
      return [{ lower: before(version), upper: afterEqual(version) }];
    case "!=":
      return [...below(version), { lower: afterEqual(version), upper: undefined }];
    case "~=":
      return [{ lower: before(version), upper: before(nextRelease(version, version.release.length - 1)) }];
  }
}

/** `==V.*` and `!=V.*`: everything whose release begins with V's, from its first development release on. */
export function prefixIntervals(operator: "==" | "!=", prefix: Version): readonly VersionInterval[] {
  const { epoch, release } = prefix.exactParts;
  const first = firstOfRelease(epoch, release);
  const next = nextRelease(prefix, release.length);
  if (operator === "==") return [{ lower: before(first), upper: before(next) }];
  return [...below(first), { lower: before(next), upper: undefined }];
}

function before(version: Version): VersionBound {
  return { version, placement: "before" };
}

function below(version: Version): readonly VersionInterval[] {
  return compareVersions(version, FIRST_VERSION) <= 0 ? [] : [{ lower: undefined, upper: before(version) }];
}

/** PEP 440: a local version of the candidate is ignored when the specifier has none. */
function afterEqual(version: Version): VersionBound {
  return version.local === undefined ? afterLocals(version) : { version, placement: "after" };
}

/** V and all V+local come before this, and nothing else does that is not before V: V.dev(N+1), V.post(N+1).dev0 or V.post0.dev0. */
function afterLocals(version: Version): VersionBound {
  const parts = partsOf(version);
  const { post, dev } = parts;
  if (dev !== undefined) return before(new Version({ ...parts, dev: successor(dev), local: undefined }));
  const nextPost = post === undefined ? 0 : successor(post);
  return before(new Version({ ...parts, post: nextPost, dev: 0, local: undefined }));
}

/** PEP 440: `>V` does not allow a post-release of V unless V is one itself. */
function afterPostReleases(version: Version): VersionBound {
  const parts = partsOf(version);
  const { pre, post, dev } = parts;
  if (dev !== undefined || post !== undefined) return afterLocals(version);
  if (pre === undefined) return { version, placement: "after-release" };
  return before(new Version({ ...parts, pre: [pre[0], successor(pre[1])], dev: 0 }));
}

/** PEP 440: `<V` does not allow a pre-release of V unless V is one itself. */
function beforePreReleases(version: Version): Version {
  return version.isPrerelease ? version : new Version({ ...partsOf(version), dev: 0, local: undefined });
}

/** The first version whose release follows everything that begins with the first `length` numbers of this one's: for 1.4.2 and 2, 1.5.dev0. */
function nextRelease(version: Version, length: number): Version {
  const { epoch, release } = version.exactParts;
  return firstOfRelease(epoch, [...release.slice(0, length - 1), successor(release[length - 1] ?? 0)]);
}

function firstOfRelease(epoch: VersionNumber, release: readonly VersionNumber[]): Version {
  return new Version({ epoch, release, pre: undefined, post: undefined, dev: 0, local: undefined });
}
