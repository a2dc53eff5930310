import { readSmallFile } from "@murre/files";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, type Dirent } from "node:fs";
import type { EntryKind, EnvironmentView } from "./existing.ts";
import type { RecordedDistribution } from "./removal.ts";
import { posix } from "node:path";

/**
 * The environment as it stands on disk. The owners' index is made only when a planned file meets an existing one, which
 * in a new environment never happens.
 * @param installed the distributions that stay, read at that moment
 */
export function viewEnvironment(installed: () => readonly RecordedDistribution[]): EnvironmentView {
  let owners: Map<string, string[]> | undefined;
  return {
    list(folder) {
      try {
        const entries = readdirSync(folder, { withFileTypes: true });
        return new Map(entries.map((entry) => [entry.name, kindOf(folder, entry)]));
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        throw error;
      }
    },
    ownersOf(path) {
      owners ??= indexOwners(installed());
      return owners.get(path) ?? [];
    },
    digestOf(path) {
      try {
        return createHash("sha256").update(readSmallFile(path, ofAnySize)).digest("base64url");
      } catch {
        return undefined; // gone since it was listed: not the same bytes
      }
    },
    isCutOff(path, whole) {
      try {
        const size = statSync(path).size;
        const there = readSmallFile(path, ofAnySize);
        const bytes = typeof whole === "string" ? readFileSync(whole) : whole;
        return size < bytes.length && bytes.subarray(0, there.length).equals(there);
      } catch {
        return false;
      }
    },
    readApart: (entry, path) => readFileSync(`${entry.filesFolder}/${path}`),
  };
}

/** Files of distributions have models and movies among them. */
const ofAnySize = { atMostBytes: Infinity };

/** A link to a folder counts as one: what is installed below `share` goes where `share` leads. */
function kindOf(parent: string, entry: Dirent): EntryKind {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? "directory" : "file";
  const leadsTo = statSync(`${parent}/${entry.name}`, { throwIfNoEntry: false });
  return leadsTo?.isDirectory() === true ? "linked-directory" : "file";
}

function indexOwners(installed: readonly RecordedDistribution[]): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const { name, sitePackages, record } of installed)
    for (const { path } of record) {
      const absolute = posix.isAbsolute(path) ? posix.normalize(path) : posix.join(sitePackages, path);
      owners.set(absolute, [...(owners.get(absolute) ?? []), name]);
    }
  return owners;
}
