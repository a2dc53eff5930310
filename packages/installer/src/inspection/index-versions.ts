import { isValidName, normalizeName } from "@murre/pep508";
import { readInstalled } from "@murre/python";
import type { IndexVersionsReport } from "../api/inspection-reports.ts";
import type { IndexVersionsOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withReadOperation } from "../environment/read-operation.ts";
import { NoMatchingVersion, ResolutionOptionInvalid } from "../errors.ts";
import { usableReleases } from "../report/usable-releases.ts";

/**
 * `murre pip index versions`.
 * @throws {ResolutionOptionInvalid} where the word is no name of a project; {NoMatchingVersion} where there is nothing of it for this Python
 */
export async function indexVersions(
  settings: InstallerSettings,
  options: IndexVersionsOptions,
): Promise<IndexVersionsReport> {
  const { project } = options;
  if (!isValidName(project)) throw new ResolutionOptionInvalid("index versions", project, "it is no name of a project");
  const name = normalizeName(project);
  const found = (await usableReleases(settings, options, [name])).get(name) ?? [];
  const versions = found.map(({ version }) => version.toString());
  const [latest] = versions;
  if (latest === undefined)
    throw new NoMatchingVersion({
      project,
      required: project,
      reason: "no index that was asked has a version that can be installed here",
      available: [],
      origin: "the command line",
    });
  const installed = await withReadOperation(settings, options, ({ visible }) =>
    readInstalled(visible).find(({ normalizedName }) => normalizedName === name),
  );
  return { name: project, versions, latest, ...(installed === undefined ? {} : { installed: installed.version }) };
}
