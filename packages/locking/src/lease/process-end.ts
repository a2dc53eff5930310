/** Something that must not outlive the process. `release` is synchronous and may be called twice. */
export interface Releasable {
  release(): void;
}

const open = new Set<Releasable>();
const idle = new Set<() => void>();
let isHooked = false;
let idleTimer: NodeJS.Timeout | undefined;

/** After this time without anything open, the process has no listener of ours and answers on no socket. */
const idleMs = 1000;

/**
 * Releases `item` when the process exits. Signals are left alone: whom one ends is judged dead by the next who looks, as after SIGKILL; a
 * listener would hold up a process that does not return to its event loop, and decide for programs that listen themselves.
 */
export function releaseAtProcessEnd(item: Releasable): void {
  open.add(item);
  if (!isHooked) process.on("exit", releaseAll);
  isHooked = true;
}

export function releasedBeforeProcessEnd(item: Releasable): void {
  open.delete(item);
  if (open.size === 0 && idleTimer === undefined) idleTimer = setTimeout(becomeIdle, idleMs).unref();
}

/** Calls `callback` once, when nothing has been open for a second, and at the end of the process. */
export function whenIdle(callback: () => void): void {
  idle.add(callback);
}

function becomeIdle(): void {
  idleTimer = undefined;
  if (open.size > 0) return;
  process.off("exit", releaseAll);
  isHooked = false;
  runIdle();
}

function releaseAll(): void {
  // The youngest first: tickets before the lease under which they were drawn.
  for (const item of [...open].toReversed()) {
    try {
      item.release();
    } catch {
      // The next one must have its turn; a sweep removes what stayed.
    }
  }
  runIdle();
}

function runIdle(): void {
  for (const callback of idle) callback();
  idle.clear();
}
