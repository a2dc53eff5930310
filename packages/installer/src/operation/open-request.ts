import type { Documents } from "@murre/cache";
import type { IndexClient, IndexLocation } from "@murre/index-client";
import type { MarkerEnvironment, NormalizedName } from "@murre/pep508";
import { requiresHashes } from "../wanted/accepted-hashes.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";
import type { ChangeOperation } from "./change-operation.ts";
import type { BuildDecision, FileDecision, IndexDecision } from "./decisions.ts";
import { gather, type Asked } from "./read-requirements.ts";

/** Where resolutions are remembered, and by what they are asked besides the request itself. */
export interface ResolutionMemory {
  readonly offline: boolean;
  /** Pages are asked for again: nothing that was remembered is taken. */
  readonly refreshes: boolean;
  readonly documents: Documents;
  readonly indexes: IndexDecision;
  /** The one index for each of some projects. */
  readonly pinned: ReadonlyMap<NormalizedName, IndexLocation>;
  /** Another version of murre may decide otherwise. */
  readonly version: string;
}

/** What is asked for, with everything that decides about what it leads to. */
export interface Request {
  readonly gathered: GatheredRequirements;
  /** For the places that flags, files and configuration name. It is closed with the operation. */
  readonly client: IndexClient;
  readonly files: FileDecision;
  readonly build: BuildDecision;
  readonly requireHashes: boolean;
  /** Where what is asked for is wanted; undefined: anywhere, so that all of it counts, whatever its markers say. */
  readonly environment: MarkerEnvironment | undefined;
  /** Undefined where nothing that was remembered is taken, and nothing is remembered. */
  readonly memory: ResolutionMemory | undefined;
}

/** Reads what is asked for, and opens the client that answers it. */
export async function openRequest(operation: ChangeOperation, asked: Asked): Promise<Request> {
  return openGathered(operation, await gather(operation, asked));
}

/** The same for requirements that were read already. */
export function openGathered(operation: ChangeOperation, gathered: GatheredRequirements): Request {
  const { indexes, files, build, requiresHashes: isAsked } = operation.decisions.search(gathered.options);
  const { cache, settings, decisions } = operation;
  const { offline = false, refresh = "none" } = decisions.network;
  const memory = {
    documents: cache.documents,
    indexes,
    pinned: operation.projects.indexes,
    version: settings.version,
    offline,
    refreshes: refresh !== "none",
  };
  return {
    gathered,
    environment: operation.python.markerEnvironment,
    client: operation.openClient(indexes),
    files,
    build,
    requireHashes: requiresHashes(gathered, isAsked),
    memory: decisions.remembersResolutions ? memory : undefined,
  };
}
