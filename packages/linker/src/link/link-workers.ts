import { Worker } from "node:worker_threads";
import type { LinkAnswer, LinkShare } from "./link-worker.ts";

/** Worker threads that place files. Start them early: they load while the plan is made. */
export interface LinkWorkers {
  readonly count: number;
  /** Runs one share on a worker. Rejects when the thread ends before it answers. */
  run(worker: number, share: LinkShare): Promise<LinkAnswer>;
  close(): void;
}

const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/link/link-worker.js" : "./link-worker.js",
  import.meta.url,
);

/** Manifests die young, but only a collection gives their bytes back: a small young generation has one before tens of megabytes wait. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

export function startLinkWorkers(count: number): LinkWorkers {
  const failures = new Map<Worker, Error>();
  const workers = Array.from({ length: count }, () => {
    // Node's own flags of the host program (`--input-type`, `--eval`) are not for a worker.
    const worker = new Worker(workerFile, { execArgv: [], resourceLimits });
    worker.unref();
    // A thread may fail before it is given anything: without a listener that would end the process.
    worker.on("error", (error: Error) => failures.set(worker, error));
    return worker;
  });
  return {
    count,
    run(index, share) {
      const worker = workers[index];
      if (worker === undefined) return Promise.reject(new RangeError(`there is no link worker ${index}`));
      const failure = failures.get(worker);
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise<LinkAnswer>((resolve, reject) => {
        const ended = (code: number) => reject(new Error(`a link worker ended with code ${code} before it answered`));
        worker.ref();
        worker.once("error", reject);
        worker.once("exit", ended);
        worker.once("message", (answer: LinkAnswer) => {
          worker.off("error", reject);
          worker.off("exit", ended);
          worker.unref();
          resolve(answer);
        });
        worker.postMessage(share);
      });
    },
    close() {
      for (const worker of workers) void worker.terminate();
    },
  };
}
