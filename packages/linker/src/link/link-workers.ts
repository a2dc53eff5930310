import { beginSpan, type EndOfSpan } from "@murre/files";
import { Worker } from "node:worker_threads";
import type { LinkAnswer, LinkShare } from "./link-worker.ts";

/** Worker threads that place files. Start them early: they load while the plan is made. */
export interface LinkWorkers {
  readonly count: number;
  /** Runs one share on a worker. Rejects when the thread has ended, or ends before it answers. */
  run(worker: number, share: LinkShare): Promise<LinkAnswer>;
  /** Ends the threads. A share that has no answer yet gets none: whoever waits for it hears so when its thread has ended. */
  close(): void;
}

const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/link/link-worker.js" : "./link-worker.js",
  import.meta.url,
);

/** Manifests die young, but only a collection gives their bytes back: a small young generation has one before tens of megabytes wait. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

export function startLinkWorkers(count: number): LinkWorkers {
  const workers = Array.from({ length: count }, () => new LinkWorker());
  return {
    count,
    run(index, share) {
      const worker = workers[index];
      if (worker === undefined) return Promise.reject(new RangeError(`there is no link worker ${index}`));
      return worker.run(share);
    },
    close() {
      for (const worker of workers) worker.close();
    },
  };
}

/** Whoever waits for the answer to a share. */
interface Waiter {
  readonly resolve: (answer: LinkAnswer) => void;
  readonly reject: (reason: Error) => void;
  readonly endSpan: EndOfSpan;
}

/** One thread, which does one share after the other. */
class LinkWorker {
  // Node's own flags of the host program (`--input-type`, `--eval`) are not for a worker.
  readonly #thread = new Worker(workerFile, { execArgv: [], resourceLimits });
  /** In the order of the shares. */
  readonly #waiters: Waiter[] = [];
  #failure: Error | undefined;
  #isClosed = false;

  constructor() {
    this.#thread.unref();
    // A thread may fail before it is given anything: without a listener that would end the process.
    this.#thread.on("error", (error: Error) => (this.#failure = error));
    this.#thread.on("exit", (code) => {
      this.#failure ??= new Error(`a link worker ended with code ${code} before it answered`);
      for (const { reject, endSpan } of this.#waiters.splice(0)) {
        endSpan();
        reject(this.#failure);
      }
    });
    this.#thread.on("message", (answer: LinkAnswer) => {
      // What it answered before it noticed that it was ended comes before "exit": whether it is in time would be chance.
      if (!this.#isClosed) this.#take()?.resolve(answer);
    });
  }

  run(share: LinkShare): Promise<LinkAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#thread.postMessage(share);
      this.#thread.ref();
      const details = { distributions: share.tasks.length };
      const endSpan = beginSpan("link", "a share of the files", { thread: this.#thread.threadId, details });
      this.#waiters.push({ resolve, reject, endSpan });
    });
  }

  close(): void {
    this.#isClosed = true;
    void this.#thread.terminate();
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiters.shift();
    waiter?.endSpan();
    if (this.#waiters.length === 0) this.#thread.unref();
    return waiter;
  }
}
