// What an environment holds, for the storms that change one: by its RECORDs, and by its files.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseRecord } from "../../packages/wheel/dist/index.js";

export function sitePackages(env) {
  const lib = join(env, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
}

/** What a transaction that is over left behind. */
export function leavings(env) {
  const state = join(sitePackages(env), ".murre");
  if (!existsSync(state)) return [];
  return readdirSync(state, { recursive: true })
    .map(String)
    .filter((name) => !/^(?:lock(?:\/(?:choosing|tickets))?|commit|trash|torn|stamp)$/.test(name));
}

/** Rows of RECORDs whose file is missing or has other bytes, and files of site-packages that no RECORD lists. */
export function brokenRows(env) {
  const site = sitePackages(env);
  const broken = [];
  const listed = new Set();
  for (const distInfo of readdirSync(site).filter((name) => name.endsWith(".dist-info"))) {
    if (!existsSync(join(site, distInfo, "RECORD"))) {
      broken.push(`${distInfo} has no RECORD`);
      continue;
    }
    for (const { path, digest } of parseRecord(readFileSync(join(site, distInfo, "RECORD"), "utf8"))) {
      listed.add(join(site, path));
      if (digest === undefined) continue;
      const actual = existsSync(join(site, path))
        ? createHash("sha256")
            .update(readFileSync(join(site, path)))
            .digest("base64url")
        : undefined;
      if (actual !== digest) broken.push(`${distInfo}: ${path}`);
    }
  }
  for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !path.includes("/.murre/") && !dirname(path).endsWith("__pycache__") && !listed.has(path))
      broken.push(`nobody's: ${path}`);
  }
  return broken;
}

/** Every path of an environment in one text, installers' own state and bytecode left out. */
export function listing(env) {
  const found = [];
  const walk = (relative) => {
    for (const entry of readdirSync(join(env, relative), { withFileTypes: true })) {
      if (/^(?:\.murre|__pycache__|\.lock|lost\+found)$/.test(entry.name)) continue;
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else found.push(path);
    }
  };
  walk("");
  return found.toSorted().join("\n");
}
