import {
  createBuilder,
  type BuildEnvironments,
  type Builder,
  type BuildEvent,
  type BuildSource,
  type ConfigSettings,
} from "@murre/build";
import { hashedName, type WheelEntry } from "@murre/cache";
import type { IndexClient } from "@murre/index-client";
import { isLocalUrl, normalizeName, redactUrl, type NormalizedName } from "@murre/pep508";
import { parseSdistFilename } from "@murre/platform-tags";
import { readInstalled } from "@murre/python";
import type { Constraint } from "@murre/requirements";
import { parseMetadata } from "@murre/wheel";
import { fileURLToPath } from "node:url";
import { refuseHash } from "../wanted/accepted-hashes.ts";
import type { RepositorySources } from "./repository-sources.ts";
import { isolatedEnvironments, sharedEnvironment } from "./build-environments.ts";
import type { BuildDecision } from "../operation/decisions.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { localHash } from "../wanted/local-hash.ts";
import { openPreparation } from "../prepare/fetch-all.ts";
import { CannotBuild, UnsupportedRequirement, PathNotFound } from "../errors.ts";
import { fetchArchive, type PrepareServices } from "../prepare/fetch.ts";
import { readWholeWheel } from "../prepare/read-whole-wheel.ts";
import type { ReadWholeDistribution, SourceRequest } from "../resolve/source-reader.ts";
import type { ResolvedDistribution, ArchiveSource } from "../wanted/resolved.ts";
import { subdirectoryOf, urlKind, withoutFragment } from "../wanted/source-url.ts";
import { verifyArchive } from "../prepare/verify-archive.ts";

/** The sources of one operation: archives and folders that become wheels. */
export interface OpenSources {
  metadata(request: SourceRequest): Promise<string>;
  readonly wheel: (distribution: ResolvedDistribution) => Promise<WheelEntry>;
  readonly built: (distribution: ResolvedDistribution) => Promise<WheelEntry | undefined>;
  /** The wheel as the file that the backend makes now, in a temporary folder that lasts as long as the operation. */
  wheelFile(distribution: ResolvedDistribution): Promise<string>;
  /** Where backends run, for who runs one directly. */
  readonly environments: BuildEnvironments;
  close(): Promise<void>;
}

/**
 * Opens the sources of an operation. Nothing runs before it is asked; a source that is needed to build another one is built in the same way.
 * @param constraints for the requirements of builds
 */
export function openSources(
  operation: ChangeOperation,
  { client, build, memory }: Pick<Request, "client" | "build" | "memory">,
  constraints: readonly Constraint[],
  repositories: () => Promise<RepositorySources>,
  configSettingsOf: (project: NormalizedName) => ConfigSettings | undefined = () => undefined,
): OpenSources {
  return new OperationSources({ operation, client, build, constraints, memory, repositories, configSettingsOf }, []);
}

interface SourceServices {
  readonly operation: ChangeOperation;
  readonly client: IndexClient;
  readonly build: BuildDecision;
  readonly memory: Request["memory"];
  readonly constraints: readonly Constraint[];
  readonly repositories: () => Promise<RepositorySources>;
  readonly configSettingsOf: (project: NormalizedName) => ConfigSettings | undefined;
}

class OperationSources implements OpenSources {
  readonly #services: SourceServices;
  readonly environments: BuildEnvironments;
  /** Some projects are built where they go, though the others are not. */
  readonly #builderOf: (project: NormalizedName | undefined) => Builder;
  readonly #closeBuilders: () => void;
  readonly #preparation: ReturnType<typeof openPreparation>;
  /** Of build requirements that have to be built, by the chain of projects that need them. */
  readonly #inner = new Map<string, OperationSources>();

  constructor(services: SourceServices, chain: readonly string[]) {
    const { operation, client, build, constraints, memory } = services;
    const { settings, signal, cache, target, onEvent } = operation;
    this.#services = services;
    this.#preparation = openPreparation(operation, client, (distribution) => this.wheel(distribution));
    const inner = {
      operation,
      client,
      files: build.files,
      constraints,
      memory,
      preparation: (chain: readonly string[]) => this.#innerSources(chain).#preparation.services,
      readWhole: (chain: readonly string[]) => this.#innerSources(chain).readWhole,
    };
    const isolated = isolatedEnvironments(inner);
    const shared = sharedEnvironment(operation);
    this.environments = build.isIsolated ? isolated : shared;
    const builderIn = (environments: BuildEnvironments) =>
      createBuilder({
        cache,
        interpreter: target.interpreter,
        environments,
        unpacker: () => this.#preparation.services.unpacker(),
        settings: {
          isolation: environments === isolated ? "isolated" : contentsOf(operation),
          // The user's settings are meant for what the user wants, not for what builds require (pip).
          configSettings: chain.length === 0 ? build.configSettings : {},
          // What was built with other bytes is another wheel.
          constraints: constraints.map(({ text, hashes }) => `${text}${hashesText(hashes)}`),
          timeoutMs: build.timeoutMs,
          logFolder: build.logFolder,
          env: settings.env,
          platform: settings.platform,
        },
        chain,
        onEvent: (event) => onEvent(describeBuild(event)),
        signal,
      });
    const builder = builderIn(this.environments);
    let unisolated: Builder | undefined;
    this.#builderOf = (name) =>
      build.isIsolated && name !== undefined && build.unisolated.has(name)
        ? (unisolated ??= builderIn(shared))
        : builder;
    this.#closeBuilders = () => {
      builder.close();
      unisolated?.close();
    };
  }

  async metadata(request: SourceRequest): Promise<string> {
    const { name } = request;
    const text = await this.#builderOf(name).metadata(await this.#toBuild(request));
    const found = parseMetadata(text, request.source.filename).name;
    if (name === undefined || normalizeName(found) === name) return text;
    const url = redactUrl(request.source.url);
    throw new UnsupportedRequirement(url, `it holds ${found}, and not ${name}`, name);
  }

  readonly wheel = async (distribution: ResolvedDistribution): Promise<WheelEntry> =>
    this.#builderOf(distribution.name).wheel(await this.#toBuild(distribution));

  readonly built = async (distribution: ResolvedDistribution): Promise<WheelEntry | undefined> =>
    this.#builderOf(distribution.name).built(await this.#toBuild(distribution));

  async wheelFile(distribution: ResolvedDistribution): Promise<string> {
    return this.#builderOf(distribution.name).wheelFile(await this.#toBuild(distribution));
  }

  /** For the requirements of builds. */
  readonly readWhole: ReadWholeDistribution = (source, name, hashes) =>
    source.filename.endsWith(".whl")
      ? readWholeWheel(source, name, hashes, this.#preparation.services)
      : this.metadata({ source, name, hashes });

  async close(): Promise<void> {
    for (const inner of this.#inner.values()) await inner.close();
    this.#closeBuilders();
    await this.#preparation.close();
  }

  #innerSources(chain: readonly string[]): OperationSources {
    const key = JSON.stringify(chain);
    const known = this.#inner.get(key) ?? new OperationSources(this.#services, chain);
    this.#inner.set(key, known);
    return known;
  }

  async #toBuild({ source, hashes, name, version, configSettings }: SourceRequest): Promise<BuildSource> {
    const { build, configSettingsOf } = this.#services;
    const shown = redactUrl(source.url);
    if (build.isRefused) throw new CannotBuild(name ?? shown);
    const own = configSettings ?? (name === undefined ? undefined : configSettingsOf(name));
    const subdirectory = subdirectoryOf(source.url);
    const common = {
      shown: name === undefined ? shown : `${[name, version].filter(Boolean).join(" ")} (${shown})`,
      ...(name === undefined ? {} : { project: name }),
      ...(version === undefined || version === "" ? {} : { version }),
      ...(subdirectory === undefined ? {} : { subdirectory }),
      isRemote: !isLocalUrl(source.url),
      ...(own === undefined || Object.keys(own).length === 0 ? {} : { configSettings: own }),
    };
    if (urlKind(source.url) === "version-control") {
      refuseHash("repository", source, hashes);
      const repositories = await this.#services.repositories();
      const commit = source.commit ?? (await repositories.commitOf(source.url));
      return {
        ...common,
        kind: "checkout",
        path: source.filename,
        checkout: repositories.checkout(source.url, commit),
      };
    }
    const url = withoutFragment(source.url);
    if (urlKind(url) === "directory") {
      refuseHash("folder", source, hashes);
      const { isEditable = false } = source;
      return { ...common, kind: "directory", isEditable, path: fileURLToPath(url) };
    }
    const { services } = this.#preparation;
    const archive = await archiveOf({ source: { ...source, url }, hashes, name }, services);
    // A hash that was promised is what was looked for, and not what the URL has.
    if (source.hashes["sha256"] === undefined) services.answered.set(url, archive.sha256);
    return { ...common, ...archive, kind: "archive", filename: source.filename };
  }
}

function hashesText(hashes: Constraint["hashes"]): string {
  return Object.keys(hashes).length === 0 ? "" : ` ${JSON.stringify(hashes)}`;
}

/** Without isolation a build depends on what is installed where it runs. */
function contentsOf({ target }: ChangeOperation): string {
  const installed = readInstalled(target.visible).map(({ normalizedName, version }) => `${normalizedName}==${version}`);
  return `${target.interpreter.prefix} ${hashedName(installed.toSorted().join(" "))}`;
}

/** The archive as a file: where it lies when it is local, else as the only file of an entry of the store. */
async function archiveOf(
  { source, hashes, name }: Omit<SourceRequest, "name"> & { readonly name: NormalizedName | undefined },
  services: PrepareServices,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const distribution = { name: name ?? projectOf(source), version: "", source, hashes, requested: false };
  const { documents } = services.cache;
  if (!source.url.startsWith("file:")) {
    const { filesFolder, sha256, manifest } = await fetchArchive(distribution, services);
    // The same bytes may have come under another name.
    const path = `${filesFolder}/${manifest.filename}`;
    // It may have been fetched when nobody asked for a hash.
    await verifyArchive(distribution, path, sha256, documents);
    return { path, sha256 };
  }
  const path = fileURLToPath(source.url);
  const sha256 = await localHash(path, documents);
  if (sha256 === undefined) throw new PathNotFound(name ?? source.filename, path);
  await verifyArchive(distribution, path, sha256, documents);
  return { path, sha256 };
}

/** Under what name the archives directory has an archive that does not say whose it is. */
function projectOf({ url, filename }: ArchiveSource): NormalizedName {
  try {
    return parseSdistFilename(filename).name;
  } catch {
    return normalizeName(`url-${hashedName(url).slice(0, 32)}`);
  }
}

function describeBuild(event: BuildEvent) {
  return event.type === "built"
    ? ({ type: "built", source: event.source, filename: event.filename, durationMs: event.durationMs } as const)
    : ({ type: "building", source: event.source, hook: event.hook, logPath: event.logPath } as const);
}
