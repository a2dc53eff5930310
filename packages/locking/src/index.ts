export { takeLease, withLease, type Lease, type LeaseOptions } from "./lease.ts";
export { isOfThisBoot, newLeaseName } from "./lease-name.ts";
export { sweepLeases, type LeaseSweep } from "./sweep-leases.ts";
export { judge, judgeAtOnce, deathAgeMs, type JudgeOptions, type Stake, type Verdict } from "./liveness.ts";
export { describeLockEvent, type LockEvent, type LockEventListener, type LockHolder } from "./lock-events.ts";
export { acquireLock, withLock, type HeldLock, type LockOptions } from "./rw-lock.ts";
export { lockHolders } from "./lock-holder.ts";
export { type LockMode, type TicketForm } from "./tickets.ts";
export {
  createSingleFlight,
  type FlightRequest,
  type SingleFlight,
  type SingleFlightOptions,
} from "./single-flight.ts";
export { type FlightWork } from "./shared-flight.ts";
export { createHints, sweepHints, type HintRequest, type Hints } from "./hints.ts";
export { sweepFlights, sweepLock } from "./sweep-locks.ts";
export { makeFolders } from "./make-folders.ts";
export { decidingScan } from "./deciding-scan.ts";
export { assertMayWait, holding, type Holding } from "./deadlock-order.ts";
export {
  DeadlockRisk,
  FlightFailed,
  FlightUnsettled,
  LeaseLost,
  LeaseUnavailable,
  LockLost,
  LockTimeout,
  LockUnavailable,
  type FlightFailure,
} from "./errors.ts";
