import type { DistributionFile } from "@murre/index-client";
import { tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { parseSdistFilename } from "@murre/platform-tags";

/** The version that the name of a project's file says; undefined where it says none, as `main.zip`. */
export function fileVersion(
  { filename, kind }: Pick<DistributionFile, "filename" | "kind">,
  project: NormalizedName,
): Version | undefined {
  // A resolution asks this of thousands of wheels, and their tags are nobody's concern here.
  if (kind === "wheel") return tryParseVersion(filename.split("-", 2)[1] ?? "");
  try {
    return parseSdistFilename(filename, project).version;
  } catch {
    return undefined;
  }
}
