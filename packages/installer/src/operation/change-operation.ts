import { hasCode, temporaryPlace } from "@murre/files";
import type { CacheOperation } from "@murre/cache";
import { loadConnections, loadPipConfiguration, type IndexClient, type PipConfiguration } from "@murre/index-client";
import { startLinkWorkers, type LinkWorkers } from "@murre/linker";
import type { NormalizedName } from "@murre/pep508";
import type { Interpreter, ProbeCache, PythonErrorCode } from "@murre/python";
import type { RequirementsContext } from "@murre/requirements";
import type { OnEvent } from "../api/events.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describedPython, resolvedPython, type TargetPython } from "../options/target-python.ts";
import { projectSources, type ProjectSources } from "../projects/project-sources.ts";
import { MetadataClaims } from "../wanted/metadata-claims.ts";
import { decide } from "./decide.ts";
import { decidePython } from "./decide-resolution.ts";
import type { Decisions, IndexDecision } from "./decisions.ts";
import { openCache } from "./open-cache.ts";
import { describePlaces, openIndexClient } from "./open-client.ts";
import { probeCache } from "./probe-cache.ts";
import { requirementsContext } from "./read-requirements.ts";
import { heardVariables, type Said } from "./said.ts";
import {
  describeTarget,
  findTarget,
  refuseExternallyManaged,
  refuseOutsideEnvironment,
  targetOf,
  type TargetEnvironment,
} from "./target-environment.ts";
import { threadsOf } from "./threads.ts";

/** What one changing operation holds: a lease on the cache, threads, the environment it found, and how it works. */
export interface ChangeOperation {
  readonly settings: InstallerSettings;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: OnEvent;
  readonly cache: CacheOperation;
  /** See `PrepareServices.answered`. */
  readonly answered: Map<string, string>;
  /** The commits that URLs of repositories name, as this operation was told. */
  readonly commits: Map<string, string>;
  readonly claims: MetadataClaims;
  /** See `RecordJudgement.warned`. */
  readonly warnedRecords: Set<string>;
  /** Whoever only resolves, and may have needed none so far, asks `findTarget` before. */
  readonly target: TargetEnvironment;
  /** Looks for it when it is first asked for, where nothing of it is needed to resolve. */
  findTarget(): Promise<TargetEnvironment>;
  /** What distributions are chosen for: the interpreter, unless another Python is described. */
  readonly python: TargetPython;
  readonly decisions: Decisions;
  /** How `[tool.uv.sources]` of local projects is followed. */
  readonly projects: ProjectSources;
  /** How requirements are read. */
  readonly reading: RequirementsContext;
  /**
   * Threads for placing so many files, the same each time; undefined where the calling thread is as fast. They load meanwhile.
   * @param largestFolder the files of the largest one: of one folder the system places one file after the other, whoever asks it to
   */
  linkWorkersFor(files: number, largestFolder: number): LinkWorkers | undefined;
  /** A client for these places. It is closed with the operation. */
  openClient(places: IndexDecision): IndexClient;
}

/** So many files are linked in the time that threads take to load, and with half of their processor time. */
const fewFiles = 4000;

/**
 * Runs a changing operation and gives everything back at its end, however it ends.
 * @param purpose `use`: the interpreter is only built and resolved for; any will do, and nothing in it is changed. `resolve`: and none is
 * needed where the Python to resolve for is described.
 * @param planned the interpreter of an environment that is not there, and would be changed if it were
 */
export async function withChangeOperation<Result>(
  settings: InstallerSettings,
  options: Said["options"],
  work: (operation: ChangeOperation) => Promise<Result>,
  purpose: "change" | "use" | "resolve" = "change",
  planned?: Interpreter,
): Promise<Result> {
  options.signal?.throwIfAborted();
  const { signal } = options;
  const onEvent = options.onEvent ?? (() => {});
  const cache = openCache(settings, onEvent, options.noCache === true);
  let linkWorkers: LinkWorkers | undefined;
  const linkWorkersFor = (files: number, largestFolder: number) => {
    const worth = settings.threads === undefined ? Math.floor(files / fewFiles) : Infinity;
    // The calling thread does a part.
    const count = Math.min(threadsOf(settings) - 1, worth, Math.floor(files / largestFolder) - 1);
    return linkWorkers ?? (count > 0 ? (linkWorkers = startLinkWorkers(count)) : undefined);
  };
  const clients: IndexClient[] = [];
  try {
    let found: TargetEnvironment | undefined;
    const find = async () => {
      if (planned !== undefined) return (found = targetOf(planned, settings, options));
      found = await findTargetOf(
        purpose,
        settings,
        { ...options, onEvent },
        probeCache(cache, signal, whileAsking(options)),
      );
      describeTarget(found, onEvent);
      return found;
    };
    let finding: Promise<TargetEnvironment> | undefined;
    const findOnce = () => (finding ??= find());
    const described = decidePython(options, settings.env);
    const interpreter = async () => (await findOnce()).interpreter;
    const python =
      purpose === "resolve"
        ? await resolvedPython(described, interpreter, settings)
        : describedPython(await interpreter(), described);
    if (purpose === "change") refuseExternallyManaged(await findOnce(), options);
    if (purpose !== "resolve") refuseOutsideEnvironment(await findOnce(), options, settings.env);
    const decisions = decide(hear(settings, options, found?.interpreter.prefix));
    const { cwd, home, platform } = settings;
    const projects = projectSources({
      isFollowed: decisions.isSourceFollowed,
      isEditable: decisions.isEditable,
      places: { cwd, home, platform },
      variables: heardVariables({ options, variables: settings.env }),
    });
    const locationOf = (project: NormalizedName) => projects.indexes.get(project);
    const keyringPython = async () => (await interpreter()).executable;
    const context = { settings, network: decisions.network, cache, onEvent, signal, locationOf, keyringPython };
    const openClient = (places: IndexDecision) => {
      describePlaces(places, onEvent);
      const client = openIndexClient(places, context);
      clients.push(client);
      return client;
    };
    return await work({
      settings,
      signal,
      onEvent,
      cache,
      answered: new Map(),
      commits: new Map(),
      claims: new MetadataClaims(),
      warnedRecords: new Set(),
      get target() {
        if (found === undefined) throw new TypeError("the environment was not looked for");
        return found;
      },
      findTarget: findOnce,
      python,
      decisions,
      projects,
      reading: requirementsContext(context),
      linkWorkersFor,
      openClient,
    });
  } finally {
    linkWorkers?.close();
    cache.end();
    for (const client of clients) await client.close();
  }
}

/** An interpreter that nobody has asked before is mostly that of a new machine, whose cache is as empty: what asks an index is loaded meanwhile. */
function whileAsking({ offline, noIndex, indexUrl = "https:" }: Said["options"]): () => void {
  if (offline === true || noIndex === true || !/^https?:/i.test(indexUrl)) return () => {};
  return () => void loadConnections();
}

/** Who only resolves takes any interpreter where there is none of the version that is resolved for. */
async function findTargetOf(
  purpose: "change" | "use" | "resolve",
  settings: InstallerSettings,
  options: Said["options"],
  cache: ProbeCache,
): Promise<TargetEnvironment> {
  const preference = purpose === "change" ? "environment" : "any";
  try {
    return await findTarget(settings, options, cache, preference);
  } catch (error) {
    const isOptional =
      purpose === "resolve" && options.python !== undefined && options.python === options.pythonVersion;
    if (!isOptional || !hasCode<PythonErrorCode>(error, "MURRE_NO_INTERPRETER")) throw error;
    const { python: asked, ...others } = options;
    const target = await findTarget(settings, others, cache, preference);
    const message = `there is no Python ${asked} here: what has to be built for it is built with Python ${target.interpreter.version}`;
    options.onEvent?.({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
    return target;
  }
}

/** Takes together what was said, pip's configuration for this environment included, which is not even read when the user asked for that. */
function hear(settings: InstallerSettings, options: Said["options"], prefix: string | undefined): Said {
  const { env, cwd, home, platform, version, buildLogFolder } = settings;
  const configuration: PipConfiguration =
    options.ignoreConfiguration === true
      ? { files: [] }
      : loadPipConfiguration({
          env,
          platform,
          home,
          cwd,
          ...(prefix === undefined ? {} : { prefix }),
          ...(options.isolated === true ? { isolated: true } : {}),
        });
  return {
    options,
    variables: env,
    configuration,
    places: { cwd, home, platform },
    userAgent: `murre/${version}`,
    now: Date.now(),
    logFolder: buildLogFolder ?? temporaryPlace(),
  };
}
