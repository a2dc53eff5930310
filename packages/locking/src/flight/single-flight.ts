import { join } from "node:path";
import { assertMayWait } from "../lock/deadlock-order.ts";
import { FlightUnsettled } from "../errors.ts";
import { flightFolder } from "./flight-folder.ts";
import { type FlightWork, SharedFlight } from "./shared-flight.ts";
import type { Lease } from "../lease/lease.ts";
import { tracedLocks, type LockEventListener } from "../lock-events.ts";
import { watchFlight } from "./watch-flight.ts";

export interface SingleFlightOptions {
  /** Where the leases are; the flights lie in `<root>/locks`. */
  readonly root: string;
  /** What runs, for the people who wait for it. */
  readonly command?: string;
  readonly onEvent?: LockEventListener | undefined;
}

/** One request for the result of a key. */
export interface FlightRequest<T> {
  /** The operation's lease: what `lookup` finds is protected by it. */
  readonly lease: Lease;
  /**
   * Looks for the result, without waiting for others; undefined is a miss. Called under the operation's own lease for what is returned,
   * and under the flight's lease to see whether another process has done the work.
   */
  readonly lookup: (lease: Lease) => T | undefined | Promise<T | undefined>;
  /** Does the work and publishes the result where `lookup` finds it. May wait for slots, and for nothing else (rule D). */
  readonly work: (flight: FlightWork) => Promise<void>;
  /**
   * Whether the failure of another process, for which this one waited, is this one's too; default true. False waits for those who work without a
   * ticket, which costs much less; after a failure they all draw tickets.
   */
  readonly takesFailures?: boolean;
  readonly signal?: AbortSignal;
}

export interface SingleFlight {
  /**
   * Of all processes that want one key, one works; the others wait, and get its result, or its failure; when it dies, the next one works.
   * @throws the error of `work`; {@link FlightFailed} when it failed in another process while this one waited; {@link DeadlockRisk} when the
   * task holds a lock, a slot or another flight; {@link LeaseUnavailable}, {@link LockUnavailable}; the signal's reason.
   */
  run<T>(key: string, request: FlightRequest<T>): Promise<T>;
  /**
   * Looks, waits once for those who work on the key now (holding no ticket), and looks again: before a costly preparation.
   * @returns undefined when the result is not there; then prepare, and call run().
   * @throws {DeadlockRisk}, or the signal's reason.
   */
  watch<T>(key: string, request: Omit<FlightRequest<T>, "work">): Promise<T | undefined>;
}

/** A result that is cleaned away before it is found is made again; this often only by a mistake in lookup or work. */
const longestMisfortune = 10;

/** Flights of one root (protocols/single-flight.md). Make one for each process and root: requests for one key within it share one ticket. */
export function createSingleFlight(options: SingleFlightOptions): SingleFlight {
  return new Flights(options);
}

class Flights implements SingleFlight {
  readonly #options: SingleFlightOptions;
  readonly #shared = new Map<string, SharedFlight>();

  constructor(options: SingleFlightOptions) {
    this.#options = { ...options, onEvent: tracedLocks(options.onEvent) };
  }

  async run<T>(key: string, request: FlightRequest<T>): Promise<T> {
    const { lookup, lease, signal, takesFailures = true } = request;
    // Before the look, so that a mistake is found by the first test and not by the first miss.
    assertMayWait("flight", key);
    signal?.throwIfAborted();
    // F0. A wait transports "look again" or a failure, never the entry: each operation looks under its own lease.
    let hit = takesFailures ? await lookup(lease) : await this.#watch(key, request);
    for (let attempt = 1; hit === undefined; attempt++) {
      if (attempt > longestMisfortune) throw new FlightUnsettled(key, longestMisfortune);
      signal?.throwIfAborted();
      await this.#join(key, request);
      signal?.throwIfAborted();
      hit = await lookup(lease);
    }
    return hit;
  }

  #join<T>(key: string, { lookup, work, signal }: FlightRequest<T>): Promise<void> {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      const started = new SharedFlight(flightFolder(join(this.#options.root, "locks"), key), {
        ...this.#options,
        key,
        lookup: async (lease) => (await lookup(lease)) !== undefined,
        work,
        // At its end, and at once when its last consumer gives up: who comes then must not join work that is being aborted.
        onClosed: () => {
          if (this.#shared.get(key) === started) this.#shared.delete(key);
        },
      });
      this.#shared.set(key, started);
      shared = started;
    }
    return shared.join(signal);
  }

  async watch<T>(key: string, request: Omit<FlightRequest<T>, "work">): Promise<T | undefined> {
    assertMayWait("flight", key);
    return (await this.#watch(key, request)) ?? request.lookup(request.lease);
  }

  /** F0, and again whenever one of those who work on it has ended. */
  async #watch<T>(key: string, request: Omit<FlightRequest<T>, "work">): Promise<T | undefined> {
    const { lease, lookup, signal } = request;
    let hit = await lookup(lease);
    // Who works on it in this very process is joined.
    if (hit !== undefined || this.#shared.has(key)) return hit;
    const { root, onEvent } = this.#options;
    const isThere = async (): Promise<boolean> => (hit = await lookup(lease)) !== undefined;
    await watchFlight(flightFolder(join(root, "locks"), key), { root, key, signal, onEvent, isThere });
    return hit;
  }
}
