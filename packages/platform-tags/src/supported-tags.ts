import { normalizePlatform, platformTags } from "./platform.ts";
import { tagToString, type Tag } from "./tag.ts";
import type { TagTarget } from "./target.ts";

/** The tags an interpreter accepts, best first. */
export interface SupportedTags {
  readonly tags: readonly string[];
  /** The index of the best of `tags` in the list (lower is better), or undefined when none is supported. */
  rank(tags: readonly (Tag | string)[]): number | undefined;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  python: "py",
  cpython: "cp",
  pypy: "pp",
  ironpython: "ip",
  jython: "jy",
};

/** The tags `packaging.tags.sys_tags()` yields for that interpreter, in its order, each once. */
export function supportedTags(target: TagTarget): SupportedTags {
  const platforms = platformTags(target.platform);
  const indexes = new Map<string, number>();
  const add = (tag: string) => {
    if (!indexes.has(tag)) indexes.set(tag, indexes.size);
  };
  if (target.implementation === "cpython") addCPythonTags(target, platforms, add);
  else addGenericTags(target, platforms, add);
  addPurePythonTags(target, platforms, add);
  return {
    tags: [...indexes.keys()],
    rank(tags) {
      let best: number | undefined;
      for (const tag of tags) {
        const index = indexes.get(typeof tag === "string" ? tag : tagToString(tag));
        if (index !== undefined && (best === undefined || index < best)) best = index;
      }
      return best;
    },
  };
}

/** The own ABI, the stable ABI (PEP 384; PEP 803 for free-threaded builds), no ABI, and the stable ABI of every version before. */
function addCPythonTags(target: TagTarget, platforms: readonly string[], add: (tag: string) => void): void {
  const [major, minor] = target.version;
  const interpreter = `cp${major}${minor}`;
  const hasStableAbi = major > 3 || (major === 3 && minor >= 2);
  const stableAbi = isFreeThreaded(target) ? "abi3t" : "abi3";
  for (const abi of [...cpythonAbis(target), ...(hasStableAbi ? [stableAbi] : []), "none"])
    for (const platform of platforms) add(`${interpreter}-${abi}-${platform}`);
  if (!hasStableAbi) return;
  for (let older = minor - 1; older >= 2; older--)
    for (const platform of platforms) add(`cp${major}${older}-${stableAbi}-${platform}`);
}

function isFreeThreaded({ version: [major, minor], freeThreaded }: TagTarget): boolean {
  return freeThreaded === true && (major > 3 || minor >= 13);
}

/** A debug build of 3.8 or later also loads extension modules of the release build. */
function cpythonAbis(target: TagTarget): readonly string[] {
  if (target.abis !== undefined) return target.abis.filter((abi) => abi !== "abi3" && abi !== "none");
  const [major, minor] = target.version;
  const abi = `cp${major}${minor}${isFreeThreaded(target) ? "t" : ""}`;
  if (major === 3 && minor < 8) return [`${abi}${target.debug ? "d" : ""}${target.pymalloc === false ? "" : "m"}`];
  return target.debug ? [`${abi}d`, abi] : [abi];
}

function addGenericTags(target: TagTarget, platforms: readonly string[], add: (tag: string) => void): void {
  const name = SHORT_NAMES[target.implementation] ?? target.implementation;
  const interpreter = `${name}${target.version.join("")}`.toLowerCase();
  for (const abi of new Set([...abiOfSuffix(target), "none"]))
    for (const platform of platforms) add(`${interpreter}-${abi}-${platform}`);
}

/**
 * The part of an extension module's suffix that names the ABI and not the platform:
 * `.pypy311-pp73-x86_64-linux-gnu.so` is `pypy311_pp73`.
 */
function abiOfSuffix(target: TagTarget): readonly string[] {
  if (target.abis !== undefined) return target.abis;
  const parts = (target.extensionSuffix ?? "").split(".");
  if (parts.length < 3) return cpythonAbis(target);
  const soabi = parts[1] ?? "";
  if (soabi === "") return [];
  return [normalizePlatform(soabi.split("-").slice(0, soabiLength(soabi)).join("-")).toLowerCase()].map((abi) =>
    abi.startsWith("cpython_") ? `cp${abi.slice(8)}` : abi,
  );
}

/** How many `-`-separated parts of a SOABI belong to the ABI. */
function soabiLength(soabi: string): number {
  if (soabi.startsWith("cpython")) return 2;
  if (soabi.startsWith("cp")) return 1;
  if (soabi.startsWith("pypy")) return 2;
  if (soabi.startsWith("graalpy")) return 3;
  return Number.POSITIVE_INFINITY;
}

/** `py311-none-…`, `py3-…`, `py310-…` down to `py30`, for the own platforms and then for any. */
function addPurePythonTags(target: TagTarget, platforms: readonly string[], add: (tag: string) => void): void {
  const [major, minor] = target.version;
  const interpreters = [`py${major}${minor}`, `py${major}`];
  for (let older = minor - 1; older >= 0; older--) interpreters.push(`py${major}${older}`);
  for (const interpreter of interpreters) for (const platform of platforms) add(`${interpreter}-none-${platform}`);
  if (target.implementation === "cpython") add(`cp${major}${minor}-none-any`);
  if (target.implementation === "pypy") add("pp3-none-any");
  for (const interpreter of interpreters) add(`${interpreter}-none-any`);
}
