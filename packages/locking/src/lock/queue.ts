import { basename, join } from "node:path";
import { decidingScan } from "./deciding-scan.ts";
import { LeaseLost, LockUnavailable } from "../errors.ts";
import type { Lease } from "../lease/lease.ts";
import type { Stake } from "../lease/liveness.ts";
import { describeHolder } from "./lock-holder.ts";
import type { LockEventListener, LockHolder, LockKind } from "../lock-events.ts";
import { releaseAtProcessEnd, releasedBeforeProcessEnd, type Releasable } from "../lease/process-end.ts";
import {
  conflicts,
  drawTicket,
  entryExists,
  leaseOf,
  type LockMode,
  parseTicket,
  precedes,
  removeEntry,
  revokeTicket,
  type TicketFolder,
  type TicketName,
} from "./tickets.ts";
import { type Obstacle, waitUntilGone, type WaitEnd } from "./waiting.ts";

export interface QueueOptions {
  readonly lease: Lease;
  readonly mode: LockMode;
  readonly kind: LockKind;
  readonly subject: string;
  readonly stake: Stake;
  readonly signal: AbortSignal | undefined;
  /** performance.now() at which the wait ends without the lock. */
  readonly deadline: number;
  readonly onEvent: LockEventListener | undefined;
  /** Called when one of the tickets waited for has gone; true leaves the queue. */
  readonly onGone?: (waitedFor: readonly TicketName[]) => Promise<boolean>;
}

/** The end of a wait. Only with "held" does the ticket still exist. */
export interface Queued {
  readonly end: "held" | Exclude<WaitEnd, "gone">;
  readonly ticket: TicketName;
  /** T of A6: the tickets that were waited for. */
  readonly waitedFor: readonly TicketName[];
  /** Who was in the way when the time was over. */
  readonly holders: readonly LockHolder[];
  /** Removes the ticket when the process ends; to be handed to {@link leaveQueue} with the ticket's end. */
  readonly guard: Releasable;
}

/** Each new attempt means that someone took this process for dead, or deleted the lock's folder. */
const longestMisfortune = 100;

/**
 * Waits for its turn (protocols/locks.md, A1 to A6), again under a new name whenever its ticket was taken away meanwhile.
 * @throws {LeaseLost} {@link LockUnavailable}, or the signal's reason; nothing is left behind then.
 */
export async function queue(at: TicketFolder, options: QueueOptions): Promise<Queued> {
  try {
    for (let attempt = 1; attempt <= longestMisfortune; attempt++) {
      const queued = await queueOnce(at, options);
      if (queued !== "taken for dead") return queued;
      // The verdict may have reached the lease as well: then everything derived under it is void, which only the caller can mend.
      options.lease.validate();
    }
  } catch (cause) {
    if (options.signal?.aborted === true && cause === options.signal.reason) throw cause;
    if (cause instanceof Error && "syscall" in cause) throw new LockUnavailable(at.folder, { cause });
    throw cause;
  }
  throw new LeaseLost(options.lease.name, options.lease.root);
}

/** Ends what {@link queue} began, after the ticket has gone. */
export function leaveQueue(queued: Queued): void {
  releasedBeforeProcessEnd(queued.guard);
}

async function queueOnce(at: TicketFolder, options: QueueOptions): Promise<Queued | "taken for dead"> {
  const ticket = drawTicket(at, options.lease, options.mode);
  if (ticket === undefined) return "taken for dead";
  const guard = { release: () => void revokeTicket(at, ticket.name) };
  releaseAtProcessEnd(guard);
  let queued: Queued | "taken for dead" = "taken for dead";
  try {
    const turn = new Turn(at, ticket, guard, options);
    queued = turn.uncontended() ?? (await turn.wait());
    return queued;
  } finally {
    if (queued === "taken for dead" || queued.end !== "held") {
      releasedBeforeProcessEnd(guard);
      revokeTicket(at, ticket.name);
    }
  }
}

/** One ticket's way through A5 and A6. */
class Turn {
  readonly #at: TicketFolder;
  readonly #ticket: TicketName;
  readonly #guard: Releasable;
  readonly #options: QueueOptions;
  #drawing: readonly Obstacle[] = [];
  #before: readonly TicketName[] | undefined;

  constructor(at: TicketFolder, ticket: TicketName, guard: Releasable, options: QueueOptions) {
    this.#at = at;
    this.#ticket = ticket;
    this.#guard = guard;
    this.#options = options;
  }

  /** The way of one who is alone: no wait, so not even one turn of the event loop. */
  uncontended(): Queued | "taken for dead" | undefined {
    this.#drawing = this.#scanChoosing();
    if (this.#drawing.length > 0) return undefined;
    this.#before = this.#scanTickets();
    if (this.#before === undefined) return "taken for dead";
    return this.#before.length === 0 ? this.#result("held") : undefined;
  }

  async wait(): Promise<Queued | "taken for dead"> {
    const started = performance.now();
    // A5: only the names of this one scan; whoever begins to draw later draws a larger number (I1).
    let end = await this.#waitFor(this.#drawing);
    if (end === "gone") {
      // A6, not before A5 is over: a slow one of A5 may have drawn a smaller number than mine (CE11). From here on the set of smaller
      // tickets only shrinks, so one scan is enough (I2).
      this.#before ??= this.#scanTickets();
      if (this.#before === undefined) return "taken for dead";
      // The one in front first: it is the one that is looked at.
      const before = this.#before.toSorted((a, b) => (precedes(a, b) ? -1 : 1));
      end = await this.#waitFor(
        before.map((ticket) => this.#obstacle(ticket)),
        () => this.#options.onGone?.(before),
      );
    }
    const { kind, subject, onEvent } = this.#options;
    onEvent?.({ type: "waited", kind, subject, waitedMs: performance.now() - started });
    if (end !== "gone") return this.#result(end);
    // The wait also ends when the whole folder is deleted, my ticket with it; then nobody who comes later would see me.
    return entryExists(join(this.#at.tickets, this.#ticket.name)) ? this.#result("held") : "taken for dead";
  }

  #scanChoosing(): Obstacle[] {
    // ENOENT is an empty folder: it was removed while it was empty, and what is made later need not be waited for.
    const names = decidingScan(this.#at.choosing) ?? [];
    return names
      .filter((name) => name !== this.#ticket.holder && /.-\d+$/.test(name))
      .map((name) => {
        const path = join(this.#at.choosing, name);
        const lease = leaseOf(name);
        return { name, path, lease, revoke: () => this.#takeOver(lease, path, () => removeEntry(path)) };
      });
  }

  /** The conflicting tickets before mine, or undefined when the folder is gone, and so my ticket: it was taken away. */
  #scanTickets(): TicketName[] | undefined {
    return decidingScan(this.#at.tickets)
      ?.map((name) => parseTicket(name))
      .filter((other) => other !== undefined)
      .filter((other) => conflicts(other.mode, this.#ticket.mode) && precedes(other, this.#ticket));
  }

  #obstacle({ name, lease }: TicketName): Obstacle {
    const path = join(this.#at.tickets, name);
    return { name, path, lease, revoke: () => this.#takeOver(lease, path, () => revokeTicket(this.#at, name)) };
  }

  #takeOver(lease: string, path: string, remove: () => boolean): void {
    const { kind, subject, onEvent } = this.#options;
    const from = onEvent && this.#describe(lease, path);
    // Unlink first, then pass: from here on the owner, should the verdict be wrong, finds its ticket gone before it can commit (G2, CE14).
    // By a name that never comes again, so a second waiter with the same verdict cannot hit a fresh ticket (CE15).
    if (remove() && from !== undefined) onEvent?.({ type: "taken over", kind, subject, from });
  }

  #waitFor(obstacles: readonly Obstacle[], onGone?: () => Promise<boolean> | undefined): Promise<WaitEnd> {
    const { lease, stake, signal, deadline, kind, subject, onEvent } = this.#options;
    return waitUntilGone(obstacles, {
      root: lease.root,
      stake,
      signal,
      deadline,
      onGone: async () => (await onGone?.()) ?? false,
      onStillWaiting: (left) =>
        onEvent?.({ type: "waiting", kind, subject, holders: left.map((one) => this.#describe(one.lease, one.path)) }),
    });
  }

  #describe(lease: string, path: string): LockHolder {
    const mode = parseTicket(basename(path))?.mode ?? "write";
    return describeHolder(this.#options.lease.root, lease, mode, path);
  }

  #result(end: Queued["end"]): Queued {
    const waitedFor = this.#before ?? [];
    const inTheWay = end === "timeout" ? [...this.#drawing, ...waitedFor.map((ticket) => this.#obstacle(ticket))] : [];
    const holders = inTheWay
      .filter(({ path }) => entryExists(path))
      .map(({ lease, path }) => this.#describe(lease, path));
    return { end, ticket: this.#ticket, waitedFor, holders, guard: this.#guard };
  }
}
