import type { IndexClient } from "@murre/index-client";
import { requiresHashes } from "../wanted/accepted-hashes.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";
import type { ChangeOperation } from "./change-operation.ts";
import type { BuildDecision, FileDecision } from "./decisions.ts";
import { gather, type Asked } from "./read-requirements.ts";

/** What is asked for, with everything that decides about what it leads to. */
export interface Request {
  readonly gathered: GatheredRequirements;
  /** For the places that flags, files and configuration name. It is closed with the operation. */
  readonly client: IndexClient;
  readonly files: FileDecision;
  readonly build: BuildDecision;
  readonly requireHashes: boolean;
}

/** Reads what is asked for, and opens the client that answers it. */
export async function openRequest(operation: ChangeOperation, asked: Asked): Promise<Request> {
  const gathered = await gather(operation, asked);
  const { indexes, files, build, requiresHashes: isAsked } = operation.decisions.search(gathered.options);
  return {
    gathered,
    client: operation.openClient(indexes),
    files,
    build,
    requireHashes: requiresHashes(gathered, isAsked),
  };
}
