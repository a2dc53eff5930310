import type { RecordEntry } from "@murre/wheel";
import { posix } from "node:path";
import { PathLeavesEnvironment } from "./errors.ts";

/** What uninstalling one distribution takes away. */
export interface Removal {
  readonly name: string;
  readonly version: string;
  /** Absolute; without files that another installed distribution's RECORD lists as well. */
  readonly files: readonly string[];
  /** The dist-info or egg-info, which goes with all that anyone wrote into it. */
  readonly distInfo?: string;
}

/** An installed distribution with its RECORD. */
export interface RecordedDistribution {
  readonly name: string;
  readonly version: string;
  /** The folder that holds the dist-info, absolute with `/`. */
  readonly sitePackages: string;
  readonly distInfo: string;
  readonly record: readonly RecordEntry[];
}

/**
 * Plans the removal of one distribution by its RECORD (PEP 376): its files, (the planner folds them into
 * folders, and finds the bytecode compiled from them). A file that another distribution lists too stays with it.
 * @param boundary the environment's prefix
 * @param ownedByOthers whether a distribution that stays lists this absolute path
 * @throws {PathLeavesEnvironment} when RECORD names a path outside the environment.
 */
export function planRemoval(
  distribution: RecordedDistribution,
  boundary: string,
  ownedByOthers: (path: string) => boolean,
): Removal {
  const { sitePackages } = distribution;
  const files = new Set<string>();
  for (const { path } of distribution.record) {
    const absolute = whereItIs(path, sitePackages, boundary);
    if (!absolute.startsWith(`${boundary}/`)) throw new PathLeavesEnvironment(distribution.name, path);
    if (!ownedByOthers(absolute)) files.add(absolute);
  }
  const { name, version, distInfo } = distribution;
  return { name, version, files: [...files], ...(/\.(?:dist|egg)-info$/.test(distInfo) ? { distInfo } : {}) };
}

/** pip moves what it installs with `--target` to there afterwards, and leaves `../../bin/tool` in RECORD for what is `bin/tool` then. */
function whereItIs(path: string, sitePackages: string, boundary: string): string {
  if (posix.isAbsolute(path)) return posix.normalize(path);
  return posix.join(sitePackages, sitePackages === boundary ? path.replace(/^\.\.\/\.\.\/(?!\.\.\/)/, "") : path);
}
