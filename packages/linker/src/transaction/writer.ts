// One change of an environment: made ready aside, committed by ONE rename, carried out, or carried on by whoever comes next.
// The rules and why they hold: protocols/transaction.md. Where the files lie: environment-state.ts.
//
// Definitions
//   ticket      this writer's folder in the lock's queue; while it exists under its name, nobody else may commit
//   executor    whose name the folder x-<executor> has; it alone does steps, and a takeover renames that folder
//   journal     the steps in their order, with the identity (device, inode, mtime) of everything that goes and comes
//   stamp       the mark that the last transaction left, and each metadata folder as it left it
//   place       a folder on another file system, where the part of the change that belongs there is staged
//
// Invariants
//   1. Only the holder of a ticket that exists at that moment commits: the commit renames the ticket itself (T1, G4).
//   2. At most one transaction is committed and not finished (T2).
//   3. Before the commit nothing has changed that a user of the environment can see (T3).
//   4. All that the steps need is staged before the commit, the stamps of all three ends too (T4).
//   5. Each step has the executor's name in its path: who was taken over gets ENOENT (T5), on each file system (M2).
//   6. What is done is a prefix of the journal, on the way forward and on the way back (T6).
//   7. A target is touched only as the journal has it, or as this transaction made it; else the change stops (T7, X8).
//   8. What went stays in old/ until the change is finished, and in torn/ if it was stopped (T8, Q1).
//   9. Who reads between two looks at stamp and commit/ sees no middle (T9).
//
//        openWriter           prepare                  commit
//   (none) ── E1 ──▶ QUEUED ── E2, E3 ──▶ PLANNING ── E4 ──▶ MADE READY ── E5, one rename ──▶ COMMITTED
//     ▲                                                           │                            │  ▲  │
//     ├──────── #again: outdated, lease or lock lost ─────────────┘                            │  │  │ executor dead, or LEFT:
//     │                                                                                        │  │  │ leave (X9)
//     │        finished   forward, placeStamp new, finish          X1 to X6                    │  │  ▼
//     ├◀────── undone     backward, placeStamp undo, finish        X7  ◀───────────────────────┘  TAKEN OVER: takeOver,
//     └◀────── stopped    placeStamp torn, to torn/                X8                             by the next writer (E2)
//
//   E1  openWriter -> acquireLock            E4  Writer.commit: stageChange, #writeJournal, firstChangedTarget
//   E2  Writer.prepare -> recover            E5  Writer.commit: HeldLock.commit
//   E3  Writer.prepare: stamp, restoration   X   bringToEnd -> execute (execute.ts)
//
// After an "undone" that taught something about renames (learnFrom, places.ts) withWriter begins at E1 again by itself; after "again", "stopped" and "taken over"
// whoever called it does, because what is installed may be another than the change was decided for.

import { errorCode } from "@murre/files";
import {
  acquireLock,
  holding,
  LockLost,
  LockUnavailable,
  sweepLock,
  type HeldLock,
  type Lease,
  type LockEventListener,
  type TicketForm,
} from "@murre/locking";
import { writeFileSync } from "node:fs";
import { basename, posix } from "node:path";
import { outermost } from "../environment/destination.ts";
import { isMetadataFolder } from "../environment/metadata-folder.ts";
import { LinkFailed } from "../errors.ts";
import type { LinkCounts, LinkMode } from "../link/link-task.ts";
import type { LinkWorkers } from "../link/link-workers.ts";
import { stageLayout } from "../link/stage-layout.ts";
import { stageChange } from "../link/stage.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import type { PlanOptions } from "../plan/plan.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import { JOURNAL_FORMAT, type Journal, type Step } from "../state/journal.ts";
import {
  currentDistributions,
  parseStamp,
  readStampText,
  type Stamp,
  type StampedDistribution,
} from "../state/stamp.ts";
import { guardState } from "../state/state-guard.ts";
import { findApart, learnFrom, renameConditions, type RenameConditions } from "./places.ts";
import { bringToEnd, recover, type Recovered } from "./recover.ts";
import { removeEmptyFolder } from "./remove-state.ts";
import { PlanOutdated, firstChangedTarget, journalSteps } from "./steps.ts";
import { planRestoration, tornTransactions } from "./stopped.ts";
import { emptyTrash, makeExecutorFolders } from "./trash.ts";

export interface WriterOptions {
  /** The operation's lease on the cache: all who change an environment keep theirs under the same root, or live in one pid namespace. */
  readonly lease: Lease;
  readonly signal?: AbortSignal | undefined;
  /** What the environment is called where somebody waits for it. */
  readonly subject: string;
  /** The command, for people who find the journal. */
  readonly command: string;
  readonly platform: NodeJS.Platform;
  readonly onLockEvent?: LockEventListener | undefined;
  /** An interrupted change of another process was brought to its end. */
  readonly onRecovered?: ((recovered: Recovered) => void) | undefined;
  /** Whether the state is to be removed at the end (`--target`); then {@link removeState} does it. */
  readonly isTemporary: boolean;
  /** The change was taken back, because renames are refused here that are none elsewhere, and is planned anew with what that taught. */
  readonly onPlannedAnew?: ((reason: string) => void) | undefined;
}

export interface CommitOptions {
  readonly mode: LinkMode;
  readonly workers: LinkWorkers | undefined;
  /** Is told now and then how many files are placed, before anything of them can be seen. */
  readonly onPlaced?: ((files: number) => void) | undefined;
  /** rule V of protocols/reclamation.md: false when what was linked may have been taken away meanwhile. */
  readonly validate: () => boolean;
  /** Whether all that stays has been compared with its RECORDs; if not, what another program installed goes on being looked at. Default false. */
  readonly isVerified?: boolean;
  /** The dist-info folders of distributions that stay and are not whole after this change. Default none. */
  readonly unsettled?: ReadonlySet<string>;
  /** By the name of a wheel's dist-info folder: where the index said who published the wheel. Default none. */
  readonly provenances?: ReadonlyMap<string, string>;
}

/** A change that was carried out, or one that has to be planned anew because something else came between. */
export type CommitEnd =
  | { readonly end: "done"; readonly counts: LinkCounts; readonly windowMs: number }
  | { readonly end: "again"; readonly reason: string; readonly committed: boolean };

/** The right to change an environment. Until it commits or ends, no other murre process changes the environment. */
export interface EnvironmentWriter {
  /** The last transaction's mark; undefined for an environment that murre has not changed. */
  readonly stamp: Stamp | undefined;
  /** What {@link planChange} has to know of renames here: more each time. */
  readonly renames: Required<Pick<PlanOptions, "movesFolders" | "fixed">>;
  /**
   * Stages the plan, commits it by one rename and carries it out. Ends the writer, whatever comes of it.
   * @throws {LinkFailed} when the file system refuses: the environment is as it was. @throws {ChangeInterrupted}
   */
  commit(plan: ChangePlan, options: CommitOptions): Promise<CommitEnd>;
}

/**
 * Waits for the environment's lock, completes what others left half done, and lets `work` change the environment (E1 to E3).
 * @param work plans by what it finds then, and commits. It is called again, under the lock anew, where its change was taken back because renames
 * are refused here (overlays, bind mounts) that are none elsewhere: it plans again with what that taught (`renames`).
 * @throws what `work` throws, {LockUnavailable} where nothing can be written, the signal's reason.
 */
export async function withWriter<T>(
  state: EnvironmentState,
  options: WriterOptions,
  work: (writer: EnvironmentWriter) => Promise<T>,
): Promise<T> {
  for (;;) {
    const writer = await openWriter(state, options);
    try {
      const { result } = await holding("lock", options.subject, async () =>
        (await writer.prepare()) ? { result: await work(writer) } : { result: again },
      );
      if (writer.lesson !== undefined) options.onPlannedAnew?.(writer.lesson);
      else if (result !== again) return result as T;
    } finally {
      writer.end();
    }
  }
}

const again = Symbol("again");

/** A second after a signal the process has ended; what is left in the trash then, the next command deletes. */
const longestDiscardAfterAbortMs = 300;

async function openWriter(state: EnvironmentState, options: WriterOptions): Promise<Writer> {
  guardState(state);
  const { lease, signal, subject, onLockEvent } = options;
  const ticket: TicketForm = {
    kind: "directory",
    trash: state.trash,
    discard: () =>
      emptyTrash(state, signal?.aborted === true ? performance.now() + longestDiscardAfterAbortMs : Infinity),
  };
  const lock = await acquireLock({
    folder: state.lock,
    lease,
    mode: "write",
    ticket,
    subject,
    ...(signal === undefined ? {} : { signal }),
    ...(onLockEvent === undefined ? {} : { onEvent: onLockEvent }),
  });
  return new Writer(state, options, lock, ticket);
}

class Writer implements EnvironmentWriter {
  stamp: Stamp | undefined;
  readonly renames: RenameConditions;
  /** What a refused rename taught: the work is to be done again. */
  lesson: string | undefined;
  readonly #state: EnvironmentState;
  readonly #options: WriterOptions;
  readonly #lock: HeldLock;
  readonly #ticket: TicketForm;
  #isEnded = false;

  constructor(state: EnvironmentState, options: WriterOptions, lock: HeldLock, ticket: TicketForm) {
    this.renames = renameConditions(state);
    this.#state = state;
    this.#options = options;
    this.#lock = lock;
    this.#ticket = ticket;
  }

  /** E2 and E3. @returns false when this writer had to change something itself, and has ended by that. */
  async prepare(): Promise<boolean> {
    const { lease, signal, onRecovered } = this.#options;
    const recovered = await recover(this.#state, { lease, signal });
    for (const one of recovered) onRecovered?.(one);
    emptyTrash(this.#state);
    await sweepLock(lease.root, this.#state.lock, this.#ticket);
    const [torn] = tornTransactions(this.#state);
    this.stamp = parseStamp(readStampText(this.#state.stamp));
    if (torn === undefined) return true;
    const end = await this.commit(planRestoration(torn), {
      mode: "hardlink",
      workers: undefined,
      validate: () => true,
    });
    // Restored, or to be tried again: either way from the queue's end, with the environment read anew.
    void end;
    return false;
  }

  async commit(plan: ChangePlan, options: CommitOptions): Promise<CommitEnd> {
    const { lease, signal } = this.#options;
    const { apart } = this.renames;
    const me = `${lease.name}-${lease.nextId()}`;
    const targets = [...plan.retired, ...plan.replaced, ...plan.placed];
    for (const place of findApart(targets, this.#state.sitePackages, outermost(plan.destination))) apart.add(place);
    const places = [...apart];
    const layout = stageLayout(plan.roots, places);
    let counts: LinkCounts;
    let journal: Journal;
    try {
      const folders = makeExecutorFolders(`${this.#lock.path}/${me}/x-${me}`, me, `x-${me}`, places);
      counts = await stageChange(plan, layout, folders, { ...options, signal });
      journal = this.#writeJournal(me, plan, journalSteps(plan, layout, folders), places, folders[0] ?? "", options);
      const changed = firstChangedTarget(journal.steps);
      if (changed !== undefined) throw new PlanOutdated(changed);
    } catch (error) {
      if (error instanceof PlanOutdated) return this.#again(error.message);
      if (!this.#isHeld()) return this.#again("the environment's lock was lost");
      if (error instanceof LinkFailed || signal?.aborted === true) throw error;
      const { path = "", code, message } = error as NodeJS.ErrnoException;
      throw code === undefined ? error : new LinkFailed(path, message, { cause: error });
    }
    signal?.throwIfAborted();
    if (!options.validate()) return this.#again("the lease on the cache was lost");
    // E5: committed and released, or revoked, never both: the kernel decides by the ticket's own name (G4).
    if (this.#options.platform === "win32") removeEmptyFolder(this.#state.commit);
    try {
      this.#lock.commit(this.#state.commit);
    } catch (error) {
      const cause = errorCode((error as Error).cause);
      if (error instanceof LockLost || cause === "ENOTEMPTY" || cause === "EEXIST")
        return this.#again("the environment's lock was lost");
      if (error instanceof LockUnavailable) throw new LinkFailed(this.#state.commit, cause ?? "", { cause: error });
      throw error;
    }
    this.#isEnded = true;
    const started = performance.now();
    const { end, error, path, step } = bringToEnd(this.#state, journal, `x-${me}`);
    const windowMs = performance.now() - started;
    if (end === "finished") {
      emptyTrash(this.#state);
      return { end: "done", counts, windowMs };
    }
    if (end === "stopped") return { end: "again", reason: `${path} was changed by another program`, committed: true };
    if (end === "taken over") return { end: "again", reason: "another process completes the change", committed: true };
    emptyTrash(this.#state);
    const { platform } = this.#options;
    if (step !== undefined && learnFrom(error, step, this.renames, plan.destination, platform)) {
      this.lesson = `${step.target} cannot be renamed (${errorCode(error)})`;
      return { end: "again", reason: this.lesson, committed: false };
    }
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LinkFailed(step?.target ?? this.#state.stamp, code ?? message, { cause: error });
  }

  #writeJournal(
    me: string,
    plan: ChangePlan,
    steps: readonly Step[],
    places: readonly string[],
    own: string,
    options: CommitOptions,
  ): Journal {
    const { removed, added } = plan;
    const { command } = this.#options;
    const { destination, settles } = plan;
    const journal: Journal = {
      format: JOURNAL_FORMAT,
      id: me,
      command,
      places,
      steps,
      destination,
      ...(settles === undefined ? {} : { settles }),
      removed,
      added,
    };
    const { now, next } = this.#stamps(plan, steps, options);
    // An environment's own commands have stamped it before: then it stays theirs.
    const isOwn = this.stamp !== undefined && this.stamp.temporary !== true;
    const mark = this.#options.isTemporary && !isOwn ? { temporary: true } : {};
    const write = (name: string, value: object) =>
      writeFileSync(`${own}/${name}`, JSON.stringify(value), { flag: "wx" });
    write("stamp.undo", { id: `${me}.undo`, distributions: now } satisfies Stamp);
    write("stamp.new", { id: `${me}.new`, distributions: next, ...mark } satisfies Stamp);
    write("stamp.torn", { id: `${me}.torn`, distributions: {} } satisfies Stamp);
    write("journal", journal);
    return journal;
  }

  /** What is installed as it stands, and as it will: renames keep inode and mtime, so both are known before anything is touched. */
  #stamps(plan: ChangePlan, steps: readonly Step[], { isVerified = false, unsettled, provenances }: CommitOptions) {
    // By the plan's spelling of the folders, which all its targets have.
    const { purelib, platlib } = plan.destination.schemes;
    const before = this.stamp?.distributions ?? {};
    const now: Record<string, StampedDistribution> = {};
    const current = currentDistributions(purelib, [...new Set([purelib, platlib])]);
    for (const [name, is] of Object.entries(current)) {
      const stamped = before[name]?.is === is ? before[name] : undefined;
      // What nobody has looked at is no part of the stamp, and so not as the stamp has it.
      if (stamped !== undefined) now[name] = stamped;
      else if (isVerified) now[name] = { is };
    }
    const next = { ...now };
    for (const distInfo of unsettled ?? []) delete next[posix.relative(purelib, distInfo)];
    const archives = new Map(plan.tasks.map(({ entry }) => [entry.manifest.head.distInfo, entry.sha256]));
    for (const step of steps) {
      if (!isMetadataFolder(step.target)) continue;
      const name = posix.relative(purelib, step.target);
      if (step.do !== "place") delete next[name];
      else {
        const folder = basename(step.target);
        const archive = archives.get(folder);
        const provenance = provenances?.get(folder);
        next[name] = {
          is: step.is,
          ...(archive === undefined ? {} : { archive }),
          ...(provenance === undefined ? {} : { provenance }),
        };
      }
    }
    return { now, next };
  }

  #isHeld(): boolean {
    try {
      this.#lock.validate();
      return true;
    } catch {
      return false;
    }
  }

  #again(reason: string): CommitEnd {
    this.end();
    return { end: "again", reason, committed: false };
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      this.#lock.release();
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
    }
  }
}
