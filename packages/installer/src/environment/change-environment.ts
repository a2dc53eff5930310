import { hasCode } from "@murre/files";
import type { IndexClient } from "@murre/index-client";
import {
  isUntouched,
  LinkFailed,
  removeState,
  untouchedArchives,
  type ChangePlan,
  type CommitEnd,
  type EnvironmentWriter,
  type LinkerErrorCode,
} from "@murre/linker";
import { readDirectUrl, type InstalledDistribution } from "@murre/python";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { compareInstalled, type Difference } from "./compare-installed.ts";
import { currentFolders, type BuiltOf } from "./current-folders.ts";
import { findDamage, type DamagedFile } from "./damage.ts";
import { describeConflicts, describeDamage, describeForeignRows, describeUnrestored } from "./describe-change.ts";
import {
  accessTo,
  changeExclusively,
  isSameState,
  readConsistently,
  readInstalledState,
  type Access,
  type InstalledState,
  type WriteOptions,
} from "./environment-access.ts";
import { localHashes } from "../wanted/local-hash.ts";
import { MetadataRefuted } from "../errors.ts";
import { mostRefutations } from "../wanted/metadata-claims.ts";
import { isKnownToFit } from "../prepare/verify-archive.ts";
import { planFor, provenancesOf } from "./plan-change.ts";
import { mostMisfortunes } from "../prepare/misfortunes.ts";
import type { StoredDistribution, PrepareServices } from "../prepare/fetch.ts";
import type { ChangeReport, Pin } from "../api/reports.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import { sayingState } from "../api/saying-state.ts";
import { isTorn } from "./incomplete.ts";

/** The environment is to hold `resolved`; `extraneous` says what becomes of everything else in it. */
export interface WantedState {
  readonly resolved: readonly ResolvedDistribution[];
  readonly extraneous: "remove" | "keep";
  readonly preserve?: ReadonlySet<string>;
  readonly resolveMs: number;
  /** How what is no wheel becomes one; absent where only wheels are resolved. */
  readonly build?: PrepareServices["build"];
  /** What has been built of a source as it is now. */
  readonly built?: BuiltOf;
}

/** What is wanted of an environment in which this is installed. */
export type Decide = (installed: InstalledState) => Promise<WantedState>;

/**
 * Decides, compares and fetches without a lock; takes the environment's lock, and changes it as a whole if nobody has changed it meanwhile;
 * otherwise it begins again. Everything that can be wrong with the wanted distributions is found before the environment is touched.
 */
export async function changeEnvironment(
  operation: ChangeOperation,
  client: IndexClient,
  decide: Decide,
): Promise<ChangeReport> {
  const change = new EnvironmentChange(operation, client, decide);
  try {
    const report = await change.run();
    if (operation.decisions.change.compiles && !report.dryRun) await sayingState("compile", () => change.compile());
    return report;
  } finally {
    if (operation.decisions.change.leavesNoState) removeState(change.access.state);
  }
}

/** Each time something else came between; so often it does not by chance. */
const mostAttempts = 100;

/** What a change did, kept over attempts: when another process completed it, the last attempt finds nothing to do. */
interface Done {
  readonly difference: Difference;
  readonly placed: Placed;
}

interface Placed {
  readonly plan: ChangePlan;
  readonly linked: { readonly cloned: number; readonly linked: number; readonly copied: number };
  readonly windowMs: number;
}

class EnvironmentChange {
  readonly access: Access;
  readonly #operation: ChangeOperation;
  readonly #client: IndexClient;
  readonly #decide: Decide;
  readonly #durations = { resolve: 0, prepare: 0, change: 0, window: 0 };
  #done: Done | undefined;
  #misfortunes = 0;
  #refutations = 0;
  #attempts = 0;
  /** What is not as its RECORD has it; undefined as long as nobody had to look. */
  #damage: ReadonlyMap<InstalledDistribution, readonly DamagedFile[]> | undefined;

  constructor(operation: ChangeOperation, client: IndexClient, decide: Decide) {
    this.#operation = operation;
    this.#client = client;
    this.#decide = decide;
    this.access = accessTo(operation.target, operation);
  }

  async run(): Promise<ChangeReport> {
    let installed = await this.#look();
    let wanted: WantedState | undefined;
    for (;;) {
      try {
        wanted ??= await this.#resolve(installed);
      } catch (error) {
        // What was installed may have gone while its metadata was read: then the failure is not this command's.
        const now = await this.#look();
        if (isSameState(now, installed)) throw error;
        installed = now;
        continue;
      }
      const difference = await this.#compare(wanted, installed);
      if (this.#operation.decisions.change.isDryRun) return this.#report(difference);
      if (difference.add.length + difference.remove.length === 0) {
        if (this.#done === undefined && this.#isVerified(difference)) await this.#stamp(difference, installed);
        return this.#report(difference);
      }
      const prepared = await this.#prepare(difference, wanted.build);
      if (prepared === undefined) {
        wanted = undefined;
        continue;
      }
      const end = await this.#change(difference, prepared, installed);
      if (end === "done") return this.#report(difference);
      const now = await this.#look();
      if (!isSameState(now, installed)) wanted = undefined;
      installed = now;
    }
  }

  async compile(): Promise<void> {
    const { compileEnvironment } = await import("./compile-environment.ts");
    return compileEnvironment(this.#operation, this.access, this.#writeOptions());
  }

  /** What is installed. A change that was interrupted is completed first. */
  async #look(): Promise<InstalledState> {
    const read = () => readInstalledState(this.#operation.target);
    try {
      return await readConsistently(this.access, read);
    } catch (error) {
      if (!hasCode<LinkerErrorCode>(error, "MURRE_CHANGE_INTERRUPTED")) throw error;
      if (this.#operation.decisions.change.isDryRun) throw error;
      return changeExclusively(this.access, this.#writeOptions(), async () => read());
    }
  }

  async #resolve(installed: InstalledState): Promise<WantedState> {
    const wanted = await this.#decide(installed);
    this.#durations.resolve += wanted.resolveMs;
    return wanted;
  }

  async #compare(wanted: WantedState, installed: InstalledState): Promise<Difference> {
    const { resolved, built } = wanted;
    const localSha256s = await localHashes(resolved, installed.own, this.#operation.cache.documents);
    const current = await currentFolders(resolved, installed.own, this.#archives, built);
    this.#damage = undefined;
    const difference = compareInstalled(wanted.resolved, installed.own, {
      extraneous: wanted.extraneous,
      // What an attempt of this operation has reinstalled is not reinstalled again.
      reinstalls: this.#done === undefined ? this.#operation.decisions.change.reinstalls : new Set(),
      isTorn: (distribution) => isTorn(distribution) || this.#isDamaged(distribution, installed),
      directUrlOf: readDirectUrl,
      isCurrent: (one) => current.has(one),
      localSha256: (url) => localSha256s.get(url),
      isKnownToFit: (one, sha256) => isKnownToFit(one, sha256, this.#operation.cache.documents),
      ...(wanted.preserve === undefined ? {} : { preserve: wanted.preserve }),
    });
    describeDamage(difference, this.#damage ?? new Map(), this.#operation.onEvent);
    return difference;
  }

  /** The wheels that murre has installed here, where nobody else has changed anything. */
  readonly #archives = (): ReadonlyMap<string, string | undefined> =>
    untouchedArchives(this.access.state, this.#operation.target.destination) ?? new Map<string, undefined>();

  /** Whether files of it are missing or changed. Only where another program has changed the environment is everything looked at, once. */
  #isDamaged(distribution: InstalledDistribution, { own }: InstalledState): boolean {
    const { destination } = this.#operation.target;
    this.#damage ??= isUntouched(this.access.state, destination) ? new Map() : findDamage(own, destination);
    return this.#damage.has(distribution);
  }

  /** Whether everything was looked at because another program had changed something, and what stays is whole. */
  #isVerified({ keep }: Difference): boolean {
    return this.#damage !== undefined && !keep.some((distribution) => this.#damage?.has(distribution));
  }

  /** Nothing has to change, and everything was looked at: the next command need not look again. */
  async #stamp(difference: Difference, installed: InstalledState): Promise<void> {
    const { target, decisions, signal, onEvent } = this.#operation;
    if (decisions.change.leavesNoState || isUntouched(this.access.state, target.destination)) return;
    try {
      await changeExclusively(this.access, this.#writeOptions(), async (writer) =>
        isSameState(readInstalledState(target), installed) ? this.#place(writer, difference, []) : undefined,
      );
    } catch (error) {
      signal?.throwIfAborted();
      onEvent({ type: "debug", message: `the environment cannot be marked as whole: ${String(error)}` });
    }
  }

  /** Undefined where what is wanted was decided by what is not so: to be decided again. */
  async #prepare({ add }: Difference, build: PrepareServices["build"]): Promise<StoredDistribution[] | undefined> {
    const { cache, onEvent } = this.#operation;
    const start = performance.now();
    // A long list has many files in any case: the threads load while it is looked up.
    this.#operation.linkWorkersFor(add.length * usualFiles, usualFiles);
    let prepared: StoredDistribution[];
    // What nothing is missing in needs none of it.
    const { prepareAll } = await import("../prepare/fetch-all.ts");
    try {
      prepared = await prepareAll(this.#operation, this.#client, add, build);
    } catch (error) {
      if (!(error instanceof MetadataRefuted) || this.#refutations++ === mostRefutations) throw error;
      onEvent({ type: "warning", code: "MURRE_WARNING_METADATA_MISMATCH", message: error.message });
      return undefined;
    }
    const durationMs = performance.now() - start;
    this.#durations.prepare += durationMs;
    onEvent({ type: "prepared", fetched: cache.counts.added, cached: cache.counts.found, durationMs });
    return prepared;
  }

  async #change(
    difference: Difference,
    prepared: readonly StoredDistribution[],
    installed: InstalledState,
  ): Promise<"done" | "again"> {
    const { target, onEvent, cache } = this.#operation;
    const start = performance.now();
    // They load while the lock is awaited and the plan is made.
    this.#operation.linkWorkersFor(filesOf(prepared), largestFolderOf(prepared));
    try {
      const end = await changeExclusively(this.access, this.#writeOptions(), async (writer) =>
        isSameState(readInstalledState(target), installed) ? this.#place(writer, difference, prepared) : "changed",
      );
      if (end === "changed") return "again";
      const { plan, outcome } = end;
      if (outcome.end === "again") {
        if (++this.#attempts === mostAttempts) throw new LinkFailed(target.folder, outcome.reason);
        onEvent({ type: "debug", message: `${outcome.reason}; the change is planned anew` });
        if (outcome.committed)
          this.#done = { difference, placed: { plan, linked: { cloned: 0, linked: 0, copied: 0 }, windowMs: 0 } };
        return "again";
      }
      this.#done = { difference, placed: { plan, linked: outcome.counts, windowMs: outcome.windowMs } };
      const durationMs = performance.now() - start;
      this.#durations.change += durationMs;
      this.#durations.window = outcome.windowMs;
      const { cloned, linked, copied } = outcome.counts;
      const files = cloned + linked + copied + plan.generated.length;
      onEvent({ type: "changed", files, durationMs, windowMs: outcome.windowMs });
      return "done";
    } catch (error) {
      if (!(error instanceof LinkFailed)) throw error;
      const gone = prepared.filter(({ distribution, entry }) => cache.discardDamaged(distribution.name, entry));
      if (gone.length === 0 || this.#misfortunes++ === mostMisfortunes) throw error;
      onEvent({
        type: "debug",
        message: `what was linked from the cache is gone there; fetching it again (${String(error)})`,
      });
      cache.validate();
      return "again";
    }
  }

  async #place(
    writer: EnvironmentWriter,
    difference: Difference,
    prepared: readonly StoredDistribution[],
  ): Promise<{ plan: ChangePlan; outcome: CommitEnd }> {
    const { decisions, cache, target, onEvent } = this.#operation;
    const { unowned, linkMode } = decisions.change;
    const { plan, unrestored } = planFor(target, difference, prepared, {
      writer,
      unowned,
      cache,
      isDamaged: (distribution) => this.#damage?.has(distribution) === true,
    });
    describeConflicts(plan, onEvent);
    describeForeignRows(plan, onEvent);
    describeUnrestored(unrestored, onEvent);
    if (prepared.length > 0) onEvent({ type: "placing", files: filesOf(prepared), distributions: prepared.length });
    const outcome = await writer.commit(plan, {
      mode: linkMode,
      workers: this.#operation.linkWorkersFor(filesOf(prepared), largestFolderOf(prepared)),
      onPlaced: (files) => onEvent({ type: "placing-progress", files }),
      validate: () => cache.validate(),
      isVerified: this.#isVerified(difference),
      unsettled: new Set(unrestored.map(({ distribution }) => distribution.path)),
      provenances: provenancesOf(prepared),
    });
    return { plan, outcome };
  }

  #writeOptions(): WriteOptions {
    const { settings, cache, decisions } = this.#operation;
    const { version, platform } = settings;
    // A lease that was lost is replaced by validate().
    cache.validate();
    const isTemporary = decisions.change.leavesNoState;
    return { lease: cache.lease, version, platform, isTemporary };
  }

  #report(difference: Difference): ChangeReport {
    const { target, decisions, cache } = this.#operation;
    const done = this.#done;
    const { add, remove, keep } = done?.difference ?? difference;
    const { plan, linked } = done?.placed ?? {};
    const isDone = done !== undefined;
    return {
      environment: target.folder,
      executable: target.interpreter.executable,
      changed: isDone,
      dryRun: decisions.change.isDryRun,
      added: add.map(({ name, version }): Pin => ({ name, version })),
      removed: remove.map(({ normalizedName, version }): Pin => ({ name: normalizedName, version })),
      kept: keep.map(({ normalizedName, version }): Pin => ({ name: normalizedName, version })),
      fetched: isDone ? cache.counts.added : 0,
      cached: isDone ? cache.counts.found : 0,
      filesLinked: (linked?.linked ?? 0) + (linked?.cloned ?? 0),
      filesCopied: linked?.copied ?? 0,
      filesGenerated: plan?.generated.length ?? 0,
      conflicts: plan?.conflicts.filter(({ identical }) => !identical) ?? [],
      durationsMs: this.#durations,
    };
  }
}

/** Of one distribution, on average. */
const usualFiles = 100;

function largestFolderOf(prepared: readonly StoredDistribution[]): number {
  let most = 1;
  for (const { entry } of prepared)
    for (const { fileCount } of entry.manifest.directories) most = Math.max(most, fileCount);
  return most;
}

function filesOf(prepared: readonly StoredDistribution[]): number {
  return prepared.reduce((files, { entry }) => files + entry.manifest.head.fileCount, 0);
}
