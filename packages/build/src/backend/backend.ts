import { readSmallText } from "@murre/files";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { BuildSystem } from "@murre/requirements";
import type { BuildEnvironment } from "./build-environment.ts";
import type { BuildLog } from "./build-log.ts";
import { BuildFailed, EditableUnsupported, InvalidBackendAnswer } from "../errors.ts";
import { runHook, type HookAnswer, type HookName, type HookWatch } from "./run-hook.ts";

/** `--config-settings`: a key that was given several times has several values. */
export type ConfigSettings = Readonly<Record<string, string | readonly string[]>>;

export interface BackendOptions {
  readonly buildSystem: BuildSystem;
  /** The source tree. */
  readonly tree: string;
  readonly environment: BuildEnvironment;
  /** Variables for the hooks, over those of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is told what the hooks write and read. */
  readonly watch?: HookWatch | undefined;
  readonly configSettings: ConfigSettings;
  /** The wheel is an editable one (PEP 660): what is imported stays where the source tree is. Default: false. */
  readonly isEditable?: boolean;
  /** An existing folder in which the backend's requests, results and outputs get folders of their own. */
  readonly folder: string;
  readonly log: BuildLog;
  /** What is built, for messages. */
  readonly source: string;
  readonly timeoutMs: number | undefined;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal | undefined;
}

/**
 * One backend on one source tree, in one environment (PEP 517, PEP 660). Each method runs at most one process, which has ended when it settles; a
 * signal given to a method takes the place of the options' one.
 */
export interface Backend {
  /** What has to be in the environment besides `build-system.requires`; nothing where the backend does not say. */
  requiresFor(kind: "wheel" | "sdist"): Promise<readonly string[]>;
  /** The METADATA that the wheel will have, or undefined where only building it can tell. */
  prepareMetadata(signal?: AbortSignal): Promise<string | undefined>;
  /** @returns the wheel's path, in a folder of its own below {@link BackendOptions.folder}. @throws {EditableUnsupported} where it is to be one */
  buildWheel(signal?: AbortSignal): Promise<string>;
  buildSdist(): Promise<string>;
}

/** @returns a backend; nothing runs before it is asked. Its methods throw {BuildFailed} {BuildTimeout} {InvalidBackendAnswer}. */
export function openBackend(options: BackendOptions): Backend {
  return new HookedBackend(options);
}

class HookedBackend implements Backend {
  readonly #options: BackendOptions;
  /** As hooks call it. */
  readonly #wheel: "wheel" | "editable";
  #calls = 0;
  /** The folder with what prepare_metadata answered: PEP 517 promises the backend that build_wheel gets it back. */
  #metadataFolder: string | undefined;

  constructor(options: BackendOptions) {
    this.#options = options;
    this.#wheel = options.isEditable === true ? "editable" : "wheel";
  }

  async requiresFor(kind: "wheel" | "sdist"): Promise<readonly string[]> {
    const hook = `get_requires_for_build_${kind === "wheel" ? this.#wheel : kind}` as const;
    const answer = await this.#call(hook, [this.#settings()]);
    if (!("value" in answer)) return [];
    const { value } = answer;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
    throw this.#invalid(hook, `answered ${JSON.stringify(value)}, which is no list of requirements`);
  }

  async prepareMetadata(signal?: AbortSignal): Promise<string | undefined> {
    const hook = `prepare_metadata_for_build_${this.#wheel}` as const;
    const folder = this.#ownFolder("metadata");
    const answer = await this.#call(hook, [folder, this.#settings()], signal);
    if (!("value" in answer)) return undefined;
    const name = this.#basename(hook, answer.value);
    try {
      const text = readSmallText(join(folder, name, "METADATA"));
      this.#metadataFolder = join(folder, name);
      return text;
    } catch (error) {
      throw this.#invalid(hook, `answered ${name}, in which no METADATA can be read`, error);
    }
  }

  buildWheel(signal?: AbortSignal): Promise<string> {
    const folder = this.#ownFolder("wheel");
    return this.#build(
      `build_${this.#wheel}`,
      folder,
      [folder, this.#settings(), this.#metadataFolder ?? null],
      signal,
    );
  }

  buildSdist(): Promise<string> {
    const folder = this.#ownFolder("sdist");
    return this.#build("build_sdist", folder, [folder, this.#settings()]);
  }

  async #build(
    hook: "build_wheel" | "build_editable" | "build_sdist",
    folder: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<string> {
    const answer = await this.#call(hook, args, signal);
    if ("unsupported" in answer || "missing" in answer) {
      const { source, log } = this.#options;
      const why = "missing" in answer ? "the backend has no such hook" : answer.unsupported;
      if (hook === "build_editable") throw new EditableUnsupported(source, this.#options.buildSystem, why);
      const reason = `is not supported here${why === "" ? "" : `: ${why}`}`;
      throw new BuildFailed({ source, hook, reason, lastLines: log.lastLines(), logPath: log.path });
    }
    const name = this.#basename(hook, answer.value);
    const path = join(folder, name);
    if (existsSync(path)) return path;
    throw this.#invalid(hook, `answered ${name}, and left ${readdirSync(folder).join(", ") || "nothing"}`);
  }

  #call(hook: HookName, args: readonly unknown[], signal?: AbortSignal): Promise<HookAnswer> {
    const { configSettings: _, folder, env = {}, watch, ...rest } = this.#options;
    this.#calls += 1;
    const exchange = join(folder, `call-${this.#calls}`);
    return runHook({ ...rest, env, watch, hook, arguments: args, exchange, signal: signal ?? rest.signal });
  }

  #settings(): ConfigSettings | null {
    const { configSettings } = this.#options;
    return Object.keys(configSettings).length === 0 ? null : configSettings;
  }

  #ownFolder(name: string): string {
    const folder = join(this.#options.folder, `${name}-${this.#calls}`);
    mkdirSync(folder);
    return folder;
  }

  /** PEP 517: hooks answer the basename of what they made. */
  #basename(hook: HookName, value: unknown): string {
    if (typeof value === "string" && value !== "" && basename(value) === value && !value.includes("\\")) return value;
    throw this.#invalid(hook, `answered ${JSON.stringify(value)}, which is no name of a file`);
  }

  #invalid(hook: string, problem: string, cause?: unknown): InvalidBackendAnswer {
    return new InvalidBackendAnswer(this.#options.source, hook, problem, cause === undefined ? {} : { cause });
  }
}
