import type { Folders } from "../environment/folders.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { recordedFiles, type ForeignRow, type RecordedDistribution } from "../environment/recorded-files.ts";

/** What uninstalling one distribution takes away. */
export interface Removal {
  readonly name: string;
  readonly version: string;
  /** Absolute; without files that another installed distribution's RECORD lists as well. */
  readonly files: readonly string[];
  /** Rows that name nothing in the environment. Default none. */
  readonly foreign?: readonly ForeignRow[];
  /** The dist-info or egg-info, which goes with all that anyone wrote into it. */
  readonly distInfo?: string;
}

/**
 * Plans the removal of one distribution by its RECORD (PEP 376): its files, (the planner folds them into
 * folders, and finds the bytecode compiled from them). A file that another distribution lists too stays with it.
 * @param ownedByOthers whether a distribution that stays lists this absolute path
 */
export function planRemoval(
  distribution: RecordedDistribution,
  folders: Folders,
  ownedByOthers: (path: string) => boolean,
): Removal {
  const { name, version, distInfo } = distribution;
  const { files, foreign } = recordedFiles(distribution, folders);
  return {
    name,
    version,
    files: [...files.keys()].filter((path) => !ownedByOthers(path)),
    foreign,
    ...(/\.(?:dist|egg)-info$/.test(distInfo)
      ? { distInfo: `${folders.of(parentOf(distInfo))}/${baseOf(distInfo)}` }
      : {}),
  };
}
