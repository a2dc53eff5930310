import { hasCode } from "@murre/files";
import type { DistributionFile, IndexErrorCode } from "@murre/index-client";
import { compareVersions, tryParseVersion, type Version } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import { FileChooser, prereleaseMode } from "@murre/resolver";
import type { ChangeOptions } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { openRequest } from "../operation/open-request.ts";
import { wheelTarget } from "../operation/target-environment.ts";
import { whyTooNew } from "../resolve/upload-time.ts";

/** A version of a project that can be installed here, and the file that would be taken. */
export interface UsableRelease {
  readonly version: Version;
  readonly file: DistributionFile;
}

/** What is asked, and of which indexes. */
export type ReleaseQuery = Omit<ChangeOptions, "dryRun" | "requireVirtualenv">;

/**
 * What indexes have of projects that can be installed here, the newest first: without what is yanked, and without pre-releases unless they are
 * asked for. A project that is nowhere has none.
 */
export function usableReleases(
  settings: InstallerSettings,
  options: ReleaseQuery,
  projects: readonly NormalizedName[],
): Promise<ReadonlyMap<NormalizedName, readonly UsableRelease[]>> {
  return withChangeOperation(
    settings,
    // Nothing is changed.
    { ...options, requireVirtualenv: false },
    async (operation) => {
      const { client, files } = await openRequest(operation, { constraintFiles: [] });
      const target = wheelTarget(operation.python, files);
      const chooser = new FileChooser(target, target.formats);
      const find = async (project: NormalizedName): Promise<readonly UsableRelease[]> => {
        const found = await client.findFiles(project).catch((error: unknown) => {
          if (hasCode<IndexErrorCode>(error, "MURRE_PROJECT_NOT_FOUND")) return undefined;
          throw error;
        });
        const takesPrereleases = prereleaseMode(files.prereleases, project) === "allow";
        const releases = new Map<string, UsableRelease>();
        for (const { version: text = "", yanked, files: all } of found?.releases ?? []) {
          const version = tryParseVersion(text);
          if (version === undefined || yanked || releases.has(version.key)) continue;
          if (version.isPrerelease && !takesPrereleases) continue;
          const inTime = all.filter(
            (file) => file.yanked === false && whyTooNew(file, files.uploadedBefore(project, file.index)) === undefined,
          );
          const choice = chooser.choose(project, inTime);
          if ("file" in choice) releases.set(version.key, { version, file: choice.file });
        }
        return [...releases.values()].toSorted((a, b) => compareVersions(b.version, a.version));
      };
      const findAll = () => Promise.all(projects.map(async (project) => [project, await find(project)] as const));
      return new Map(await client.whilePagesHold(findAll));
    },
    "use",
  );
}
