import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { isRemote } from "@murre/files";

/**
 * A name that somebody waits for. It sleeps until the kernel tells of a change, or for as long as it is told to: a change can come untold, from another
 * machine, where there are no watches left, or on Windows, where a watched folder cannot be removed. So it is only a reason to look.
 * What is to be noticed is looked at after this was made, and again after each sleep.
 */
export class WatchedName {
  readonly #watcher: FSWatcher | undefined;
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.#watcher = watchOf(path, () => {
      this.#isChanged = true;
      this.#wake?.();
    });
  }

  /** Whether changes are told, of this machine's processes. */
  get isWatched(): boolean {
    return this.#watcher !== undefined;
  }

  /** Until the name changes or has changed since the last sleep, `ms` are over, or the signal aborts. */
  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isChanged) await pause(ms, signal, (wake) => (this.#wake = wake));
    this.#isChanged = false;
  }

  close(): void {
    this.#watcher?.close();
  }
}

function watchOf(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    if (process.platform === "win32" || isRemote(dirname(path))) return undefined;
    // The sleeper's timer keeps the process alive, the watch does not.
    return watch(path, { persistent: false }, onChange).on("error", () => {});
  } catch {
    return undefined; // gone already, or no watches left
  }
}

/** Resolves after `ms`, as soon as the signal aborts, or when what `onStart` was given is called. */
export function pause(
  ms: number,
  signal: AbortSignal | undefined,
  onStart?: (wake: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
    onStart?.(end);
  });
}
