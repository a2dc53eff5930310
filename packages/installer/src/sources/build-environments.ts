import type { BuildEnvironment, BuildEnvironments } from "@murre/build";
import { hasCode } from "@murre/files";
import type { IndexClient } from "@murre/index-client";
import { changePrivately, openFolders, planChange, planRemoval, viewEnvironment } from "@murre/linker";
import { isSameVersion } from "@murre/pep440";
import { createEnvironment, readInstalled, readInstalledRecord, type Interpreter } from "@murre/python";
import { parseRequirementArgument, type Constraint, type RequirementsErrorCode } from "@murre/requirements";
import { dirname, delimiter } from "node:path";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { BuildRequirementsUnmet, type InstallerErrorCode } from "../errors.ts";
import type { FileDecision } from "../operation/decisions.ts";
import { wantedProjects } from "../wanted/gather-requirements.ts";
import { storeDistributions, type PrepareServices, type StoredDistribution } from "../prepare/fetch.ts";
import type { ReadWholeDistribution } from "../resolve/source-reader.ts";
import { untilMetadataHolds } from "../wanted/metadata-claims.ts";
import type { ResolutionMemory } from "../operation/open-request.ts";
import type { Resolution } from "../resolve/resolution-request.ts";
import { resolveDependencies } from "../resolve/resolve-dependencies.ts";
import { transitiveUrls } from "../resolve/transitive-urls.ts";
import { targetOf, type TargetEnvironment } from "../operation/target-environment.ts";

/** What preparing a private environment needs of the operation that builds. */
export interface EnvironmentServices {
  readonly operation: ChangeOperation;
  readonly client: IndexClient;
  readonly files: FileDecision;
  readonly constraints: readonly Constraint[];
  readonly memory: ResolutionMemory | undefined;
  /** Services for build requirements that have to be built themselves, because of these projects. */
  readonly preparation: (chain: readonly string[]) => PrepareServices;
  readonly readWhole: (chain: readonly string[]) => ReadWholeDistribution;
}

/**
 * Isolated environments: real virtual environments in the build's own folder, filled from the store by links. One costs no start of
 * Python, and a few milliseconds for each wheel in it. What some requirements resolve to is asked once in an operation.
 */
export function isolatedEnvironments(services: EnvironmentServices): BuildEnvironments {
  const resolutions = new Map<string, Promise<Resolution>>();
  return {
    async make(requirements, folder, chain, source, isRemote) {
      const { settings, target } = services.operation;
      const interpreter = createEnvironment(folder, target.interpreter, {
        murreVersion: settings.version,
        prompt: "build",
      });
      const environment = new PrivateEnvironment(
        services,
        interpreter,
        { chain, shown: source, isRemote },
        resolutions,
      );
      await environment.add(requirements, "build-system.requires");
      return environment;
    },
  };
}

/** `--no-build-isolation`: builds run where the distribution goes, and what they need has to be there. */
export function sharedEnvironment({ settings, target }: ChangeOperation): BuildEnvironments {
  const { executable } = target.interpreter;
  return {
    make: async () => ({
      python: executable,
      env: withScripts(settings.env, dirname(executable)),
      add: async () => {},
    }),
  };
}

function withScripts(env: Readonly<Record<string, string | undefined>>, scripts: string) {
  const path = env["PATH"] ?? "";
  return { ...env, PATH: path === "" ? scripts : `${scripts}${delimiter}${path}` };
}

type UnmetErrorCode = InstallerErrorCode | RequirementsErrorCode;

/** What is wrong with requirements themselves. */
const unmet: readonly UnmetErrorCode[] = [
  "MURRE_NO_SOLUTION",
  "MURRE_CONFLICTING_REQUIREMENTS",
  "MURRE_UNSUPPORTED_REQUIREMENT",
  "MURRE_INVALID_REQUIREMENT",
];

/** What an environment is made for. */
interface BuiltSource {
  /** The projects that are being built because of each other, the innermost last. */
  readonly chain: readonly string[];
  readonly shown: string;
  readonly isRemote: boolean;
}

class PrivateEnvironment implements BuildEnvironment {
  readonly python: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #services: EnvironmentServices;
  readonly #target: TargetEnvironment;
  readonly #source: BuiltSource;
  readonly #resolutions: Map<string, Promise<Resolution>>;
  #requirements: readonly string[] = [];

  constructor(
    services: EnvironmentServices,
    interpreter: Interpreter,
    source: BuiltSource,
    resolutions: Map<string, Promise<Resolution>>,
  ) {
    const { settings } = services.operation;
    this.#services = services;
    this.#source = source;
    this.#resolutions = resolutions;
    this.#target = targetOf(interpreter, settings);
    this.python = interpreter.executable;
    this.env = {
      ...withScripts(settings.env, interpreter.schemes.scripts),
      VIRTUAL_ENV: interpreter.prefix,
      // Nothing of the user's own reaches an isolated build.
      PYTHONNOUSERSITE: "1",
      PYTHONPATH: undefined,
      PYTHONHOME: undefined,
    };
  }

  /** @throws {BuildRequirementsUnmet}, and what preparing throws. */
  async add(requirements: readonly string[], origin: string): Promise<void> {
    if (requirements.length === 0) return;
    this.#requirements = [...this.#requirements, ...requirements];
    const prepare = async (): Promise<StoredDistribution[]> => {
      const { resolved } = await this.#resolveOnce().catch((error: unknown) => {
        throw this.#unmet(error, requirements, origin);
      });
      const present = new Map(this.#installed().map((one) => [one.normalizedName, one.version]));
      const missing = resolved.filter(({ name, version }) => !isSameVersion(present.get(name) ?? "", version));
      return storeDistributions(missing, this.#services.preparation(this.#source.chain));
    };
    await this.#place(await untilMetadataHolds(prepare, ({ message }) => this.#forgetResolution(message)));
  }

  #installed() {
    return readInstalled(this.#target.sitePackages);
  }

  /** Whoever reads it did not require any of this: it has to say who did. */
  #unmet(error: unknown, requirements: readonly string[], origin: string): unknown {
    if (!hasCode<UnmetErrorCode>(error, ...unmet)) return error;
    return new BuildRequirementsUnmet(this.#source.shown, requirements, origin, error.message, { cause: error });
  }

  /** Equal requirements in equal surroundings have one resolution; builds of many projects ask for the same few. */
  #resolveOnce(): Promise<Resolution> {
    const { chain, isRemote } = this.#source;
    const key = JSON.stringify([chain, isRemote, this.#requirements.toSorted()]);
    const known = this.#resolutions.get(key) ?? this.#resolve();
    this.#resolutions.set(key, known);
    return known;
  }

  #forgetResolution(message: string): void {
    this.#services.operation.onEvent({ type: "warning", code: "MURRE_WARNING_METADATA_MISMATCH", message });
    this.#resolutions.clear();
  }

  async #resolve(): Promise<Resolution> {
    const { operation, client, files, constraints, memory, readWhole } = this.#services;
    const { settings, signal } = operation;
    const { chain, isRemote } = this.#source;
    const entries = this.#requirements.map((text) => parseRequirementArgument(text, { ...settings, isRemote }));
    const request = {
      wanted: wantedProjects({ entries, constraints }, this.#target.interpreter.markerEnvironment),
      constraints,
      installed: [],
      prereleases: files.prereleases,
      requireHashes: false,
      asker: { root: "the requirements of the build", asks: "the build requires" },
      formats: files.formats,
      uploadedBefore: files.uploadedBefore,
      uploadLimits: files.uploadLimits,
      signal,
      onEvent: operation.onEvent,
      claims: operation.claims,
      commits: operation.commits,
      refusedUrl: transitiveUrls(files, []),
      memory,
    };
    return resolveDependencies(request, this.#target.interpreter, client, readWhole(chain));
  }

  /** Nobody else knows the folder, so that nothing has to be a transaction here. */
  async #place(prepared: readonly StoredDistribution[]): Promise<void> {
    const { destination } = this.#target;
    const folders = openFolders(destination);
    const names = new Set<string>(prepared.map(({ distribution }) => distribution.name));
    const recorded = this.#installed().map((one) => ({
      name: one.normalizedName,
      version: one.version,
      sitePackages: one.sitePackages,
      distInfo: one.path,
      record: readInstalledRecord(one),
    }));
    const removals = recorded
      .filter(({ name }) => names.has(name))
      .map((one) => planRemoval(one, folders, () => false));
    const staying = () => recorded.filter(({ name }) => !names.has(name));
    const wheels = prepared.map(({ distribution: { name, version }, entry }) => ({
      name,
      version,
      entry,
      requested: false,
    }));
    await changePrivately(planChange(destination, wheels, removals, viewEnvironment(folders, staying)));
  }
}
