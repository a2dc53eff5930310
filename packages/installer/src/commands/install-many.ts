import { hasCode } from "@murre/files";
import type { LinkerErrorCode } from "@murre/linker";
import { isSameVersion } from "@murre/pep440";
import type { RequirementEntry } from "@murre/requirements";
import type { WheelErrorCode } from "@murre/wheel";
import type { InstallerErrorCode } from "../errors.ts";
import { changeEnvironment } from "../environment/change-environment.ts";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import { openRequest, type Request } from "../operation/open-request.ts";
import { readInstalledState } from "../environment/environment-access.ts";
import { wantedProjects } from "../wanted/gather-requirements.ts";
import type { InstallManyOptions } from "../api/operations.ts";
import { openPreparation } from "../prepare/fetch-all.ts";
import { storeWheel, type PrepareServices } from "../prepare/fetch.ts";
import { describeError, nameOf, readProjectList } from "./project-list.ts";
import type { ChangeReport, InstallManyReport, ManyFailure, Pin } from "../api/reports.ts";
import { resolveExact } from "../resolve/resolve-exact.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { wheelTarget, type WheelTarget } from "../operation/target-environment.ts";
import { withSources, type Sources } from "../sources/lazy-sources.ts";

/** So many projects are one change of the environment: what is held in memory does not grow with the list. */
const batchSize = 32;

/**
 * `murre install-many`: of each project of a list the newest version with a usable wheel, without what it depends on. What cannot be had or
 * placed is left out, and said at the end. Each batch is a transaction of its own; while one is placed, the next is fetched.
 */
export function installMany(settings: InstallerSettings, options: InstallManyOptions): Promise<InstallManyReport> {
  return withChangeOperation(settings, options, async (operation) => {
    const { entries, failures } = await readProjectList(options.projectsFile, operation.reading, options.limit);
    const { constraintFiles } = operation.decisions;
    const asked = await openRequest(operation, { constraintFiles });
    return withSources(operation, asked, async (request, sources) => {
      // Threads that unpack are the same for all batches: what one of them has taken from the system it keeps until it ends.
      const { services, close } = openPreparation(operation, request.client, sources.wheel);
      try {
        return await new ManyInstallation(operation, services, request, entries, sources, failures).run();
      } finally {
        await close();
      }
    });
  });
}

class ManyInstallation {
  readonly #operation: ChangeOperation;
  readonly #services: PrepareServices;
  readonly #request: Request;
  readonly #entries: readonly RequirementEntry[];
  readonly #sources: Sources;
  /** Wheels first; a source only of a project that has none. */
  readonly #choices: readonly WheelTarget[];
  readonly #failures: ManyFailure[];
  readonly #installed: Pin[] = [];
  readonly #present: Pin[] = [];
  readonly #conflicts: ChangeReport["conflicts"][number][] = [];
  readonly #files = { linked: 0, copied: 0, generated: 0 };
  #transactions = 0;
  #longestWindowMs = 0;

  constructor(
    operation: ChangeOperation,
    services: PrepareServices,
    request: Request,
    entries: readonly RequirementEntry[],
    sources: Sources,
    failures: readonly ManyFailure[],
  ) {
    this.#operation = operation;
    this.#services = services;
    this.#request = request;
    this.#entries = entries;
    this.#sources = sources;
    this.#failures = [...failures];
    const any = wheelTarget(operation.python, request.files);
    this.#choices = [{ ...any, formats: (project) => (any.formats(project) === "sdists" ? "sdists" : "wheels") }, any];
  }

  async run(): Promise<InstallManyReport> {
    const entries = this.#entries;
    const start = performance.now();
    let upcoming = this.#have(entries.slice(0, batchSize));
    try {
      for (let next = batchSize; next - batchSize < entries.length; next += batchSize) {
        const batch = await upcoming;
        upcoming = this.#have(entries.slice(next, next + batchSize));
        await this.#place(batch);
      }
    } finally {
      await upcoming.catch(() => {}); // the reason is thrown already, or it is the signal's
    }
    return this.#report(performance.now() - start);
  }

  /** Chooses and fetches. What one project lacks is noted, and keeps no other from going on. */
  async #have(entries: readonly RequirementEntry[]): Promise<ResolvedDistribution[]> {
    const { signal, decisions } = this.#operation;
    const installed = this.#installedVersions();
    const have = async (entry: RequirementEntry): Promise<ResolvedDistribution[]> => {
      try {
        const chosen = await this.#choose(entry);
        for (const distribution of chosen)
          if (
            !decisions.change.isDryRun &&
            !isSameVersion(installed.get(distribution.name) ?? "", distribution.version)
          )
            await storeWheel(distribution, this.#services);
        return chosen;
      } catch (error) {
        signal?.throwIfAborted();
        this.#fail(nameOf(entry) ?? entry.text, error);
        return [];
      }
    };
    const chosen = await Promise.all(entries.map(have));
    this.#request.client.forgetPages();
    return chosen.flat();
  }

  /** What is there already is not fetched. This is only a first look; what counts is the one under the environment's lock. */
  #installedVersions(): ReadonlyMap<string, string> {
    const { target, decisions } = this.#operation;
    const { reinstalls } = decisions.change;
    if (reinstalls === "all") return new Map();
    const installed = readInstalledState(target).own.filter(({ normalizedName }) => !reinstalls.has(normalizedName));
    return new Map(installed.map(({ normalizedName, version }) => [normalizedName, version]));
  }

  async #choose(entry: RequirementEntry): Promise<ResolvedDistribution[]> {
    const { gathered, client, requireHashes } = this.#request;
    const { constraints } = gathered;
    const { markerEnvironment } = this.#operation.python;
    const wanted = wantedProjects({ entries: [entry], constraints }, markerEnvironment);
    const [wheels, any] = this.#choices.map(
      (choice) => () =>
        resolveExact(wanted, client, choice, this.#sources, {
          requireHashes,
          claims: this.#operation.claims,
          commits: this.#operation.commits,
          readsMetadata: false,
        }),
    );
    if (wheels === undefined || any === undefined) return [];
    try {
      return await wheels();
    } catch (error) {
      if (!hasCode<InstallerErrorCode>(error, ...ofTheFiles)) throw error;
      return any();
    }
  }

  /**
   * Places a batch as one change. Where one distribution does not go with what is there, halves of the batch are tried, until that one is alone:
   * the earlier by name stays, the later is left out.
   */
  async #place(batch: readonly ResolvedDistribution[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    try {
      const wanted = { resolved: batch, extraneous: "keep", resolveMs: 0, build: this.#sources.wheel } as const;
      this.#note(batch, await changeEnvironment(this.#operation, this.#request.client, async () => wanted));
    } catch (error) {
      this.#operation.signal?.throwIfAborted();
      if (!hasCode<PlacingErrorCode>(error, ...ofOneDistribution)) throw error;
      if (batch.length === 1) return this.#fail(first.name, error, first.version);
      const half = batch.length >> 1;
      await this.#place(batch.slice(0, half));
      await this.#place(batch.slice(half));
    }
  }

  #note(batch: readonly ResolvedDistribution[], report: ChangeReport): void {
    const added = new Set(report.added.map(({ name }) => name));
    for (const { name, version } of batch) (added.has(name) ? this.#installed : this.#present).push({ name, version });
    this.#conflicts.push(...report.conflicts);
    this.#files.linked += report.filesLinked;
    this.#files.copied += report.filesCopied;
    this.#files.generated += report.filesGenerated;
    if (report.changed) this.#transactions += 1;
    this.#longestWindowMs = Math.max(this.#longestWindowMs, report.durationsMs.window);
  }

  #fail(name: string, error: unknown, version?: string): void {
    this.#failures.push({ name, ...(version === undefined ? {} : { version }), ...describeError(error) });
  }

  #report(durationMs: number): InstallManyReport {
    const { target, decisions, cache } = this.#operation;
    return {
      environment: target.folder,
      dryRun: decisions.change.isDryRun,
      installed: this.#installed,
      present: this.#present,
      failures: this.#failures.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      conflicts: this.#conflicts,
      fetched: cache.counts.added,
      filesLinked: this.#files.linked,
      filesCopied: this.#files.copied,
      filesGenerated: this.#files.generated,
      transactions: this.#transactions,
      durationsMs: { all: durationMs, longestWindow: this.#longestWindowMs },
    };
  }
}

/** None of the wheels will do; a source may. */
const ofTheFiles: readonly InstallerErrorCode[] = ["MURRE_NO_USABLE_WHEEL", "MURRE_HASH_MISMATCH"];

type PlacingErrorCode = InstallerErrorCode | LinkerErrorCode | WheelErrorCode;

/** Errors that say what one distribution is or meets: without it, the others can be placed. */
const ofOneDistribution: readonly PlacingErrorCode[] = [
  "MURRE_FILE_AGAINST_DIRECTORY",
  "MURRE_UNOWNED_FILE",
  "MURRE_PATH_LEAVES_ENVIRONMENT",
  "MURRE_RESERVED_PATH",
  "MURRE_NO_RECORD",
  "MURRE_NO_USABLE_WHEEL",
  "MURRE_RECORD_MISMATCH",
  "MURRE_INVALID_RECORD",
  "MURRE_SEVERAL_PROBLEMS",
];
