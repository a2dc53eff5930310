import type { RecordEntry } from "@murre/wheel";
import { posix } from "node:path";
import { PathLeavesEnvironment } from "./errors.ts";

/** What uninstalling one distribution takes away. */
export interface Removal {
  readonly name: string;
  readonly version: string;
  /** Absolute; without files that another installed distribution's RECORD lists as well. */
  readonly files: readonly string[];
  /** Folders that go when nothing is left in them, deepest first. */
  readonly folders: readonly string[];
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
 * Plans the removal of one distribution by its RECORD (PEP 376): its files, the bytecode compiled from them, and the
 * folders that become empty. A file that another distribution lists too stays with it.
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
  const folders = new Set<string>();
  for (const { path } of distribution.record) {
    const absolute = posix.isAbsolute(path) ? posix.normalize(path) : posix.join(sitePackages, path);
    if (!absolute.startsWith(`${boundary}/`)) throw new PathLeavesEnvironment(distribution.name, path);
    if (ownedByOthers(absolute)) continue;
    files.add(absolute);
    for (let folder = posix.dirname(absolute); folder.length > boundary.length; folder = posix.dirname(folder)) {
      if (folder === sitePackages || folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return {
    name: distribution.name,
    version: distribution.version,
    files: [...files],
    folders: [...folders].toSorted((a, b) => b.length - a.length),
  };
}
