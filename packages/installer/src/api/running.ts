import { setMaxListeners } from "node:events";
import { OperationsClosed } from "../errors.ts";
import type { InstallerEvent, OnEvent } from "./events.ts";
import type { OperationContext } from "./operations.ts";

/** What is under way, so that it can be ended as a whole. */
export class RunningOperations {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #isClosed = false;

  /**
   * Runs an operation with a signal of its own, which is aborted by the caller's and by {@link close}, and with a listener that cannot make it
   * fail. A caller's signal that lasts for thousands of operations is listened to by those that run.
   * @throws {OperationsClosed} and what `work` throws
   */
  async run<Options extends OperationContext, Result>(
    options: Options,
    work: (options: Options) => Promise<Result>,
  ): Promise<Result> {
    if (this.#isClosed) throw new OperationsClosed();
    const { signal, onEvent } = options;
    signal?.throwIfAborted();
    const controller = new AbortController();
    // Hundreds of downloads listen to one signal: that is no leak.
    setMaxListeners(0, controller.signal);
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const result = work({
      ...options,
      signal: controller.signal,
      ...(onEvent === undefined ? {} : { onEvent: harmless(onEvent) }),
    });
    this.#running.set(controller, result);
    try {
      return await result;
    } finally {
      this.#running.delete(controller);
      signal?.removeEventListener("abort", abort);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#running];
    for (const [controller] of running) controller.abort(new OperationsClosed());
    await Promise.allSettled(running.map(([, result]) => result));
  }
}

/**
 * A listener looks on: what it throws, or what the promise of an asynchronous one is rejected with, is a warning of the process, once, and
 * neither ends a change nor makes a failure of one that is done.
 */
function harmless(onEvent: OnEvent): OnEvent {
  let isTold = false;
  const tell = (error: unknown) => {
    if (isTold) return;
    isTold = true;
    const message = `a listener of events failed, and the operation goes on: ${String(error)}`;
    const detail = error instanceof Error ? { detail: error.stack ?? "" } : {};
    process.emitWarning(message, { type: "MurreWarning", code: "MURRE_WARNING_LISTENER", ...detail });
  };
  return (event: InstallerEvent) => {
    try {
      const answer: unknown = onEvent(event);
      if (answer instanceof Promise) answer.catch(tell);
    } catch (error) {
      tell(error);
    }
  };
}
