import { readDocument } from "@murre/cache";
import { IndexError, readKnownPublishers, type PublisherIdentity } from "@murre/index-client";
import { normalizeName } from "@murre/pep508";
import type { ShowOptions } from "../api/inspection-options.ts";
import type { ShownDistribution } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { openRequest } from "../operation/open-request.ts";

type Publishers = ReadonlyMap<string, readonly PublisherIdentity[]>;
type Recorded = Pick<ShownDistribution, "name" | "provenance">;

/** Who published what is installed, as far as the cache knows, by name. */
export async function knownPublishers(
  { cacheFolder }: InstallerSettings,
  { noCache = false }: ShowOptions,
  distributions: readonly Recorded[],
): Promise<Publishers> {
  const found = new Map<string, readonly PublisherIdentity[]>();
  for (const { name, provenance } of noCache ? [] : distributions) {
    const read = (...segments: string[]) => readDocument(cacheFolder, ...segments);
    const known = provenance && readKnownPublishers(read, normalizeName(name), provenance);
    if (known) found.set(name, known);
  }
  return found;
}

/** Who published what is installed, as the servers say that the indexes named then; what cannot be had is warned of. */
export function askPublishers(
  settings: InstallerSettings,
  options: ShowOptions,
  distributions: readonly Recorded[],
): Promise<Publishers> {
  const { names: _, files: __, attestations: ___, ...context } = options;
  return withChangeOperation(
    settings,
    // Nothing is changed.
    { ...context, requireVirtualenv: false },
    async (operation) => {
      const { client } = await openRequest(operation, { constraintFiles: [] });
      const found = new Map<string, readonly PublisherIdentity[]>();
      const ask = async ({ name, provenance }: Recorded): Promise<void> => {
        if (provenance === undefined) return;
        try {
          found.set(name, await client.publishers({ provenance }, normalizeName(name)));
        } catch (error) {
          operation.signal?.throwIfAborted();
          if (!(error instanceof IndexError)) throw error;
          const message = `who published ${name} cannot be told: ${error.message}`;
          operation.onEvent({ type: "warning", code: "MURRE_WARNING_ATTESTATIONS", message });
        }
      };
      await Promise.all(distributions.map(ask));
      return found;
    },
    "use",
  );
}
