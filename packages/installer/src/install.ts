import { beginCacheOperation, type CacheOperation } from "@murre/cache";
import type { IndexClient, PipConfiguration } from "@murre/index-client";
import { startLinkWorkers, type LinkWorkers } from "@murre/linker";
import { setMaxListeners } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { changeEnvironment, threadsOf } from "./change-environment.ts";
import { NothingRequired } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import { gatherRequirements, wantedProjects, type GatheredRequirements } from "./gather-requirements.ts";
import { indexSettings, openIndexClient, readPipConfiguration } from "./index-settings.ts";
import type { ChangeOptions, InstallOptions, SyncOptions } from "./operations.ts";
import { probeCache } from "./probe-cache.ts";
import type { ChangeReport } from "./reports.ts";
import { resolveExact } from "./resolve-exact.ts";
import type { InstallerSettings } from "./settings.ts";
import { findTarget, refuseExternallyManaged, wheelTarget, type TargetEnvironment } from "./target-environment.ts";

interface Request {
  readonly files: readonly string[];
  readonly words: readonly string[];
  readonly extraneous: "remove" | "keep";
  /** Whether an empty request is an error. */
  readonly refuseEmpty: boolean;
}

/** `murre pip sync`: the environment holds exactly what the files pin. */
export function syncEnvironment(settings: InstallerSettings, options: SyncOptions): Promise<ChangeReport> {
  return runChange(settings, options, {
    files: options.requirementFiles,
    words: [],
    extraneous: "remove",
    refuseEmpty: options.allowEmpty !== true,
  });
}

/** `murre pip install --no-deps`: what is named is added, everything else stays. */
export function installDistributions(settings: InstallerSettings, options: InstallOptions): Promise<ChangeReport> {
  return runChange(settings, options, {
    files: options.requirementFiles ?? [],
    words: options.requirements ?? [],
    extraneous: "keep",
    refuseEmpty: false,
  });
}

async function runChange(settings: InstallerSettings, given: ChangeOptions, request: Request): Promise<ChangeReport> {
  given.signal?.throwIfAborted();
  const options = withOwnSignal(given);
  const onEvent = options.onEvent ?? (() => {});
  // Threads load while the environment is found and the requirements are read.
  const linkWorkers = options.dryRun === true ? undefined : startLinkWorkers(threadsOf(settings));
  const cache = beginCacheOperation(settings.cacheFolder);
  let client: IndexClient | undefined;
  try {
    const target = findTarget(settings, options, probeCache(cache.documents));
    describeTarget(target, onEvent);
    refuseExternallyManaged(target, options);
    const configuration = readPipConfiguration(settings, options, target.interpreter.prefix);
    const gathered = await gather(settings, options, request, configuration, onEvent, cache);
    for (const message of gathered.warnings) onEvent({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
    if (request.refuseEmpty && gathered.entries.length === 0) throw new NothingRequired(request.files);
    const places = indexSettings(settings, options, configuration, gathered.options);
    describePlaces(places, onEvent);
    client = openIndexClient(settings, options, places, configuration, cache.documents, onEvent, options.signal);
    const wanted = await resolve(target, gathered, options, configuration, client, onEvent);
    return await changeEnvironment(target, { ...wanted, ...stays(request, target) }, options, {
      settings,
      cache,
      client,
      linkWorkers,
      onEvent,
    });
  } finally {
    await end(client, cache, linkWorkers);
  }
}

/** Hundreds of downloads listen to one signal: that is no leak, but the caller's own signal would warn of one. */
function withOwnSignal(options: ChangeOptions): ChangeOptions {
  if (options.signal === undefined) return options;
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  return { ...options, signal };
}

async function end(client: IndexClient | undefined, cache: CacheOperation, linkWorkers: LinkWorkers | undefined): Promise<void> {
  linkWorkers?.close();
  cache.end();
  await client?.close();
}

async function gather(
  settings: InstallerSettings,
  options: ChangeOptions,
  request: Request,
  configuration: PipConfiguration,
  onEvent: OnEvent,
  cache: CacheOperation,
): Promise<GatheredRequirements> {
  const { cwd, home, env, platform } = settings;
  const read = async (location: string): Promise<Uint8Array | string> => {
    if (location === "-") return settings.readStandardInput();
    if (!/^https?:/i.test(location)) return readFile(/^file:/i.test(location) ? fileURLToPath(location) : location);
    const places = { locations: [], strategy: "first-index" } as const;
    const client = openIndexClient(settings, options, places, configuration, cache.documents, onEvent, options.signal);
    try {
      return await client.text(location);
    } finally {
      await client.close();
    }
  };
  return gatherRequirements(
    { files: request.files, constraintFiles: options.constraintFiles ?? [], words: request.words },
    { read, env, cwd, home, platform, exists: existsSync },
  );
}

async function resolve(
  target: TargetEnvironment,
  gathered: GatheredRequirements,
  options: ChangeOptions,
  configuration: PipConfiguration,
  client: IndexClient,
  onEvent: OnEvent,
) {
  const start = performance.now();
  const { markerEnvironment } = target.interpreter;
  const requireHashes =
    options.requireHashes === true || gathered.options.requireHashes || configuration.requireHashes?.value === true;
  const pre = gathered.options.pre || configuration.pre?.value === true ? true : undefined;
  const wanted = wantedProjects(gathered, markerEnvironment);
  const anyHash = wanted.some(({ hashes }) => Object.keys(hashes).length > 0);
  // One hash in the requirements asks for all of them, as in pip.
  const resolved = await resolveExact(wanted, client, wheelTarget(target, pre), requireHashes || anyHash);
  const resolveMs = performance.now() - start;
  onEvent({ type: "resolved", distributions: resolved.length, durationMs: resolveMs });
  return { resolved, resolveMs };
}

/** What others put into an environment to seed it is no leftover of a sync. */
const SEEDS: ReadonlySet<string> = new Set(["pip", "setuptools", "wheel"]);

/** murre's own environments hold nothing that was not asked for, so there everything is the sync's. */
function stays({ extraneous }: Request, { interpreter }: TargetEnvironment) {
  const configuration = interpreter.isVirtual ? readText(join(interpreter.prefix, "pyvenv.cfg")) : "";
  return /^murre\s*=/m.test(configuration) ? { extraneous } : { extraneous, preserve: SEEDS };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export function describeTarget({ interpreter }: TargetEnvironment, onEvent: OnEvent): void {
  const { executable, version, isVirtual: environment } = interpreter;
  onEvent({ type: "interpreter", executable, version, environment });
}

function describePlaces({ locations, strategy }: ReturnType<typeof indexSettings>, onEvent: OnEvent): void {
  for (const { url, origin } of locations)
    onEvent({ type: "debug", message: `looking in ${url.replace(/\/\/[^/@]*@/, "//")}${origin === undefined ? "" : ` (${origin})`}` });
  onEvent({ type: "debug", message: `combining indexes by ${strategy}` });
}
