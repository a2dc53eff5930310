import { hasCode } from "@murre/files";
import type { FlightWork, Lease, LockingErrorCode, SingleFlight } from "@murre/locking";
import type { EntryRequest } from "./cache-operation.ts";

/** Failures of the agreement with others, not of the work: whoever meets one can do the work alone. */
const notOwnFailures: readonly LockingErrorCode[] = [
  "MURRE_FLIGHT_UNSETTLED",
  "MURRE_LEASE_UNAVAILABLE",
  "MURRE_LEASE_LOST",
  "MURRE_LOCK_UNAVAILABLE",
  "MURRE_LOCK_LOST",
];

/** How a result is found, and made: under a flight, or alone. */
interface Steps<T> {
  readonly lookup: () => T | undefined;
  readonly make: (flight: FlightWork | undefined) => Promise<T>;
}

/**
 * One process makes it for all, or fails for all (protocols/single-flight.md, F0 to F6); this one alone, without a flight, where the agreement
 * with the others fails. For work that depends on nothing that is this process's own, so that it would fail here as well.
 */
export async function onceForAll<T extends object>(
  { flights, lease }: { readonly flights: SingleFlight; readonly lease: Lease },
  { key, signal }: Pick<EntryRequest, "key" | "signal">,
  { lookup, make }: Steps<T>,
): Promise<T> {
  let made: T | undefined;
  // What this request made itself is its own, even if it was cleaned away at once: this operation's lease is older than an entry that it
  // made, so it is in the snapshot of whoever condemned it.
  const find = () => made ?? lookup();
  try {
    return await flights.run<T>(key, {
      lease,
      lookup: find,
      work: async (flight) => {
        made = await make(flight);
      },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    // Made, and cleaned away before it was found again; or no ticket can be written or kept (somebody removed the folder). Neither keeps this
    // operation from doing the work itself.
    if (!hasCode<LockingErrorCode>(error, ...notOwnFailures)) throw error;
    signal?.throwIfAborted();
    return find() ?? (await make(undefined));
  }
}
