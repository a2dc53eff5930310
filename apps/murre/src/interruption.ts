import { onExit } from "signal-exit";

/** What a shell adds to the number of a signal: for where the process cannot end by the signal itself. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Interrupting = keyof typeof exitCodes;
const signals: readonly Interrupting[] = ["SIGINT", "SIGTERM"];

export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The exit code of a command that was interrupted; undefined where it was not. */
  exitCode(): number | undefined;
}

/**
 * Listens to SIGINT and SIGTERM. The first one asks the operation to end, which a change under way does when it is whole; the second one
 * insists. Then the process ends by that very signal, as programs without handlers do: a shell's loop goes on after any exit code, and ends
 * only when its child was ended by the signal.
 */
export function listenForInterruption(platform: NodeJS.Platform): Interruption {
  const controller = new AbortController();
  let received: Interrupting | undefined;
  const interrupt = (signal: Interrupting) => {
    if (received !== undefined) process.exit(exitCodes[received]);
    received = signal;
    // Where there are no signals, killing would look like a failure. Last: whatever is held is given back before.
    if (platform !== "win32") onExit(() => endBy(signal), { alwaysLast: true });
    // From the next turn on the system ends the process at once, also where JavaScript or a call to the system gets no other turn. What arrived in this
    // turn has been handed to the listeners already.
    setImmediate(() => {
      for (const name of signals) process.removeAllListeners(name);
    });
    controller.abort(new Error("interrupted"));
  };
  // `on`, not `once`: without a listener of the program's own, the leases' handler would end the process in mid-change.
  for (const signal of signals) process.on(signal, interrupt);
  return { signal: controller.signal, exitCode: () => (received === undefined ? undefined : exitCodes[received]) };
}

function endBy(signal: Interrupting): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
