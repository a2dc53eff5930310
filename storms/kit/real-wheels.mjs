// Real wheels from where pip's configuration points, or made-up ones, and the requirements files that name them.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPipConfiguration } from "@murre/index-client";
import { writeWheel } from "@murre/test-kit";

/**
 * One wheel of each project in the folders that pip's configuration names, smallest projects' names first in the alphabet; made-up ones
 * where there are none. @returns {Promise<{ name: string, version: string, path: string, bytes: number, sha256: string }[]>}
 */
export async function chooseWheels(scratch, count, { largestBytes = 3_000_000, smallestBytes = 0 } = {}) {
  const found = new Map();
  for (const folder of configuredFolders())
    for (const path of wheelsIn(folder)) {
      const [name, version] = basename(path).split("-");
      const project = name.toLowerCase().replaceAll(/[-_.]+/g, "-");
      const bytes = statSync(path).size;
      if (bytes <= largestBytes && bytes >= smallestBytes && !found.has(project) && !/[a-z]/.test(version))
        found.set(project, { name: project, version, path, bytes });
    }
  const all = [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  const step = Math.max(1, Math.floor(all.length / count));
  const chosen = all.filter((_, i) => i % step === 0).slice(0, count);
  if (chosen.length < count) chosen.push(...(await madeUp(join(scratch, "made-up"), count - chosen.length)));
  return chosen.map((wheel) => ({ ...wheel, sha256: sha256(readFileSync(wheel.path)) }));
}

export const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** The folders that pip's configuration names as indexes and for --find-links, as far as there are such. */
export function configuredPlaces() {
  const { indexUrl, extraIndexUrls, findLinks } = loadPipConfiguration({
    env: process.env,
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
  });
  const folders = (values) =>
    values
      .filter((value) => typeof value === "string")
      .map((value) => (value.startsWith("file:") ? fileURLToPath(value) : value))
      .filter((value) => existsSync(value));
  return {
    indexes: folders([indexUrl?.value, ...(extraIndexUrls?.value ?? [])]),
    findLinks: folders(findLinks?.value ?? []),
  };
}

/** Where files lie: of an index, the folder of its `simple`. */
function configuredFolders() {
  const { indexes, findLinks } = configuredPlaces();
  return [...indexes, ...findLinks].map((folder) => (basename(folder) === "simple" ? dirname(folder) : folder));
}

const wheelsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith("-py3-none-any.whl"))
    .map((name) => join(folder, name));

async function madeUp(folder, count) {
  mkdirSync(folder, { recursive: true });
  const wheels = [];
  for (let i = 0; i < count; i++) {
    const name = `storm_demo_${i}`;
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`${name}/m${n}.py`, `value = ${"1".repeat(2000 + n)}\n`]),
    );
    const path = join(folder, basename(await writeWheel(folder, { name, version: "1.0", files })));
    wheels.push({ name: name.replaceAll("_", "-"), version: "1.0", path, bytes: statSync(path).size });
  }
  return wheels;
}

/** requirements.txt lines. */
export const pins = (wheels) => wheels.map(({ name, version }) => `${name}==${version}\n`).join("");

export function placeFile(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
