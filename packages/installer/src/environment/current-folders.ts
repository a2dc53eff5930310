import type { WheelEntry } from "@murre/cache";
import type { InstalledDistribution } from "@murre/python";
import { sep } from "node:path";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { urlKind } from "../wanted/source-url.ts";

/** The wheel that was built from a source as it is now, if there is one. */
export type BuiltOf = (distribution: ResolvedDistribution) => Promise<WheelEntry | undefined>;

/**
 * Those of what is wanted from a folder of which the very wheel is installed that was built from the folder as it is now. Of an editable one
 * only that counts which decides about its wheel: edits of what is imported from the folder are none of an installer's business.
 * @param archives the sha256 of the wheel that each distribution was installed from, by the path of its dist-info, as far as it is known
 */
export async function currentFolders(
  resolved: readonly ResolvedDistribution[],
  installed: readonly InstalledDistribution[],
  archives: () => ReadonlyMap<string, string | undefined>,
  built: BuiltOf = async () => undefined,
): Promise<ReadonlySet<ResolvedDistribution>> {
  const folders = resolved.filter(({ directUrl = "" }) => urlKind(directUrl) === "directory");
  if (folders.length === 0) return new Set();
  const known = archives();
  const current = await Promise.all(
    folders.map(async (wanted) => {
      const present = installed.find(({ normalizedName }) => normalizedName === wanted.name);
      const archive = present && known.get(present.path.replaceAll(sep, "/"));
      return archive !== undefined && (await built(wanted))?.sha256 === archive;
    }),
  );
  return new Set(folders.filter((_, at) => current[at]));
}
