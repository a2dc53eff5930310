import type { DistributionFile } from "@murre/index-client";
import type { Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { parseSdistFilename, parseWheelFilename } from "@murre/platform-tags";

/** The version that the name of a project's file says; undefined where it says none, as `main.zip`. */
export function fileVersion(
  { filename, kind }: Pick<DistributionFile, "filename" | "kind">,
  project: NormalizedName,
): Version | undefined {
  try {
    return (kind === "wheel" ? parseWheelFilename(filename) : parseSdistFilename(filename, project)).version;
  } catch {
    return undefined;
  }
}
