import { readInstaller, type InstalledDistribution } from "@murre/python";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** They write a RECORD: where it is missing, they did not finish, or somebody killed them while they removed. */
const writersOfRecords = new Set<string | undefined>([undefined, "murre", "pip", "uv"]);

/**
 * Whether a killed installer left only a part of this distribution. What a system's package manager wrote without a RECORD is whole.
 */
export function isTorn(distribution: InstalledDistribution): boolean {
  const { format, path } = distribution;
  if (format !== "dist-info") return false;
  if (existsSync(join(path, "RECORD"))) return !existsSync(join(path, "METADATA"));
  return writersOfRecords.has(readInstaller(distribution));
}
