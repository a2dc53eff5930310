export { takeLease, withLease, type Lease, type LeaseOptions } from "./lease/lease.ts";
export { isOfThisBoot, newLeaseName } from "./lease/lease-name.ts";
export { deadSockets, removeSockets, sweepLeases, type LeaseSweep } from "./lease/sweep-leases.ts";
export { judge, judgeAtOnce, deathAgeMs, type JudgeOptions, type Stake, type Verdict } from "./lease/liveness.ts";
export { describeLockEvent, type LockEvent, type LockEventListener, type LockHolder } from "./lock-events.ts";
export { acquireLock, withLock, type HeldLock, type LockOptions } from "./lock/rw-lock.ts";
export { lockHolders } from "./lock/lock-holder.ts";
export { type LockMode, type TicketForm } from "./lock/tickets.ts";
export {
  createSingleFlight,
  type FlightRequest,
  type SingleFlight,
  type SingleFlightOptions,
} from "./flight/single-flight.ts";
export { type FlightWork } from "./flight/shared-flight.ts";
export { createHints, sweepHints, type HintRequest, type Hints } from "./flight/hints.ts";
export { sweepFlights, sweepLock } from "./flight/sweep-locks.ts";
export { makeFolders } from "./lease/make-folders.ts";
export { decidingScan } from "./lock/deciding-scan.ts";
export { assertMayWait, holding, type Holding } from "./lock/deadlock-order.ts";
export {
  DeadlockRisk,
  FlightFailed,
  FlightUnsettled,
  LeaseLost,
  LeaseUnavailable,
  LockingError,
  LockLost,
  LockTimeout,
  LockUnavailable,
  type FlightFailure,
  type LockingErrorCode,
} from "./errors.ts";
