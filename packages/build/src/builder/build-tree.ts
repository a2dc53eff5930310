import { copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { randomUUID } from "node:crypto";
import { openBackend, type Backend, type ConfigSettings } from "../backend/backend.ts";
import type { BuildEnvironments } from "../backend/build-environment.ts";
import type { BuildLog } from "../backend/build-log.ts";
import { readBuildSystem } from "../source/static-metadata.ts";
import { unpackSdist } from "../sdist/unpack-sdist.ts";

/** A source tree whose distributions are wanted as files. */
export interface TreeBuild {
  /** Absolute. The backend runs in it, as its developer would run it. */
  readonly tree: string;
  /** `sdist-then-wheel`: the wheel is built from the sdist, which proves that the sdist is complete. */
  readonly what: "sdist" | "wheel" | "sdist-then-wheel";
  /** Where they are put; made when it is missing. */
  readonly outputFolder: string;
  /** An existing folder for everything temporary. */
  readonly folder: string;
  readonly environments: BuildEnvironments;
  readonly configSettings: ConfigSettings;
  readonly log: BuildLog;
  readonly timeoutMs: number | undefined;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal | undefined;
  readonly onHook: (hook: string) => void;
  /** Runs a hook in the tree when nobody else does. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Paths of what was built. */
export interface BuiltDistributions {
  readonly sdist?: string;
  readonly wheel?: string;
}

/** Builds the distributions of a source tree. Each appears in the output folder whole. @throws as Backend */
export async function buildTree(build: TreeBuild): Promise<BuiltDistributions> {
  mkdirSync(build.outputFolder, { recursive: true });
  if (build.what === "wheel") return { wheel: await oneDistribution(build, build.tree, "wheel") };
  const sdist = await oneDistribution(build, build.tree, "sdist");
  if (build.what === "sdist") return { sdist };
  const tree = await unpackSdist(sdist, join(build.folder, "sdist-tree"), basename(sdist));
  return { sdist, wheel: await oneDistribution(build, tree, "wheel") };
}

async function oneDistribution(build: TreeBuild, tree: string, kind: "sdist" | "wheel"): Promise<string> {
  const backend = await backendFor(build, tree, kind);
  build.onHook(`build_${kind}`);
  const path = await inTurnOf(build, tree, () => (kind === "sdist" ? backend.buildSdist() : backend.buildWheel()));
  return moveInto(path, build.outputFolder);
}

async function backendFor(build: TreeBuild, tree: string, kind: "sdist" | "wheel"): Promise<Backend> {
  const { environments, folder, tree: shown } = build;
  const own = join(folder, kind);
  mkdirSync(own);
  const buildSystem = readBuildSystem(tree, shown);
  const environment = await environments.make(buildSystem.requires, join(own, "environment"), [], shown, false);
  const { configSettings, log, timeoutMs, platform, signal } = build;
  const options = { configSettings, log, timeoutMs, platform, signal, source: shown };
  const backend = openBackend({ ...options, buildSystem, tree, environment, folder: own });
  build.onHook(`get_requires_for_build_${kind}`);
  const more = await inTurnOf(build, tree, () => backend.requiresFor(kind));
  if (more.length > 0) await environment.add(more, `get_requires_for_build_${kind}`);
  return backend;
}

/** What was unpacked is nobody else's. */
function inTurnOf<T>(build: TreeBuild, tree: string, work: () => Promise<T>): Promise<T> {
  return tree === build.tree ? build.inTurn(work) : work();
}

/** Replaces a file of that name at once, so that nobody who serves the folder hands out half of one. */
function moveInto(path: string, folder: string): string {
  const target = join(folder, basename(path));
  const aside = join(folder, `.${basename(path)}.${randomUUID()}`);
  try {
    copyFileSync(path, aside);
    renameSync(aside, target);
  } finally {
    rmSync(aside, { force: true });
  }
  return target;
}
