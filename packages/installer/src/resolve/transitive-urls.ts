import { isLocalUrl, redactUrl, type NormalizedName } from "@murre/pep508";
import { readDirectUrl, type InstalledDistribution } from "@murre/python";
import type { Origin } from "@murre/resolver";
import type { FileDecision } from "../operation/decisions.ts";
import type { IndexedFile } from "./index-source.ts";

/** Why a distribution from there may not require a project by this URL, if it may not. */
export type RefusedUrl = (url: string, project: NormalizedName, from: Origin<IndexedFile>) => string | undefined;

/**
 * What published distributions may name by URL, besides what the user names. What came over HTTP reaches nothing of this machine, whatever
 * the options say; other URLs are followed, as in pip, unless `transitiveUrls` is false: then what came from an index names none, as in uv.
 */
export function transitiveUrls(
  { followsUrls }: Pick<FileDecision, "followsUrls">,
  installed: readonly InstalledDistribution[],
): RefusedUrl {
  const placeOf = (project: NormalizedName, from: Origin<IndexedFile>): string => {
    if (from.kind === "index") return from.file.url;
    if (from.kind === "url") return from.url;
    const distribution = installed.find(({ normalizedName }) => normalizedName === project);
    const direct = distribution && readDirectUrl(distribution);
    // Nobody says any more where it came from.
    return direct?.url ?? "https:";
  };
  return (url, project, from) => {
    if (isLocalUrl(url) && !isLocalUrl(placeOf(project, from)))
      return "and what came over HTTP must not name what lies on this machine";
    if (followsUrls || from.kind === "url") return undefined;
    return `and URLs that you do not name yourself are not followed (--no-transitive-urls); name ${redactUrl(url)} to allow it`;
  };
}
