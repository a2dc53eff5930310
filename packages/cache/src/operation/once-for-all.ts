import { hasCode } from "@murre/files";
import type { FlightWork, Lease, LockingErrorCode, SingleFlight } from "@murre/locking";
import type { EntryRequest } from "./cache-operation.ts";

/** Failures of the agreement with others, not of the work: whoever meets one can do the work alone. */
const notOwnFailures: readonly LockingErrorCode[] = [
  "MURRE_FLIGHT_FAILED",
  "MURRE_FLIGHT_UNSETTLED",
  "MURRE_LEASE_UNAVAILABLE",
  "MURRE_LEASE_LOST",
  "MURRE_LOCK_UNAVAILABLE",
  "MURRE_LOCK_LOST",
];

/** @param sharesFailures the work depends on nothing that is this process's own, so that it would fail here as well */
function mayWorkAlone(error: unknown, sharesFailures: boolean): boolean {
  if (sharesFailures && hasCode<LockingErrorCode>(error, "MURRE_FLIGHT_FAILED")) return false;
  return hasCode<LockingErrorCode>(error, ...notOwnFailures);
}

/** How a result is found, and made: under a flight, or alone. */
interface Steps<T> {
  readonly lookup: () => T | undefined;
  readonly make: (flight: FlightWork | undefined) => Promise<T>;
}

/** One process makes it for all (protocols/single-flight.md); this one alone, without a flight, where the agreement with the others fails. */
export async function onceForAll<T extends object>(
  { flights, lease }: { readonly flights: SingleFlight; readonly lease: Lease },
  { key, sharesFailures = false, signal }: Pick<EntryRequest, "key" | "sharesFailures" | "signal">,
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
      takesFailures: sharesFailures,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    // Made, and cleaned away before it was found again; a failure of another process, whose credentials and network are not ours;
    // or no ticket can be written or kept (somebody removed the folder). None of it keeps this operation from doing the work itself.
    if (!mayWorkAlone(error, sharesFailures)) throw error;
    signal?.throwIfAborted();
    return find() ?? (await make(undefined));
  }
}
