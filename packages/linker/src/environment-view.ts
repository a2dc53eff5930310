import { readdirSync, readFileSync } from "node:fs";
import type { EnvironmentView } from "./existing.ts";
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
        return new Map(entries.map((entry) => [entry.name, entry.isDirectory() ? "directory" : "file"]));
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
    readApart: (entry, path) => readFileSync(`${entry.filesFolder}/${path}`),
  };
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
