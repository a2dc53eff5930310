import { hashedName } from "@murre/cache";
import { stillHolds, type IndexClient } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import type { InstalledDistribution } from "@murre/python";
import { lstatSync } from "node:fs";
import type { ResolutionMemory } from "../operation/open-request.ts";
import type { TargetPython } from "../options/target-python.ts";
import type { ResolutionRequest } from "./resolution-request.ts";
import { formatRemembered, readRemembered, type Remembered, type Solution } from "./resolution-document.ts";
import type { ReadWholeDistribution } from "./source-reader.ts";

/**
 * A resolution that remembers what it came to. The answer is taken again as long as nothing that it rests on is another: the
 * request, the target, what is installed, every page and all metadata that was looked at. Whatever rests on more than that, such as files of this
 * machine, builds, or direct URLs, is not remembered.
 * @param resolve asks `client`; it is given the request and the reader to be used
 */
export async function rememberedSolution(
  request: ResolutionRequest,
  python: TargetPython,
  { client, readWhole }: { readonly client: IndexClient; readonly readWhole: ReadWholeDistribution },
  resolve: (request: ResolutionRequest, readWhole: ReadWholeDistribution) => Promise<Solution>,
): Promise<Solution> {
  const { memory } = request;
  const key = memory && keyOf(request, python, memory);
  if (memory === undefined || key === undefined) return resolve(request, readWhole);
  const known = recall(key, request, memory);
  if (known !== undefined) {
    request.onEvent({ type: "debug", message: "all that this rests on is as it was when it was last resolved" });
    tellAge(known.witnessed, request);
    return known.solution;
  }
  const watched = watch(request, readWhole);
  const solution = await resolve(watched.request, watched.readWhole);
  const witnessed = client.witnessed();
  if (witnessed !== undefined && watched.isWhole() && solution.warnings.length === 0)
    keep(key, { solution, witnessed, formats: [...watched.formats] }, memory);
  if (witnessed !== undefined) tellAge(witnessed, request);
  return solution;
}

function tellAge({ pages }: Remembered["witnessed"], { onEvent, memory }: ResolutionRequest): void {
  const ms = memory?.offline === true ? Infinity : Math.min(...pages.map(([, , holdsUntil]) => holdsUntil));
  onEvent({ type: "fresh-until", ms });
}

/** What of a request does not decide: how it is said, who asks, and what is watched instead. */
type Undecisive =
  | "memory"
  | "signal"
  | "asker"
  | "onEvent"
  | "claims"
  | "commits"
  | "editables"
  | "formats"
  | "refusedUrl"
  | "uploadedBefore";

/** Undefined where direct URLs have a part in it. */
function keyOf(request: ResolutionRequest, python: TargetPython, memory: ResolutionMemory): string | undefined {
  const { wanted, constraints, installed, prereleases, requireHashes, overrides = [] } = request;
  const { strategy: order = "highest", excludes = [], preferences = [], uploadLimits, wantsGraph = false } = request;
  const { prefersWheels = false } = request;
  if ([...wanted, ...constraints, ...overrides].some(({ requirement }) => requirement.url !== undefined))
    return undefined;
  const decisive: Record<Exclude<keyof ResolutionRequest, Undecisive>, unknown> = {
    wanted: wanted.map(({ requirement, hashes }) => [`${requirement}`, hashes.map(({ digests }) => digests)]),
    constraints: constraints.map(({ requirement, hashes, fragmentHashes }) => [
      `${requirement}`,
      hashes,
      fragmentHashes,
    ]),
    installed: installed.map(stateOf),
    prereleases,
    prefersWheels,
    requireHashes,
    strategy: order,
    overrides: overrides.map(({ requirement }) => `${requirement}`),
    excludes,
    preferences: [...preferences],
    uploadLimits,
    wantsGraph,
  };
  const { markerEnvironment, tagTarget, ignoresRequiresPython = false } = python;
  const { locations, strategy } = memory.indexes;
  const places = [
    ...locations.map(({ kind, url }) => [kind, url]),
    ...[...memory.pinned].map(([project, { kind, url }]) => [kind, url, project]),
  ];
  return hashedName(
    JSON.stringify([memory.version, decisive, markerEnvironment, tagTarget, ignoresRequiresPython, places, strategy]),
  );
}

/** What decides of something installed: its metadata, and where it came from. */
function stateOf({ normalizedName, version, format, path }: InstalledDistribution): readonly string[] {
  const files = format === "dist-info" ? ["METADATA", "direct_url.json"] : ["PKG-INFO"];
  return [normalizedName, version, format, ...[path, ...files.map((file) => `${path}/${file}`)].map(fileState)];
}

function fileState(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

/** The request, whose functions note what they are asked, and whether something is asked that no key can hold. */
function watch(request: ResolutionRequest, readWhole: ReadWholeDistribution) {
  const formats = new Map<NormalizedName, string>();
  let isWhole = true;
  const spoilt =
    <Args extends readonly unknown[], Result>(asked: (...args: Args) => Result) =>
    (...args: Args): Result => {
      isWhole = false;
      return asked(...args);
    };
  return {
    formats,
    isWhole: () => isWhole && !request.claims.hasAny,
    readWhole: spoilt(readWhole),
    request: {
      ...request,
      refusedUrl: spoilt(request.refusedUrl),
      formats(project: NormalizedName) {
        const allowed = request.formats(project);
        formats.set(project, allowed);
        return allowed;
      },
    },
  };
}

function recall(key: string, request: ResolutionRequest, memory: ResolutionMemory): Remembered | undefined {
  const { documents, offline, refreshes } = memory;
  if (refreshes || request.claims.hasAny) return undefined;
  const remembered = readRemembered(documents.read("resolutions", key));
  if (remembered?.formats.every(([project, allowed]) => request.formats(project) === allowed) !== true)
    return undefined;
  const holding = stillHolds(remembered.witnessed, documents, { offline, now: Date.now() });
  if (holding === undefined) return undefined;
  const known = { ...remembered, witnessed: holding };
  if (holding !== remembered.witnessed) keep(key, known, memory);
  return known;
}

function keep(key: string, remembered: Remembered, { documents }: ResolutionMemory): void {
  documents.write(["resolutions", key], formatRemembered(remembered));
}
