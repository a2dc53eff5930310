import { readInstaller, type InstalledDistribution } from "@murre/python";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether a killed murre left only a part of this distribution: its dist-info comes first and RECORD last. What another
 * installer wrote without a RECORD (a system's package manager does) is whole.
 */
export function isTorn(distribution: InstalledDistribution): boolean {
  if (distribution.format !== "dist-info" || existsSync(join(distribution.path, "RECORD"))) return false;
  const installer = readInstaller(distribution);
  return installer === undefined || installer === "murre";
}
