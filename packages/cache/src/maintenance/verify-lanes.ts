import { once } from "node:events";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { setImmediate as letOthersRun } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { CacheLayout } from "../folder/layout.ts";
import { runVerifyJob, type VerifyFindings, type VerifyJob } from "./verify-entry.ts";

/** Who does one job after the other: a thread, or the calling one. */
export interface Lanes {
  /** Whether jobs are done in threads of their own. */
  readonly areThreads: boolean;
  /** Does all jobs, as many at a time as there are lanes. @throws the signal's reason */
  run(jobs: readonly VerifyJob[], onDone: (findings: VerifyFindings) => void): Promise<void>;
  close(): void;
}

type Lane = (job: VerifyJob) => Promise<VerifyFindings>;

/** More read from one disk at once do not read faster. */
const mostThreads = 4;

const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/maintenance/verify-worker.js" : "./verify-worker.js",
  import.meta.url,
);

/** In the calling thread; between two jobs others run. */
export function ownLane(layout: CacheLayout, signal: AbortSignal | undefined): Lanes {
  return lanes(false, [inThisThread(layout)], signal, () => {});
}

export function threadLanes(layout: CacheLayout, signal: AbortSignal | undefined): Lanes {
  const threads = Array.from(
    { length: Math.min(mostThreads, availableParallelism()) },
    () => new Worker(workerFile, { execArgv: [], workerData: dirname(layout.root) }),
  );
  // A thread in a loop of system calls hears nothing: it is ended, and holds nothing that would have to be given back.
  const end = () => void Promise.all(threads.map((thread) => thread.terminate()));
  signal?.addEventListener("abort", end, { once: true });
  const close = () => {
    signal?.removeEventListener("abort", end);
    end();
  };
  return lanes(
    true,
    threads.map((thread) => inThread(thread, inThisThread(layout), signal)),
    signal,
    close,
  );
}

function lanes(areThreads: boolean, all: readonly Lane[], signal: AbortSignal | undefined, close: () => void): Lanes {
  return {
    areThreads,
    close,
    async run(jobs, onDone) {
      let next = 0;
      const drain = async (lane: Lane): Promise<void> => {
        for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
          signal?.throwIfAborted();
          onDone(await lane(job));
        }
      };
      await Promise.all(all.map(drain));
      signal?.throwIfAborted();
    },
  };
}

const inThisThread =
  (layout: CacheLayout): Lane =>
  async (job) => {
    await letOthersRun();
    return runVerifyJob(layout, job);
  };

/** What a thread that ended (or could not be started) leaves undone is done here. */
function inThread(thread: Worker, here: Lane, signal: AbortSignal | undefined): Lane {
  const ended = new AbortController();
  thread.on("error", () => ended.abort());
  thread.on("exit", () => ended.abort());
  return async (job) => {
    try {
      ended.signal.throwIfAborted();
      thread.postMessage(job);
      const [findings] = await once(thread, "message", { signal: ended.signal });
      return findings as VerifyFindings;
    } catch {
      signal?.throwIfAborted();
      return here(job);
    }
  };
}
