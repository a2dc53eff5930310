import { readSmallFile } from "@murre/files";
import { openFolders, recordedFiles, type Destination } from "@murre/linker";
import { readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { createHash } from "node:crypto";
import type { RecordEntry } from "@murre/wheel";

/** A file that is not as a RECORD has it. */
export interface DamagedFile {
  /** As RECORD has it. */
  readonly path: string;
  readonly kind: "missing-file" | "changed-file";
}

/**
 * Compares every file of these distributions with their RECORDs, by its hash; rows without one (RECORD itself, bytecode) say nothing. A file
 * that several list may be any one's of them: the last that was installed has it.
 * @param destination what lies outside of its folders is nobody's to look at
 */
export function findDamage(
  installed: readonly InstalledDistribution[],
  destination: Destination,
): ReadonlyMap<InstalledDistribution, readonly DamagedFile[]> {
  const claims = new Map<string, { readonly distribution: InstalledDistribution; readonly row: RecordEntry }[]>();
  const folders = openFolders(destination);
  for (const distribution of installed) {
    const record = readInstalledRecord(distribution);
    for (const [path, row] of recordedFiles({ sitePackages: distribution.sitePackages, record }, folders).files) {
      if (row.digest === undefined) continue;
      const others = claims.get(path);
      if (others === undefined) claims.set(path, [{ distribution, row }]);
      else others.push({ distribution, row });
    }
  }
  const damage = new Map<InstalledDistribution, DamagedFile[]>();
  for (const [path, owners] of claims) {
    const content = readIfThere(path);
    if (content !== undefined && owners.some(({ row }) => isAsRecorded(content, row))) continue;
    for (const { distribution, row } of owners) {
      const found: DamagedFile = { path: row.path, kind: content === undefined ? "missing-file" : "changed-file" };
      damage.set(distribution, [...(damage.get(distribution) ?? []), found]);
    }
  }
  return damage;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readSmallFile(path, { atMostBytes: Infinity });
  } catch {
    return undefined; // gone, a folder, or not readable: in no case what RECORD says
  }
}

function isAsRecorded(content: Buffer, { algorithm = "sha256", digest, sizeBytes }: RecordEntry): boolean {
  if (sizeBytes !== undefined && sizeBytes !== content.length) return false;
  try {
    const actual = createHash(algorithm).update(content).digest("base64url");
    return actual === digest?.replace(/(?<!=)=+$/, "");
  } catch {
    return true; // a hash that nobody can compute here: the size has to do
  }
}
