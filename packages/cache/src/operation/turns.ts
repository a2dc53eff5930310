import { hasCode } from "@murre/files";
import {
  acquireLock,
  holding,
  type HeldLock,
  type Lease,
  type LockEventListener,
  type LockingErrorCode,
} from "@murre/locking";
import { hashedName } from "../folder/layout.ts";

/** Something that one process at a time does, such as building in a folder of the user's. */
export interface Turn {
  /** Two turns of one name never overlap. */
  readonly name: string;
  /** For the people who wait for it. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

/** Most turns are short: a wait is told when it takes longer (milliseconds). */
const untoldMs = 2000;

/** Nobody keeps a lock where there is none to be had, or where somebody removed the cache: the work is done all the same. */
const withoutLock: readonly LockingErrorCode[] = [
  "MURRE_LEASE_UNAVAILABLE",
  "MURRE_LEASE_LOST",
  "MURRE_LOCK_UNAVAILABLE",
  "MURRE_LOCK_LOST",
];

/**
 * Runs `work` while no other process runs work of the same name. The lock lies in the cache (`locks/`), so nothing is written beside what it
 * protects (protocols/locks.md, U1 to U4). What a killed process leaves is removed by the next waiter, or by a sweep. @throws DeadlockRisk, the signal's reason, and what `work` throws.
 */
export async function inTurn<T>(
  lease: Lease,
  { name, subject, signal }: Turn,
  onEvent: LockEventListener,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquire(lease, { name, subject, signal }, onEvent);
  try {
    return await holding("folder", subject, work);
  } finally {
    release(lock);
  }
}

async function acquire(
  lease: Lease,
  { name, subject, signal }: Turn,
  onEvent: LockEventListener,
): Promise<HeldLock | undefined> {
  let untold: NodeJS.Timeout | undefined;
  try {
    return await acquireLock({
      folder: `${lease.root}/locks/turn.${hashedName(name).slice(0, 32)}`,
      lease,
      mode: "write",
      ticket: { kind: "file" },
      counts: "folder",
      subject,
      onEvent: (event) => {
        if (event.type === "waiting") untold = setTimeout(() => onEvent(event), untoldMs);
        else onEvent(event);
      },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (hasCode<LockingErrorCode>(error, ...withoutLock)) return undefined;
    throw error;
  } finally {
    clearTimeout(untold);
  }
}

function release(lock: HeldLock | undefined): void {
  try {
    lock?.release();
  } catch {
    // Taken away, or the folder is gone: who overlaps notices what the other did by the state of the folder.
  }
}
