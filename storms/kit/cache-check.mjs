// What a cache holds that nobody can reach.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Everything in a cache's layout folder that no pointer leads to. */
export function cacheLeavings(root) {
  const names = (...folder) => (existsSync(join(root, ...folder)) ? readdirSync(join(root, ...folder)) : []);
  const swept = ["tmp", "trash", "condemned", "snapshots", "leases", "heartbeats", "partial", "locks"];
  const named = new Set(
    names("archives").flatMap((project) =>
      names("archives", project).map((sha256) => readFileSync(join(root, "archives", project, sha256), "utf8").trim()),
    ),
  );
  return [
    ...swept.flatMap((folder) =>
      names(folder)
        // A judge's probe (no byte) lives for two system calls; one whose judge was killed goes with the first sweep a minute later.
        .filter((name) => !name.startsWith("probe-"))
        .map((name) => `${folder}/${name} is left`),
    ),
    ...names("store")
      .filter((id) => !named.has(id))
      .map((id) => `store/${id} is named by nothing`),
  ];
}
