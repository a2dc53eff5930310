import { errorCode } from "@murre/files";
import type { LockHolder } from "./lock-events.ts";

/** The permanent codes of this package's errors. */
export type LockingErrorCode =
  | "MURRE_LEASE_UNAVAILABLE"
  | "MURRE_LEASE_LOST"
  | "MURRE_LOCK_UNAVAILABLE"
  | "MURRE_LOCK_LOST"
  | "MURRE_LOCK_TIMEOUT"
  | "MURRE_FLIGHT_FAILED"
  | "MURRE_FLIGHT_UNSETTLED"
  | "MURRE_DEADLOCK_RISK";

/** What all errors of this package are. */
export abstract class LockingError extends Error {
  abstract readonly code: LockingErrorCode;
}

/**
 * A lease could not be made: a read-only mount, missing rights, a full disk. Nothing was left behind.
 * To do: make room or allow writing; murre's commands go on without.
 */
export class LeaseUnavailable extends LockingError {
  override readonly name = "LeaseUnavailable";
  readonly code = "MURRE_LEASE_UNAVAILABLE";
  readonly root: string;
  constructor(root: string, options: ErrorOptions) {
    super(
      `${root}: no lease can be made here (${reasonOf(options.cause)}); check that the folder can be written to`,
      options,
    );
    this.root = root;
  }
}

/**
 * Another process judged this operation dead, or someone removed the lease's file. What was derived under it must be redone.
 * To do: begin again under a new lease; murre's commands do.
 */
export class LeaseLost extends LockingError {
  override readonly name = "LeaseLost";
  readonly code = "MURRE_LEASE_LOST";
  readonly lease: string;
  constructor(lease: string, root: string, options?: ErrorOptions) {
    super(
      `${root}: the lease ${lease} is gone; discard what was read under it, take a new lease and start again`,
      options,
    );
    this.lease = lease;
  }
}

/**
 * The lock's folder cannot be used: a read-only mount, missing rights, a full disk. Nothing was left behind.
 * To do: make room or allow writing there.
 */
export class LockUnavailable extends LockingError {
  override readonly name = "LockUnavailable";
  readonly code = "MURRE_LOCK_UNAVAILABLE";
  readonly folder: string;
  constructor(folder: string, options: ErrorOptions) {
    super(`${folder}: cannot be locked (${reasonOf(options.cause)}); check that the folder can be written to`, options);
    this.folder = folder;
  }
}

/**
 * The ticket was revoked while it was held: work that was not committed by renaming the ticket must not be committed.
 * To do: begin again; murre's commands do.
 */
export class LockLost extends LockingError {
  override readonly name = "LockLost";
  readonly code = "MURRE_LOCK_LOST";
  readonly folder: string;
  readonly ticket: string;
  constructor(folder: string, ticket: string, options?: ErrorOptions) {
    super(
      `${folder}: the lock was taken away (ticket ${ticket} is gone); discard the work and acquire it again`,
      options,
    );
    this.folder = folder;
    this.ticket = ticket;
  }
}

/**
 * `timeoutMs` passed while others held the lock.
 * To do: see `holders`; wait longer, or end the one that hangs.
 */
export class LockTimeout extends LockingError {
  override readonly name = "LockTimeout";
  readonly code = "MURRE_LOCK_TIMEOUT";
  readonly folder: string;
  readonly timeoutMs: number;
  readonly holders: readonly LockHolder[];
  constructor(folder: string, timeoutMs: number, holders: readonly LockHolder[]) {
    const who = holders.map((holder) => holder.description).join(", ");
    super(`${folder}: not acquired within ${timeoutMs} ms; held by ${who}; wait for it to end, or raise the timeout`);
    this.folder = folder;
    this.timeoutMs = timeoutMs;
    this.holders = holders;
  }
}

/**
 * The work this process waited for failed in another process.
 * To do: see `failure`; begin again to try it here.
 */
export class FlightFailed extends LockingError {
  override readonly name = "FlightFailed";
  readonly code = "MURRE_FLIGHT_FAILED";
  readonly key: string;
  /** What the other process said: the name, code and message of its error. */
  readonly failure: FlightFailure;
  constructor(key: string, failure: FlightFailure) {
    super(`${key}: failed in the process that did it for all: ${failure.message}`);
    this.key = key;
    this.failure = failure;
  }
}

/** What is written about a failure for those who waited: it must hold no credentials. */
export interface FlightFailure {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
}

/**
 * Work was done again and again, and its result was never found by the lookup.
 * To do: a program's mistake: `work` must leave its result where `lookup` finds it.
 */
export class FlightUnsettled extends LockingError {
  override readonly name = "FlightUnsettled";
  readonly code = "MURRE_FLIGHT_UNSETTLED";
  readonly key: string;
  readonly attempts: number;
  constructor(key: string, attempts: number) {
    super(`${key}: done ${attempts} times, and gone at each look; does something clean the cache all the time?`);
    this.key = key;
    this.attempts = attempts;
  }
}

/**
 * A mistake of the program: a task waits for something while it holds something that others may need first (rule D).
 * To do: change the program: wait before, or after, it holds that.
 */
export class DeadlockRisk extends LockingError {
  override readonly name = "DeadlockRisk";
  readonly code = "MURRE_DEADLOCK_RISK";
  readonly held: string;
  readonly wanted: string;
  constructor(held: string, wanted: string) {
    super(`waiting for ${wanted} while holding ${held} can deadlock; end the one before asking for the other`);
    this.held = held;
    this.wanted = wanted;
  }
}

function reasonOf(cause: unknown): string {
  return errorCode(cause) ?? (cause instanceof Error ? cause.message : "unknown reason");
}

/** ESTALE is what a network file system says when the entry went away in another client's hands: it is ENOENT (protocols/nfs.md, N4). */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESTALE" || code === "ENOTDIR";
}
