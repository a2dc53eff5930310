import type { IndexClient } from "@murre/index-client";
import { createUnpacker, type Unpacker } from "@murre/wheel";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { satisfiesPython } from "../wanted/requires-python.ts";
import { NoUsableFile } from "../errors.ts";
import { throwProblems } from "../api/throw-problems.ts";
import { mostMisfortunes } from "./misfortunes.ts";
import { storeDistributions, type PrepareServices, type StoredDistribution } from "./fetch.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { threadsOf } from "../operation/threads.ts";
import type { TargetPython } from "../options/target-python.ts";

/**
 * Has every wheel in the store. A lease that was lost meanwhile (`rm -rf`, a machine that slept until it was taken for dead) is no failure:
 * everything is looked up again, and fetched again where it is gone (protocols/reclamation.md, rule V).
 */
export async function prepareAll(
  operation: ChangeOperation,
  client: IndexClient,
  distributions: readonly ResolvedDistribution[],
  build: PrepareServices["build"],
): Promise<StoredDistribution[]> {
  for (let misfortunes = 0; ; misfortunes++) {
    const { services, close } = openPreparation(operation, client, build);
    try {
      const prepared = await storeDistributions(distributions, services);
      refuseOtherPythons(operation.python, prepared);
      if (operation.cache.validate() || misfortunes === mostMisfortunes) return prepared;
    } finally {
      await close();
    }
  }
}

/** Threads for unpacking are started when there is something to unpack. */
export function openPreparation(
  { settings, cache, answered, claims, warnedRecords, onEvent, signal, decisions }: ChangeOperation,
  client: IndexClient,
  build?: PrepareServices["build"],
): { services: PrepareServices; close: () => Promise<void> } {
  let unpacker: Unpacker | undefined;
  return {
    services: {
      cache,
      client,
      answered,
      claims,
      unpacker: () => (unpacker ??= createUnpacker({ workers: threadsOf(settings) })),
      onEvent,
      records: {
        isStrict: decisions.isRecordStrict,
        warned: warnedRecords,
        onEvent,
      },
      signal,
      build,
    },
    close: async () => unpacker?.close(),
  };
}

/** An index may not say what its wheels require; METADATA does. */
function refuseOtherPythons(python: TargetPython, prepared: readonly StoredDistribution[]): void {
  if (python.ignoresRequiresPython === true) return;
  const errors = prepared.flatMap(({ distribution: { name, source }, entry }) => {
    const { requiresPython } = entry.manifest.head;
    if (requiresPython === undefined || satisfiesPython(requiresPython, python.version)) return [];
    return [
      new NoUsableFile({
        project: name,
        required: source.filename,
        interpreter: `Python ${python.version}`,
        files: [source.filename],
        reason: `its metadata requires Python ${requiresPython}`,
        origin: name,
      }),
    ];
  });
  throwProblems(errors);
}
