import { rmSync } from "node:fs";
import type { WheelEntry } from "@murre/cache";
import { BuildCycle } from "../errors.ts";
import type { BuildServices, BuildSource } from "./build-services.ts";
import { SourceBuild } from "./source-build.ts";

/** Builds wheels, once for all processes. Every method may be called for one source several times, and side by side. */
export interface Builder {
  /**
   * The core metadata of what a source builds: read where it is static, else asked of the backend, else of the wheel.
   * @throws {BuildFailed} {BuildTimeout} {NoSourceTree} {BuildCycle} and the other errors of this package, what the cache throws.
   */
  metadata(source: BuildSource): Promise<string>;
  /** The wheel as an entry of the store, built if nobody has built it from this state of the source. @throws as metadata() */
  wheel(source: BuildSource): Promise<WheelEntry>;
  /** The wheel that was built from the source as it is now, if there is one: nothing runs. */
  built(source: BuildSource): Promise<WheelEntry | undefined>;
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

  async wheel(source: BuildSource): Promise<WheelEntry> {
    return this.#of(source).wheel();
  }

  async built(source: BuildSource): Promise<WheelEntry | undefined> {
    return this.#of(source).built();
  }

  async wheelFile(source: BuildSource): Promise<string> {
    return this.#of(source).wheelFile();
  }

  #of(source: BuildSource): SourceBuild {
    const { chain } = this.#services;
    const { project, path, sha256, checkout, subdirectory = "", isEditable = false, configSettings = {} } = source;
    if (project !== undefined && chain.includes(project))
      throw new BuildCycle([...chain.slice(chain.indexOf(project)), project]);
    const bytes = sha256 ?? checkout?.identity ?? path;
    const key = JSON.stringify([bytes, subdirectory, isEditable, Object.entries(configSettings)]);
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
