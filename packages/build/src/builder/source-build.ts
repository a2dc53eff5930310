import { readSmallText } from "@murre/files";
import { existsSync, mkdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { EntryMaker, WheelEntry } from "@murre/cache";
import { tryParseVersion } from "@murre/pep440";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { parseWheelFilename } from "@murre/platform-tags";
import { installableWheel, parseMetadata } from "@murre/wheel";
import { openBackend, type Backend, type ConfigSettings } from "../backend/backend.ts";
import { openBuildLog, type BuildLog } from "../backend/build-log.ts";
import { inBuildSlot } from "./build-slots.ts";
import type { BuildServices, BuildSource } from "./build-services.ts";
import {
  buildKey,
  findBuiltMetadata,
  findBuiltWheel,
  fixedState,
  madeByBuilds,
  noteBuiltMetadata,
  noteBuiltWheel,
  type BuiltPlace,
  type BuiltState,
} from "../source/built-wheels.ts";
import { BuildMismatch, InvalidBackendAnswer, NoSourceTree } from "../errors.ts";
import { sharingFailure } from "./failed-elsewhere.ts";
import { SourceFolder } from "../source/source-folder.ts";
import { nameOfSource } from "./source-name.ts";
import { ownBuildBase } from "./own-build-base.ts";
import { readBuildSystem, readPyproject, staticPkgInfo, staticProject } from "../source/static-metadata.ts";
import { unpackSdist } from "../sdist/unpack-sdist.ts";

/** Everything that one operation does with one source. Each step happens at most once. */
export class SourceBuild {
  readonly #source: BuildSource;
  readonly #services: BuildServices;
  readonly #key: string;
  readonly #isEditable: boolean;
  /** Of a folder: where and in which state it is. */
  #sources: SourceFolder | undefined;
  /** Whether hooks run in the user's own folder. */
  #isInPlace = false;
  #tree: Promise<string> | undefined;
  #backend: Promise<Backend> | undefined;
  #metadata: Promise<string> | undefined;
  /** As far as it is known: it may be the wheel that tells. */
  #metadataText: string | undefined;
  #wheel: Promise<WheelEntry> | undefined;
  #entry: WheelEntry | undefined;
  #log: BuildLog | undefined;
  #folder: string | undefined;
  readonly #folders: string[] = [];
  #hasFailed = false;
  #losses: number;

  constructor(source: BuildSource, services: BuildServices) {
    this.#source = source;
    this.#isEditable = source.isEditable === true;
    this.#services = services;
    this.#losses = services.cache.losses;
    const { isolation, constraints } = services.settings;
    this.#sources = this.#openFolder();
    this.#key = buildKey({
      source: nameOfSource(source),
      subdirectory: source.subdirectory,
      configSettings: this.#configSettings(),
      interpreter: services.interpreter,
      isolation,
      constraints,
    });
  }

  metadata(): Promise<string> {
    return (this.#metadata ??= this.#guarded(async () => (this.#metadataText = await this.#readMetadata())));
  }

  async wheel(): Promise<WheelEntry> {
    // Under a lease that is lost nothing is kept: not the entry, and not the copy of the source.
    if (this.#losses !== this.#services.cache.losses) this.#forget();
    // A source that nobody named says its name first.
    if (this.#source.project === undefined) await this.metadata();
    return this.#theWheel();
  }

  /** What somebody has built of the source as it is. */
  async built(): Promise<WheelEntry | undefined> {
    const { cache } = this.#services;
    return this.#entry ?? findBuiltWheel(cache, cache.lookup.bind(cache), await this.#place());
  }

  #theWheel(): Promise<WheelEntry> {
    if (this.#entry !== undefined) return Promise.resolve(this.#entry);
    return (this.#wheel ??= this.#guarded(async () => (this.#entry = await this.#buildOnce())));
  }

  /** Made anew: the store keeps wheels unpacked. */
  wheelFile(): Promise<string> {
    return this.#guarded(async () => {
      const backend = await this.#openBackend();
      const path = await this.#hook(`build_${this.#product}`, () => backend.buildWheel());
      this.#nameOf(basename(path), this.#source.project);
      return path;
    });
  }

  /** @returns the temporary folders, to be removed. */
  close(): readonly string[] {
    if (this.#hasFailed) this.#log?.close();
    else this.#log?.remove();
    return this.#folders;
  }

  #forget(): void {
    this.#sources = this.#openFolder();
    this.#tree = this.#backend = this.#metadata = this.#wheel = undefined;
    this.#entry = this.#folder = this.#metadataText = undefined;
    this.#losses = this.#services.cache.losses;
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /** As hooks call it. */
  get #product(): "wheel" | "editable" {
    return this.#isEditable ? "editable" : "wheel";
  }

  #configSettings(): ConfigSettings {
    return { ...this.#services.settings.configSettings, ...this.#source.configSettings };
  }

  /** What murre itself writes is no source of anybody's, even where it lies in a folder that is built. */
  #openFolder(): SourceFolder | undefined {
    const { cache, settings, signal } = this.#services;
    const { kind, path, subdirectory } = this.#source;
    if (kind !== "directory") return undefined;
    const apart = [cache.lease.root, settings.logFolder];
    return new SourceFolder(path, subdirectory, { apart, isEditable: this.#isEditable, env: settings.env, signal });
  }

  /** Named as the source is named, or names itself; where only the wheel tells, without a name. */
  async #place(): Promise<BuiltPlace> {
    const { sha256, checkout } = this.#source;
    const fingerprint = (await this.#sources?.fingerprint()) ?? sha256 ?? checkout?.identity ?? "";
    const text = this.#metadataText;
    const itself = text === undefined ? undefined : normalizeName(parseMetadata(text).name);
    return { project: this.#source.project ?? itself, version: this.#source.version, key: this.#key, fingerprint };
  }

  async #readMetadata(): Promise<string> {
    const { cache } = this.#services;
    const place = await this.#place();
    const entry = await this.built();
    if (entry !== undefined) return metadataOf((this.#entry = entry));
    const noted = findBuiltMetadata(cache, place);
    if (noted !== undefined) return noted;
    const fixed = await this.#staticMetadata();
    if (fixed !== undefined) {
      noteBuiltMetadata(cache, place, { ...fixedState(place), made: [...madeByBuilds(cache, place)] }, fixed);
      return fixed;
    }
    return (await this.#preparedMetadata()) ?? metadataOf(await this.#theWheel());
  }

  async #staticMetadata(): Promise<string | undefined> {
    const { kind, subdirectory, shown } = this.#source;
    const tree = await this.#openTree();
    // Of a folder PKG-INFO may be a leftover of an older state.
    const pkgInfo = kind === "archive" && subdirectory === undefined ? staticPkgInfo(tree) : undefined;
    return pkgInfo ?? staticProject(readPyproject(tree, shown));
  }

  /** The build requirements are prepared first, holding nothing; only the hook itself runs under the flight (rule D). */
  async #preparedMetadata(): Promise<string | undefined> {
    const { cache, signal } = this.#services;
    const backend = await this.#openBackend();
    const place = await this.#place();
    const lookup = () => {
      const text = findBuiltMetadata(cache, place);
      return text === undefined ? undefined : { text };
    };
    const { text } = await sharingFailure(() =>
      cache.documentOnce<{ readonly text: string | undefined }>({
        key: `metadata of ${this.#flightKey(place)}`,
        signal,
        sharesFailures: true,
        lookup,
        make: async (flightSignal) => {
          const { found, result, state } = await this.#observed(
            place,
            (now) => findBuiltMetadata(cache, now),
            () =>
              this.#hook(`prepare_metadata_for_build_${this.#product}`, () => backend.prepareMetadata(flightSignal)),
          );
          if (found !== undefined) return { text: found };
          if (result !== undefined && state !== undefined) noteBuiltMetadata(cache, place, state, result);
          return { text: result };
        },
      }),
    );
    return text;
  }

  async #buildOnce(): Promise<WheelEntry> {
    const { cache, signal } = this.#services;
    const found = await this.built();
    if (found !== undefined) return found;
    const backend = await this.#openBackend();
    const place = await this.#place();
    return sharingFailure(() =>
      cache.addOnce({
        key: `wheel of ${this.#flightKey(place)}`,
        signal,
        sharesFailures: true,
        lookup: (find) => findBuiltWheel(cache, find, place),
        make: (maker) => this.#build(backend, place, maker),
      }),
    );
  }

  async #build(backend: Backend, place: BuiltPlace, maker: EntryMaker): Promise<WheelEntry> {
    const { cache, onEvent, unpacker } = this.#services;
    const start = performance.now();
    const {
      found,
      result: wheelPath = "",
      state,
    } = await this.#observed(
      place,
      (now) => findBuiltWheel(cache, cache.lookup.bind(cache), now),
      () => this.#hook(`build_${this.#product}`, () => backend.buildWheel(maker.signal)),
    );
    if (found !== undefined) return found;
    const filename = basename(wheelPath);
    const project = this.#nameOf(filename, place.project);
    const entry = await maker.add(project, async (destination) =>
      installableWheel(
        await unpacker().unpack({
          wheelPath,
          destination,
          filename,
          ...(maker.signal === undefined ? {} : { signal: maker.signal }),
        }),
      ),
    );
    if (state !== undefined) noteBuiltWheel(cache, place, state, project, entry.sha256);
    onEvent({ type: "built", source: this.#source.shown, filename, durationMs: performance.now() - start });
    return entry;
  }

  /**
   * Runs a hook whose result is kept, and says for which states of the source it is right. In a folder of the user's one build runs at a time;
   * when its turn has come, another may have left what is wanted.
   */
  async #observed<Found, Result>(
    place: BuiltPlace,
    find: (place: BuiltPlace) => Found | undefined,
    run: () => Promise<Result>,
  ): Promise<{ readonly found?: Found; readonly result?: Result; readonly state?: BuiltState | undefined }> {
    const { cache } = this.#services;
    const sources = this.#sources;
    if (sources === undefined || !this.#isInPlace) return { result: await run(), state: fixedState(place) };
    return this.#inTurn(async () => {
      const made = madeByBuilds(cache, place);
      const found = find({ ...place, fingerprint: await sources.begin(made) });
      if (found !== undefined) return { found };
      const result = await run();
      return { result, state: await sources.end(made) };
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const { cache, signal } = this.#services;
    const real = this.#sources?.real;
    if (real === undefined || !this.#isInPlace) return run();
    const { project, shown } = this.#source;
    const subject = `the folder ${shown} (wheel of ${project ?? "it"})`;
    return cache.inTurn({ name: `build in ${real}`, subject, signal }, run);
  }

  #hook<T>(hook: string, run: () => Promise<T>): Promise<T> {
    const { shown } = this.#source;
    return inBuildSlot(shown, () => {
      this.#services.onEvent({ type: "build-started", source: shown, hook, logPath: this.#log?.path ?? "" });
      return run();
    });
  }

  /** The project whose wheel this is. @throws {BuildMismatch} {InvalidBackendAnswer} */
  #nameOf(filename: string, project: NormalizedName | undefined): NormalizedName {
    const { shown, version } = this.#source;
    let built: ReturnType<typeof parseWheelFilename>;
    try {
      built = parseWheelFilename(filename);
    } catch (error) {
      const problem = `made ${filename}, which is no name of a wheel`;
      throw new InvalidBackendAnswer(shown, `build_${this.#product}`, problem, { cause: error });
    }
    const promised = this.#metadataText === undefined ? version : parseMetadata(this.#metadataText).version;
    const { name, version: builtVersion } = built;
    const isPromised = promised === undefined || tryParseVersion(promised)?.key === builtVersion.key;
    if ((project ?? name) === name && isPromised) return name;
    throw new BuildMismatch(shown, `${name} ${builtVersion.toString()}`, `${project ?? name} ${promised ?? ""}`.trim());
  }

  #flightKey({ project, key, fingerprint }: BuiltPlace): string {
    return `${project ?? this.#source.shown} (${key.slice(0, 16)} ${fingerprint.slice(0, 16)})`;
  }

  #openTree(): Promise<string> {
    return (this.#tree ??= this.#makeTree());
  }

  async #makeTree(): Promise<string> {
    const { path, filename = "", subdirectory, shown } = this.#source;
    const destination = join(this.#ownFolder(), "source");
    const place = await this.#sources?.treeFor(destination);
    await this.#source.checkout?.write(destination);
    const made = this.#source.kind === "archive" ? await unpackSdist(path, destination, filename) : destination;
    const tree = place?.tree ?? made;
    this.#isInPlace = place?.isInPlace ?? false;
    if (subdirectory === undefined) return tree;
    const inner = join(tree, subdirectory);
    if (/^\.\.(?:[/\\]|$)/.test(relative(tree, inner)) || !existsSync(inner))
      throw new NoSourceTree(shown, `holds no folder ${subdirectory}`);
    return inner;
  }

  /** The build requirements, then what the backend asks for besides: all of it before any flight of this build. */
  #openBackend(): Promise<Backend> {
    return (this.#backend ??= this.#makeBackend());
  }

  async #makeBackend(): Promise<Backend> {
    const { environments, chain, settings, signal } = this.#services;
    const { shown, project, checkout, isRemote = false } = this.#source;
    const tree = await this.#openTree();
    const buildSystem = readBuildSystem(tree, shown);
    // Where the version does not stand in the files, it may be made of tags and of the number of commits.
    if (checkout !== undefined && (await this.#staticMetadata()) === undefined)
      await checkout.addHistory(join(this.#ownFolder(), "source"));
    const environment = await environments.make(
      buildSystem.requires,
      join(this.#ownFolder(), "environment"),
      project === undefined ? chain : [...chain, project],
      shown,
      isRemote,
    );
    const { timeoutMs, platform } = settings;
    this.#log ??= openBuildLog(settings.logFolder, project ?? basename(this.#source.path));
    const backend = openBackend({
      buildSystem,
      tree,
      environment,
      ...(this.#isInPlace
        ? { env: this.#isEditable ? {} : ownBuildBase(this.#ownFolder(), environment.env), watch: this.#sources?.watch }
        : {}),
      configSettings: this.#configSettings(),
      isEditable: this.#isEditable,
      folder: this.#ownFolder(),
      log: this.#log,
      source: shown,
      timeoutMs,
      platform,
      signal,
    });
    const more = await this.#inTurn(() => inBuildSlot(shown, () => backend.requiresFor("wheel")));
    if (more.length > 0) await environment.add(more, `get_requires_for_build_${this.#product}`);
    return backend;
  }

  /** Below the cache's `tmp/`, so that whoever finds it after this process knows whose it is. */
  #ownFolder(): string {
    if (this.#folder !== undefined) return this.#folder;
    const folder = this.#services.cache.temporaryPath();
    mkdirSync(folder, { recursive: true });
    this.#folders.push(folder);
    return (this.#folder = folder);
  }
}

function metadataOf({ filesFolder, manifest }: WheelEntry): string {
  return readSmallText(`${filesFolder}/${manifest.head.distInfo}/METADATA`);
}
