// Resolves made-up indexes of growing size: chains and breadths of projects, and one project of many versions.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { murre, runSync, uv } from "../storms/kit.mjs";
import { compare, print } from "./harness.mjs";
import { withServer } from "./recorded-index.mjs";
import { describeUsage, usageMeasured } from "./usage.mjs";

const madeIndex = fileURLToPath(new URL("made-index.mjs", import.meta.url));

/**
 * @param {{ scratch: string, runs: number, python: string, uvFile?: string, shape: "chain" | "breadth" | "versions", counts: number[], caches: ("cold" | "warm")[] }} settings
 *   `warm` is offline: nothing but the cache is asked
 */
export function measureGrowth(settings) {
  return settings.counts.flatMap((count) => {
    const folder = join(settings.scratch, `${settings.shape}-${count}`);
    mkdirSync(folder);
    return withMadeIndex([settings.shape, `${count}`], folder, (url) => measure(settings, { folder, count, url }));
  });
}

/** Serves a made-up index while `job(url)` runs; see made-index.mjs for its words. */
export const withMadeIndex = (words, folder, job) => withServer([madeIndex, ...words], folder, job);

function measure({ runs, python, uvFile, shape, caches }, { folder, count, url }) {
  const places = { indexes: [url], findLinks: [] };
  const tools = [murre(places), ...(uvFile === undefined ? [] : [uv(uvFile, places)])];
  const requirements = join(folder, "requirements.in");
  writeFileSync(requirements, shape === "versions" ? "p0\np1>=1\n" : "p0\n");
  const environmentOf = (tool) => join(folder, `env-${tool.name}`);
  const warmOf = (tool) => join(folder, `cache-${tool.name}`);
  const command = (tool, cache) => tool.resolve(requirements, environmentOf(tool), cache);
  for (const tool of tools) {
    runSync(tool.venv(python, environmentOf(tool), join(folder, "venv-cache")));
    if (caches.includes("warm")) runSync(command(tool, warmOf(tool)));
  }
  return caches.map((cache) => {
    const contestants = tools.map((tool) =>
      usageMeasured(tool.name, (own) => {
        if (cache === "cold") return command(tool, join(own, "cache"));
        const { file, args } = command(tool, warmOf(tool));
        return { file, args: [...args, "--offline"] };
      }),
    );
    const result = compare(`${shape} of ${count}, ${cache}`, contestants, { runs, scratch: join(folder, cache) });
    for (const [index, row] of result.rows.entries()) Object.assign(row, contestants[index].usage());
    return { ...result, shape, count, cache };
  });
}

export function printGrowth(result) {
  print(result);
  for (const row of result.rows) console.log(`  ${row.name.padEnd(22)} ${describeUsage(row)}`);
}
