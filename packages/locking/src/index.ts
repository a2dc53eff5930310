export { takeLease, withLease, type Lease, type LeaseOptions } from "./lease.ts";
export { sweepLeases, type LeaseSweep } from "./sweep-leases.ts";
export { judge, deathAgeMs, type JudgeOptions, type Stake, type Verdict } from "./liveness.ts";
export { describeLockEvent, type LockEvent, type LockEventListener, type LockHolder } from "./lock-events.ts";
export { LeaseLost, LeaseUnavailable } from "./errors.ts";
