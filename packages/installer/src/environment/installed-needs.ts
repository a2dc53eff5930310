import { parseLenientRequirement, type MarkerEnvironment, type NormalizedName, type Requirement } from "@murre/pep508";
import { readInstalledMetadata, type InstalledDistribution } from "@murre/python";
import type { CoreMetadata } from "@murre/wheel";

export function metadataOf(distribution: InstalledDistribution): CoreMetadata | undefined {
  try {
    return readInstalledMetadata(distribution);
  } catch {
    return undefined; // what cannot be read has nothing to show; `check` reports it
  }
}

/** The projects that an installed distribution requires here, normalised and sorted. */
export function requiredNames(distribution: InstalledDistribution, environment: MarkerEnvironment): NormalizedName[] {
  const metadata = metadataOf(distribution);
  if (metadata === undefined) return [];
  const names = applicableRequirements(metadata, environment).map(({ normalizedName }) => normalizedName);
  return [...new Set(names)].toSorted();
}

/** The requirements whose markers hold here without any extra. One that cannot be read is passed over, as pip does. */
export function applicableRequirements(metadata: CoreMetadata, environment: MarkerEnvironment): Requirement[] {
  return metadata.requiresDist.flatMap((text) => {
    try {
      const requirement = parseLenientRequirement(text);
      return requirement.marker?.evaluate(environment) === false ? [] : [requirement];
    } catch {
      return [];
    }
  });
}
