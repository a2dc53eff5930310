import { errorCode } from "@murre/files";
import { join } from "node:path";
import { holding } from "../lock/deadlock-order.ts";
import { FlightFailed, type FlightFailure } from "../errors.ts";
import { cleanFlight, failureOf, reportFailure } from "./flight-folder.ts";
import { type Lease, takeLease } from "../lease/lease.ts";
import type { LockEventListener } from "../lock-events.ts";
import { leaveQueue, queue, type Queued } from "../lock/queue.ts";
import { removeEntry, type TicketFolder, type TicketName } from "../lock/tickets.ts";

/** What the work of a flight is given. */
export interface FlightWork {
  /** The flight's own lease, under which the result is made: it outlives the request that began it. */
  readonly lease: Lease;
  /** Aborts when nobody in this process wants the result any more. */
  readonly signal: AbortSignal;
}

export interface SharedFlightOptions {
  readonly root: string;
  readonly key: string;
  readonly command?: string;
  readonly onEvent?: LockEventListener | undefined;
  readonly lookup: (lease: Lease) => Promise<boolean>;
  readonly work: (flight: FlightWork) => Promise<void>;
  readonly onClosed: () => void;
}

/** Most flights end before: what a judge of another pid namespace would know at once it knows by age then, which is later and never wrong (protocols/locks.md, J4). */
const answersAfterMs = 100;

/** One process's flight for one key (protocols/single-flight.md), with one ticket, for all its requests. Ends in "look again" or in a failure. */
export class SharedFlight {
  readonly #at: TicketFolder;
  readonly #options: SharedFlightOptions;
  readonly #abort = new AbortController();
  readonly #end: Promise<void>;
  #consumers = 0;
  #ended = false;

  constructor(at: TicketFolder, options: SharedFlightOptions) {
    this.#at = at;
    this.#options = options;
    this.#end = this.#fly().finally(() => {
      this.#ended = true;
      options.onClosed();
    });
    // A failure after the last consumer has gone is nobody's.
    this.#end.catch(() => {});
  }

  /** Waits with the others; the work is aborted only when its last consumer is. @throws the signal's reason, or the flight's failure. */
  async join(signal: AbortSignal | undefined): Promise<void> {
    this.#consumers++;
    try {
      await unlessAborted(this.#end, signal);
    } finally {
      this.#consumers--;
      if (this.#consumers === 0 && !this.#ended) {
        this.#options.onClosed();
        this.#abort.abort(signal?.reason);
      }
    }
  }

  #fly(): Promise<void> {
    const { root, key, command } = this.#options;
    // A ticket that waits counts as held (rule D).
    return holding("flight", key, async () => {
      // A lease of the flight's own: the first request's ends with that request, perhaps before the others'.
      const lease = takeLease(root, { answersAfterMs, ...(command === undefined ? {} : { command }) });
      try {
        await this.#queueAndWork(lease);
      } finally {
        lease.release();
        cleanFlight(this.#at);
      }
    });
  }

  async #queueAndWork(lease: Lease): Promise<void> {
    const { key, lookup, onEvent } = this.#options;
    let failure: FlightFailure | undefined;
    // F3, then F4 and never the other way: a success after a failure wins (CE16 KEEPFIRST).
    const settled = async (waitedFor: readonly TicketName[]): Promise<boolean> => {
      if (await lookup(lease)) return true;
      failure = failureOf(this.#at, waitedFor);
      return failure !== undefined;
    };
    const queued = await queue(this.#at, {
      lease,
      mode: "write",
      kind: "flight",
      subject: key,
      stake: "flight",
      signal: this.#abort.signal,
      deadline: Infinity,
      onEvent,
      // F2: whoever sees the end of the matter leaves at once, wherever it stands in the queue.
      onGone: settled,
    });
    if (queued.end === "held") await this.#hold(queued, lease, settled);
    if (failure !== undefined) throw new FlightFailed(key, failure);
  }

  /** F3 to F6 with the turn come. */
  async #hold(
    queued: Queued,
    lease: Lease,
    settled: (waitedFor: readonly TicketName[]) => Promise<boolean>,
  ): Promise<void> {
    const { key: subject, work, onEvent } = this.#options;
    const ticket = queued.ticket.name;
    const sinceMs = performance.now();
    onEvent?.({ type: "acquired", kind: "flight", subject, ticket });
    try {
      // Even without a wait: another may have published between F0 and the ticket.
      if (await settled(queued.waitedFor)) return;
      // F5
      await work({ lease, signal: this.#abort.signal });
    } catch (error) {
      // F6. An abort is no failure: the ticket goes, and the next one works.
      if (!this.#abort.signal.aborted) reportFailure(this.#at, ticket, describeFailure(error));
      throw error;
    } finally {
      // ENOENT: reported above, or revoked by a wrong verdict, which costs duplicate work only: the result was published by its own rules.
      removeEntry(join(this.#at.tickets, ticket));
      leaveQueue(queued);
      onEvent?.({ type: "released", kind: "flight", subject, heldMs: performance.now() - sinceMs });
    }
  }
}

function describeFailure(error: unknown): FlightFailure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const code = errorCode(error);
  return { name: error.name, message: error.message, ...(code === undefined ? {} : { code }) };
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
