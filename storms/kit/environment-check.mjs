// What an environment holds: by its RECORDs, by its files, and by what transactions left.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { parseRecord } from "@murre/wheel";

export function sitePackages(env) {
  if (process.platform === "win32") return join(env, "Lib/site-packages");
  const lib = join(env, "lib");
  const python = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith("python")) : undefined;
  return join(lib, python ?? "", "site-packages");
}

/** What a transaction that is over left behind. */
export function transactionLeavings(env) {
  const state = join(sitePackages(env), ".murre");
  if (!existsSync(state)) return [];
  return readdirSync(state, { recursive: true })
    .map(String)
    .filter((name) => !/^(?:lock(?:\/(?:choosing|tickets))?|commit|trash|torn|stamp)$/.test(name));
}

export const distInfosIn = (site) =>
  existsSync(site) ? readdirSync(site).filter((name) => name.endsWith(".dist-info")) : [];

/** "Some_Project-1.0.dist-info" is some-project's. */
export const projectOf = (distInfo) =>
  distInfo
    .split("-")[0]
    .toLowerCase()
    .replaceAll(/[-_.]+/g, "-");

const digestOf = (path) => createHash("sha256").update(readFileSync(path)).digest("base64url");

/** The rows of one RECORD; undefined where there is none. */
export function recordOf(site, distInfo) {
  const path = join(site, distInfo, "RECORD");
  return existsSync(path) ? parseRecord(readFileSync(path, "utf8")) : undefined;
}

/** What one RECORD says that is not so; rows without a digest (bytecode) may be missing unless `isEach`. */
export function recordProblems(site, distInfo, { isEach = false } = {}) {
  const rows = recordOf(site, distInfo);
  if (rows === undefined) return [`${distInfo} has no RECORD`];
  const problems = [];
  for (const { path, algorithm, digest } of rows) {
    const file = join(site, path);
    if (!existsSync(file)) {
      if (isEach || digest !== undefined) problems.push(`${distInfo}: ${path} is missing`);
    } else if (algorithm === "sha256" && digestOf(file) !== digest.replace(/=+$/, ""))
      problems.push(`${distInfo}: ${path} has other bytes`);
  }
  return problems;
}

/** Every row of every RECORD against its file, with a breath after each distribution; and whether all of the wheels are there. */
export async function damageOf(environment, wheels) {
  const site = sitePackages(environment);
  if (!existsSync(site)) return ["there is no site-packages"];
  const installed = distInfosIn(site);
  const names = new Set(installed.map(projectOf));
  const wrong = wheels.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is missing`);
  for (const distInfo of installed) {
    wrong.push(...recordProblems(site, distInfo, { isEach: true }));
    await turn();
  }
  return wrong;
}

/** Rows of RECORDs whose file is missing or has other bytes, and files of site-packages that no RECORD lists. */
export function brokenRows(env) {
  const site = sitePackages(env);
  const listed = new Set();
  const broken = distInfosIn(site).flatMap((distInfo) => {
    for (const { path } of recordOf(site, distInfo) ?? []) listed.add(join(site, path));
    return recordProblems(site, distInfo);
  });
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
