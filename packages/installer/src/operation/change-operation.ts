import { readInput } from "@murre/files";
import type { CacheOperation } from "@murre/cache";
import { pathOfFileUrl, type IndexClient, type PipConfiguration } from "@murre/index-client";
import { startLinkWorkers, type LinkWorkers } from "@murre/linker";
import type { Constraint, FileOptions, RequirementsContext } from "@murre/requirements";
import { redactUrl } from "@murre/pep508";
import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import type { OnEvent } from "../api/events.ts";
import { gatherRequirements, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import { indexSettings, openIndexClient, readPipConfiguration } from "./index-settings.ts";
import { openCache } from "./open-cache.ts";
import { MetadataClaims } from "../wanted/metadata-claims.ts";
import type { ChangeOptions } from "../api/operations.ts";
import { threadsOf } from "./threads.ts";
import { probeCache } from "./probe-cache.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { findTarget, refuseExternallyManaged, type TargetEnvironment } from "./target-environment.ts";

/** What one changing operation holds: a lease on the cache, threads, the environment it found. */
export interface ChangeOperation<Options extends ChangeOptions = ChangeOptions> {
  readonly settings: InstallerSettings;
  readonly options: Options;
  readonly onEvent: OnEvent;
  readonly cache: CacheOperation;
  /** See `PrepareServices.answered`. */
  readonly answered: Map<string, string>;
  readonly claims: MetadataClaims;
  /** See `RecordJudgement.warned`. */
  readonly warnedRecords: Set<string>;
  readonly target: TargetEnvironment;
  readonly configuration: PipConfiguration;
  /** Threads for placing so many files, the same each time; undefined where the calling thread is as fast. They load meanwhile. */
  linkWorkersFor(files: number): LinkWorkers | undefined;
  /** The client for the places that flags, files and configuration name. It is closed with the operation. */
  openClient(inFiles: FileOptions): IndexClient;
}

/** So many files are linked in the time that threads take to load, and with half of their processor time. */
const fewFiles = 4000;

/**
 * Runs a changing operation and gives everything back at its end, however it ends.
 * @param purpose `use`: the interpreter is only built and resolved for; any will do, and nothing in it is changed.
 */
export async function withChangeOperation<Options extends ChangeOptions, Result>(
  settings: InstallerSettings,
  given: Options,
  work: (operation: ChangeOperation<Options>) => Promise<Result>,
  purpose: "change" | "use" = "change",
): Promise<Result> {
  given.signal?.throwIfAborted();
  const options = withOwnSignal(given);
  const onEvent = options.onEvent ?? (() => {});
  const cache = openCache(settings, onEvent, options.noCache === true);
  let linkWorkers: LinkWorkers | undefined;
  const linkWorkersFor = (files: number) =>
    linkWorkers || settings.threads !== undefined || files > fewFiles
      ? (linkWorkers ??= startLinkWorkers(threadsOf(settings)))
      : undefined;
  const clients: IndexClient[] = [];
  try {
    const preference = purpose === "change" ? "environment" : "any";
    const target = findTarget(settings, options, probeCache(cache.documents), preference);
    describeTarget(target, onEvent);
    if (purpose === "change") refuseExternallyManaged(target, options);
    const configuration = readPipConfiguration(settings, options, target.interpreter.prefix);
    const openClient = (inFiles: FileOptions) => {
      const places = indexSettings(settings, options, configuration, inFiles);
      describePlaces(places, onEvent);
      const client = openIndexClient({ settings, options, places, configuration, cache, onEvent });
      clients.push(client);
      return client;
    };
    const answered = new Map<string, string>();
    const warnedRecords = new Set<string>();
    return await work({
      settings,
      options,
      onEvent,
      cache,
      answered,
      claims: new MetadataClaims(),
      warnedRecords,
      target,
      configuration,
      linkWorkersFor,
      openClient,
    });
  } finally {
    linkWorkers?.close();
    cache.end();
    for (const client of clients) await client.close();
  }
}

/** Hundreds of downloads listen to one signal: that is no leak, but the caller's own signal would warn of one. */
function withOwnSignal<Options extends ChangeOptions>(options: Options): Options {
  if (options.signal === undefined) return options;
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  return { ...options, signal };
}

/** Reads requirements files and arguments; those at `http:` URLs through a client of their own. */
export async function gather(
  operation: ChangeOperation,
  files: readonly string[],
  words: readonly string[],
): Promise<GatheredRequirements> {
  const { options, configuration, onEvent } = operation;
  const constraintFiles = [...(configuration.constraints?.value ?? []), ...(options.constraintFiles ?? [])];
  const gathered = await gatherRequirements({ files, constraintFiles, words }, requirementsContext(operation));
  for (const message of gathered.warnings) onEvent({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
  return gathered;
}

/** Reads files with constraints for what builds require. */
export async function gatherBuildConstraints(
  operation: ChangeOperation,
  constraintFiles: readonly string[],
): Promise<readonly Constraint[]> {
  const { constraints } = await gatherRequirements(
    { files: [], constraintFiles, words: [] },
    requirementsContext(operation),
  );
  return constraints;
}

/** How requirements are read: files, standard input, `http:` URLs. */
export function requirementsContext(operation: ChangeOperation): RequirementsContext {
  const { settings, options, configuration, cache, onEvent } = operation;
  const { cwd, home, env, platform } = settings;
  const read = async (location: string): Promise<Uint8Array | string> => {
    if (location === "-") return settings.readStandardInput(options.signal);
    if (!/^https?:/i.test(location)) return readInput(localPath(location), { signal: options.signal });
    const places = { locations: [], strategy: "first-index" } as const;
    const client = openIndexClient({ settings, options, places, configuration, cache, onEvent });
    try {
      return await client.text(location);
    } finally {
      await client.close();
    }
  };
  return { read, env, cwd, home, platform, exists: existsSync };
}

function localPath(location: string): string {
  const path = /^file:/i.test(location) ? pathOfFileUrl(location) : location;
  if (path === undefined) throw new Error("it names no file of this machine");
  return path;
}

export function describeTarget({ interpreter }: TargetEnvironment, onEvent: OnEvent): void {
  const { executable, version, isVirtual: environment } = interpreter;
  onEvent({ type: "interpreter", executable, version, environment });
}

function describePlaces({ locations, strategy }: ReturnType<typeof indexSettings>, onEvent: OnEvent): void {
  for (const { url, origin } of locations)
    onEvent({ type: "debug", message: `looking in ${redactUrl(url)}${origin === undefined ? "" : ` (${origin})`}` });
  onEvent({ type: "debug", message: `combining indexes by ${strategy}` });
}
