import type { ConfigSettings } from "@murre/build";
import type { IndexClient } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import { chooseBuildOptions } from "./build-options.ts";
import { openSources, type Sources } from "./build-wheels.ts";
import { gatherBuildConstraints, type ChangeOperation } from "./change-operation.ts";
import type { GatheredRequirements } from "./gather-requirements.ts";
import { nameSources } from "./name-sources.ts";

/** Runs a piece of work with the operation's sources open, and with every source that the user named by its place under its name. */
export async function withSources<Result>(
  operation: ChangeOperation,
  gathered: GatheredRequirements,
  client: IndexClient,
  work: (named: GatheredRequirements, sources: Sources) => Promise<Result>,
): Promise<Result> {
  const { settings, options, target } = operation;
  const { constraintFiles } = chooseBuildOptions(settings, options);
  const constraints = constraintFiles.length === 0 ? [] : await gatherBuildConstraints(operation, constraintFiles);
  const configSettings = new Map<NormalizedName, ConfigSettings>();
  const sources = openSources(operation, client, constraints, (project) => configSettings.get(project));
  try {
    const named = await nameSources(gathered, target.interpreter.markerEnvironment, sources);
    for (const entry of named.entries)
      if (entry.kind === "named" && Object.keys(entry.configSettings).length > 0)
        configSettings.set(entry.requirement.normalizedName, entry.configSettings);
    return await work(named, sources);
  } finally {
    await sources.close();
  }
}
