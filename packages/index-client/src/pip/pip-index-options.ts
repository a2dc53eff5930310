import { DEFAULT_INDEX_URL } from "../location/default-index.ts";
import { parseIndexLocation, type LocationContext } from "../location/index-location.ts";
import type { PipConfiguration, Setting } from "./pip-configuration.ts";
import type { IndexLocation } from "../location/types.ts";

/** pip's four options about where to look, each with where it was written. */
export interface PipIndexOptions {
  readonly indexUrl?: Setting<string> | undefined;
  readonly extraIndexUrls?: readonly Setting<string>[] | undefined;
  readonly findLinks?: readonly Setting<string>[] | undefined;
  readonly noIndex?: boolean | undefined;
}

/**
 * Configuration and command line, as pip merges them: `--index-url` replaces the configured one, `--extra-index-url` and
 * `--find-links` are appended to the configured ones (of which a PIP_* variable has replaced those of the files), and
 * `--no-index` switches all indexes off, whoever says it.
 */
export function mergePipIndexOptions(
  configuration: Pick<PipConfiguration, "indexUrl" | "extraIndexUrls" | "findLinks" | "noIndex">,
  commandLine: PipIndexOptions,
): PipIndexOptions {
  return {
    indexUrl: commandLine.indexUrl ?? configuration.indexUrl,
    extraIndexUrls: [...each(configuration.extraIndexUrls), ...(commandLine.extraIndexUrls ?? [])],
    findLinks: [...each(configuration.findLinks), ...(commandLine.findLinks ?? [])],
    noIndex: commandLine.noIndex === true || configuration.noIndex?.value === true,
  };
}

function each(setting: Setting<readonly string[]> | undefined): Setting<string>[] {
  return (setting?.value ?? []).map((value) => ({ value, origin: setting?.origin ?? "" }));
}

/**
 * The locations in pip's order: find-links, the index, the extra indexes; each URL once. Without an index URL it is the
 * public default.
 * @throws {InvalidIndexLocation}
 */
export function pipIndexLocations(options: PipIndexOptions, context: LocationContext): readonly IndexLocation[] {
  const located = new Map<string, IndexLocation>();
  const add = (kind: IndexLocation["kind"], { value, origin }: Setting<string>): void => {
    const location = parseIndexLocation(kind, value, context, origin);
    const key = `${kind} ${location.url}`;
    if (!located.has(key)) located.set(key, location);
  };
  for (const setting of options.findLinks ?? []) add("find-links", setting);
  if (options.noIndex !== true) {
    add("simple", options.indexUrl ?? { value: DEFAULT_INDEX_URL, origin: "default" });
    for (const setting of options.extraIndexUrls ?? []) add("simple", setting);
  }
  return [...located.values()];
}
