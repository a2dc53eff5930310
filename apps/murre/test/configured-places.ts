import { loadPipConfiguration } from "@murre/index-client";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The places that the machine's pip configuration names, to be given explicitly; empty where there is no such configuration. */
function configuredPlaces(): { indexes: string[]; findLinks: readonly string[] } {
  const { indexUrl, extraIndexUrls, findLinks } = loadPipConfiguration({
    env: process.env,
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
  });
  const indexes = [...(indexUrl === undefined ? [] : [indexUrl.value]), ...(extraIndexUrls?.value ?? [])];
  return { indexes, findLinks: findLinks?.value ?? [] };
}

const configured = configuredPlaces();
const [base = "", ...extra] = configured.indexes;
/** Flags that name them explicitly. */
export const places: readonly string[] = [
  "--index-url",
  base,
  ...extra.flatMap((url) => ["--extra-index-url", url]),
  ...configured.findLinks.flatMap((place) => ["--find-links", place]),
];

/** Whether the local ones among them have all of these projects. Asked without murre, so that its failure cannot pass for their absence. */
export function areConfigured(projects: readonly string[]): boolean {
  return notConfigured(projects).length === 0;
}

/** Those of these projects that none of the local ones has. */
export function notConfigured(projects: readonly string[]): string[] {
  const folders = configured.indexes.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
  return projects.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}
