import { withoutCredentials } from "@murre/index-client";
import { supportedTags } from "@murre/platform-tags";
import type { DescribeReport } from "../api/inspection-reports.ts";
import type { DescribeOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { gather } from "../operation/read-requirements.ts";

/** `murre pip debug`: by what an installation would decide, asked of nobody else. */
export function describeSurroundings(settings: InstallerSettings, options: DescribeOptions): Promise<DescribeReport> {
  return withChangeOperation(
    settings,
    { ...options, requireVirtualenv: false },
    async (operation) => {
      const { python, decisions } = operation;
      const { interpreter, folder } = operation.target;
      const { options: inFiles } = await gather(operation, { constraintFiles: [] });
      return {
        murre: settings.version,
        executable: interpreter.executable,
        pythonVersion: interpreter.version,
        implementation: interpreter.implementation,
        platform: settings.platform,
        isVirtual: interpreter.isVirtual,
        environment: folder,
        cacheFolder: settings.cacheFolder,
        places: decisions.search(inFiles).indexes.locations.map(({ url, kind, origin }) => ({
          url: withoutCredentials(url),
          kind,
          ...(origin === undefined ? {} : { origin }),
        })),
        tags: supportedTags(python.tagTarget).tags,
      };
    },
    "use",
  );
}
