import { errorCode } from "../folder/fs-errors.ts";

/** Failures of the agreement with others, not of the work: whoever meets one can do the work alone. */
const notOwnFailures = new Set<string | undefined>([
  "MURRE_FLIGHT_FAILED",
  "MURRE_FLIGHT_UNSETTLED",
  "MURRE_LEASE_UNAVAILABLE",
  "MURRE_LEASE_LOST",
  "MURRE_LOCK_UNAVAILABLE",
  "MURRE_LOCK_LOST",
]);

/** @param sharesFailures the work depends on nothing that is this process's own, so that it would fail here as well */
export function mayWorkAlone(error: unknown, sharesFailures: boolean): boolean {
  const code = errorCode(error);
  return notOwnFailures.has(code) && !(sharesFailures && code === "MURRE_FLIGHT_FAILED");
}
