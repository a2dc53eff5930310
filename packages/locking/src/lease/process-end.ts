import { onExit } from "signal-exit";

/** Something that must not outlive the process. `release` is synchronous and may be called twice. */
export interface Releasable {
  release(): void;
}

const open = new Set<Releasable>();
const idle = new Set<() => void>();
let unhook: (() => void) | undefined;
let idleTimer: NodeJS.Timeout | undefined;

/** After this time without anything open, the process listens to no signal and answers on no socket. */
const idleMs = 1000;

/**
 * Releases `item` when the process exits, or is ended by a signal that nobody handles.
 * signal-exit acts only when its own copies are the only listeners of the signal, and then ends the process by that very signal: a program
 * with handlers of its own keeps the decision, and what is open is released when it exits. While something is open, a process
 * that never returns to its event loop is not ended by SIGINT or SIGTERM, as with any handler in JavaScript.
 */
export function releaseAtProcessEnd(item: Releasable): void {
  open.add(item);
  unhook ??= onExit(releaseAll);
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
  unhook?.();
  unhook = undefined;
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
