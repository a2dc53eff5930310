import { fileValidators, rememberFileHash, rememberedFileHash, type Documents } from "@murre/cache";
import type { InstalledDistribution } from "@murre/python";
import { fileURLToPath } from "node:url";
import { sha256OfFile } from "./file-digest.ts";
import type { ResolvedDistribution } from "./resolved.ts";
import { urlKind } from "./source-url.ts";

/** The sha256 of a local file, read only where the cache does not remember it; undefined where there is no such file. */
export async function localHash(path: string, documents: Documents): Promise<string | undefined> {
  const remembered = rememberedFileHash(documents, path);
  if (remembered !== undefined) return remembered;
  const validators = fileValidators(path);
  if (validators === undefined) return undefined;
  const sha256 = await sha256OfFile(path);
  rememberFileHash(documents, path, validators, sha256);
  return sha256;
}

/** The sha256 of each local archive that is wanted where one of its name is installed, by its URL. */
export async function localHashes(
  resolved: readonly ResolvedDistribution[],
  installed: readonly InstalledDistribution[],
  documents: Documents,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name, directUrl = "" } of resolved) {
    if (!directUrl.startsWith("file:") || urlKind(directUrl) === "directory") continue;
    if (!installed.some(({ normalizedName }) => normalizedName === name)) continue;
    const sha256 = await localHash(fileURLToPath(directUrl), documents);
    if (sha256 !== undefined) found.set(directUrl, sha256);
  }
  return found;
}
