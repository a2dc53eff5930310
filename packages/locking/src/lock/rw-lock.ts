import { errorCode } from "@murre/files";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { assertMayWait, type Holding, holding } from "./deadlock-order.ts";
import { LockLost, LockTimeout, LockUnavailable } from "../errors.ts";
import { announce, type Lease } from "../lease/lease.ts";
import { tracedLocks, type LockEventListener } from "../lock-events.ts";
import { leaveQueue, queue, type Queued } from "./queue.ts";
import {
  entryExists,
  type LockMode,
  revokeTicket,
  type TicketFolder,
  ticketFolder,
  type TicketForm,
} from "./tickets.ts";

export interface LockOptions {
  /** The folder of the lock's own; made when missing. */
  readonly folder: string;
  /** The operation's lease. All who use one lock should keep their leases under one root, where their sockets and heartbeats are found. */
  readonly lease: Lease;
  readonly mode: LockMode;
  /** Default: a name, which cannot be committed by {@link HeldLock.commit}; a file or a directory can. */
  readonly ticket?: TicketForm;
  /** What is locked, for people; default: the folder. */
  readonly subject?: string;
  readonly signal?: AbortSignal;
  /** Default: no limit. */
  readonly timeoutMs?: number;
  /** What waiting for it and holding it count as under rule D; default: a lock. */
  readonly counts?: Extract<Holding, "lock" | "folder">;
  readonly onEvent?: LockEventListener;
}

export interface HeldLock {
  readonly mode: LockMode;
  /** The ticket. While it exists under this name the lock is held; renaming it away is how work is committed. */
  readonly path: string;
  /** @throws {LockLost} when the ticket was taken away. Says nothing about the next moment: commit with {@link commit}. */
  validate(): void;
  /**
   * Renames the ticket itself to `destination`: the commit and the release in one step, which succeeds only if nobody took the ticket away
   * (G4: the source's last component is what a revoker removes, so the kernel decides).
   * @throws {LockLost} when it was taken away. @throws {LockUnavailable} when `destination` does not accept it; the lock is still held then.
   * @throws {TypeError} when the ticket is only a name.
   */
  commit(destination: string): void;
  /** @throws {LockLost} when the ticket was taken away while it was held: what was done may have overlapped with another's work.
   * @throws {LockUnavailable} when the file system refuses; it is tried again at the process's end, and may be called again. */
  release(): void;
}

/**
 * Acquires a fair lock: first come, first served from the moment of the ticket; each other process overtakes at most once, so no stream of
 * readers starves a writer. Held until released, or until its holder is dead and someone wants it.
 * @throws {LockTimeout} {@link LockUnavailable} {@link LeaseLost} {@link DeadlockRisk}, or the signal's reason. Nothing is left behind then.
 */
export async function acquireLock(options: LockOptions): Promise<HeldLock> {
  const { folder, lease, mode, signal, timeoutMs } = options;
  const onEvent = tracedLocks(options.onEvent);
  const subject = options.subject ?? folder;
  assertMayWait(options.counts ?? "lock", subject);
  signal?.throwIfAborted();
  const at = ticketFolder(folder, options.ticket ?? { kind: "name" });
  announce(lease.root);
  const queued = await queue(at, {
    lease,
    mode,
    kind: "lock",
    subject,
    stake: "lock",
    signal,
    deadline: timeoutMs === undefined ? Infinity : performance.now() + timeoutMs,
    onEvent,
  });
  if (queued.end === "timeout") throw new LockTimeout(folder, timeoutMs ?? 0, queued.holders);
  onEvent?.({ type: "acquired", kind: "lock", subject, ticket: queued.ticket.name });
  return new HeldTicket(at, queued, subject, onEvent);
}

/**
 * Acquires the lock, runs `work` as a task that may wait for nothing else, or, in a folder, for slots (rule D), and releases it.
 * @throws what {@link acquireLock} and `work` throw; {@link LockLost} when the lock was lost while `work` ran.
 */
export async function withLock<T>(options: LockOptions, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const lock = await acquireLock(options);
  let result: T;
  try {
    result = await holding(options.counts ?? "lock", options.subject ?? options.folder, () => work(lock));
  } catch (error) {
    try {
      lock.release();
    } catch {
      // The first error says more.
    }
    throw error;
  }
  lock.release();
  return result;
}

class HeldTicket implements HeldLock {
  readonly mode: LockMode;
  readonly path: string;
  readonly #at: TicketFolder;
  readonly #name: string;
  readonly #subject: string;
  readonly #onEvent: LockEventListener | undefined;
  readonly #sinceMs: number;
  readonly #queued: Queued;
  #ended = false;

  constructor(at: TicketFolder, queued: Queued, subject: string, onEvent: LockEventListener | undefined) {
    const { ticket } = queued;
    this.#queued = queued;
    this.mode = ticket.mode;
    this.path = join(at.tickets, ticket.name);
    this.#at = at;
    this.#name = ticket.name;
    this.#subject = subject;
    this.#onEvent = onEvent;
    // The hot path asks for the time only when it is told to somebody.
    this.#sinceMs = onEvent === undefined ? 0 : performance.now();
  }

  validate(): void {
    if (this.#ended || !entryExists(this.path)) throw this.#lost();
  }

  commit(destination: string): void {
    if (this.#at.form.kind === "name")
      throw new TypeError("a ticket that is a name cannot be committed; ask for a file or a directory");
    try {
      renameSync(this.path, destination);
    } catch (cause) {
      if (errorCode(cause) === "ENOENT" && !entryExists(this.path)) throw this.#lost();
      throw new LockUnavailable(this.#at.folder, { cause });
    }
    this.#end();
  }

  release(): void {
    if (this.#ended) return;
    let removed: boolean;
    try {
      removed = revokeTicket(this.#at, this.#name);
    } catch (cause) {
      throw new LockUnavailable(this.#at.folder, { cause });
    }
    this.#end();
    if (!removed) throw this.#lost();
  }

  #end(): void {
    this.#ended = true;
    leaveQueue(this.#queued);
    this.#onEvent?.({
      type: "released",
      kind: "lock",
      subject: this.#subject,
      heldMs: performance.now() - this.#sinceMs,
    });
  }

  #lost(): LockLost {
    return new LockLost(this.#at.folder, this.#name);
  }
}
