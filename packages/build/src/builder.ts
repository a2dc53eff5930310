import { rmSync } from "node:fs";
import type { CacheOperation, StoreEntry } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import type { Interpreter } from "@murre/python";
import type { Unpacker } from "@murre/wheel";
import type { BuildEnvironments } from "./build-environment.ts";
import type { ConfigSettings } from "./backend.ts";
import { BuildCycle } from "./errors.ts";
import { SourceBuild } from "./source-build.ts";

/** Something that a wheel can be built from. */
export interface BuildSource {
  readonly kind: "archive" | "directory";
  /** The archive, or the folder; absolute. */
  readonly path: string;
  /** Of an archive: its own filename, and its sha256 in hexadecimal. */
  readonly filename?: string;
  readonly sha256?: string;
  /** The folder inside in which the project lies. */
  readonly subdirectory?: string;
  /** What is expected to come out, as far as it is known. */
  readonly project?: NormalizedName;
  readonly version?: string;
  /** Of this source only, over those of all. */
  readonly configSettings?: ConfigSettings;
  /** It came over HTTP. */
  readonly isRemote?: boolean;
  /** What messages call it. */
  readonly shown: string;
}

/** What is the same for all builds of one operation. */
export interface BuildSettings {
  /** `isolated`: in an environment of its own; otherwise in the one that {@link BuildServices.environments} gives, whose folder this is. */
  readonly isolation: string;
  readonly configSettings: ConfigSettings;
  readonly constraints: readonly string[];
  /** How long one hook may take; undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Where the logs of failed builds stay. */
  readonly logFolder: string;
  readonly platform: NodeJS.Platform;
}

/** What building needs; all of it belongs to one operation. */
export interface BuildServices {
  readonly cache: CacheOperation;
  /** What is built for, and with. */
  readonly interpreter: Interpreter;
  readonly environments: BuildEnvironments;
  /** Started only when something was built. */
  readonly unpacker: () => Unpacker;
  readonly settings: BuildSettings;
  /** The projects that are being built because of each other, the innermost last; they cannot be needed again. */
  readonly chain: readonly string[];
  readonly onEvent: (event: BuildEvent) => void;
  readonly signal: AbortSignal | undefined;
}

export type BuildEvent =
  | { readonly type: "build-started"; readonly source: string; readonly hook: string; readonly logPath: string }
  | { readonly type: "built"; readonly source: string; readonly filename: string; readonly durationMs: number };

/** Builds wheels, once for all processes. Every method may be called for one source several times, and side by side. */
export interface Builder {
  /**
   * The core metadata of what a source builds: read where it is static, else asked of the backend, else of the wheel.
   * @throws {BuildFailed} {BuildTimeout} {NoSourceTree} {BuildCycle} and the other errors of this package, what the cache throws.
   */
  metadata(source: BuildSource): Promise<string>;
  /** The wheel as an entry of the store, built if nobody has built it from this state of the source. @throws as metadata() */
  wheel(source: BuildSource): Promise<StoreEntry>;
  /** The wheel as a file, made by the backend now, in a folder that {@link close} removes. @throws as metadata() */
  wheelFile(source: BuildSource): Promise<string>;
  /** Removes everything temporary. The logs of failed builds stay. */
  close(): void;
}

export function createBuilder(services: BuildServices): Builder {
  return new SourceBuilder(services);
}

class SourceBuilder implements Builder {
  readonly #services: BuildServices;
  readonly #builds = new Map<string, SourceBuild>();

  constructor(services: BuildServices) {
    this.#services = services;
  }

  async metadata(source: BuildSource): Promise<string> {
    return this.#of(source).metadata();
  }

  async wheel(source: BuildSource): Promise<StoreEntry> {
    return this.#of(source).wheel();
  }

  async wheelFile(source: BuildSource): Promise<string> {
    return this.#of(source).wheelFile();
  }

  #of(source: BuildSource): SourceBuild {
    const { chain } = this.#services;
    const { project, path, sha256, subdirectory = "", configSettings = {} } = source;
    if (project !== undefined && chain.includes(project))
      throw new BuildCycle([...chain.slice(chain.indexOf(project)), project]);
    const key = JSON.stringify([sha256 ?? path, subdirectory, Object.entries(configSettings)]);
    const build = this.#builds.get(key) ?? new SourceBuild(source, this.#services);
    this.#builds.set(key, build);
    return build;
  }

  close(): void {
    for (const build of this.#builds.values())
      for (const path of build.close()) rmSync(path, { recursive: true, force: true });
    this.#builds.clear();
  }
}
