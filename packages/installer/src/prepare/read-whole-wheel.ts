import type { NormalizedName } from "@murre/pep508";
import { readFile } from "node:fs/promises";
import { fileVersion } from "../wanted/file-version.ts";
import { fetchWheel, type PrepareServices } from "./fetch.ts";
import type { HashDemand, ArchiveSource } from "../wanted/resolved.ts";

/** The METADATA of a wheel that has to be had whole for it. The wheel stays in the store, so that installing it later fetches nothing again. */
export async function readWholeWheel(
  source: ArchiveSource,
  name: NormalizedName,
  hashes: readonly HashDemand[],
  services: PrepareServices,
): Promise<string> {
  const version = fileVersion({ filename: source.filename, kind: "wheel" }, name)?.toString() ?? "";
  const distribution = { name, version, source, hashes, requested: false };
  const { filesFolder, manifest } = await fetchWheel(distribution, services);
  return readFile(`${filesFolder}/${manifest.head.distInfo}/METADATA`, "utf8");
}
