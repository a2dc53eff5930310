import { hasCode } from "@murre/files";
import type { LockingErrorCode } from "@murre/locking";

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
export function mayWorkAlone(error: unknown, sharesFailures: boolean): boolean {
  if (sharesFailures && hasCode<LockingErrorCode>(error, "MURRE_FLIGHT_FAILED")) return false;
  return hasCode<LockingErrorCode>(error, ...notOwnFailures);
}
