import { beginSpan, type EndOfSpan } from "@murre/files";
import { statSync } from "node:fs";
import { basename } from "node:path";
import { Worker } from "node:worker_threads";
import { wheelError } from "../errors.ts";
import { unpackArchive, type UnpackTask } from "./unpack-archive.ts";
import type { KnownArchive } from "../archive/archive-hashes.ts";
import type { UnpackLimits } from "../archive/unpack-limits.ts";
import type { UnpackedWheel } from "../inspect/unpacked-wheel.ts";
import { openReply, Stopped, stopCheck, type WorkerReply, type WorkerRequest } from "./worker-messages.ts";

/** One wheel to unpack. */
export interface UnpackJob {
  readonly wheelPath: string;
  /** The archive itself, where it lies in no file; nothing is read at the path then. They are handed to a thread, and are not to be used afterwards. */
  readonly bytes?: Uint8Array;
  /** An existing empty folder; it is never made, so that one which was taken away stays away. */
  readonly destination: string;
  /** The wheel's filename, where the path has another one. */
  readonly filename?: string;
  /** Algorithm → digest of the archive in hexadecimal; all of them must be right. */
  readonly expectedHashes?: Readonly<Record<string, string>>;
  /** What is known of the archive by who wrote it, so that it is not read once more to be hashed. */
  readonly known?: KnownArchive;
  /** Default: `process.platform`. */
  readonly platform?: string;
  readonly limits?: Partial<UnpackLimits>;
  readonly signal?: AbortSignal;
}

interface QueuedJob {
  readonly task: UnpackTask;
  readonly archiveBytes: number;
  readonly stop: Int32Array;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (wheel: UnpackedWheel) => void;
  readonly reject: (reason: unknown) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  job: QueuedJob | undefined;
  endSpan: EndOfSpan | undefined;
}

function lost(job: QueuedJob, text: string, cause?: unknown): Error {
  return wheelError(job.task.filename, [{ code: "MURRE_UNPACK_WORKER_LOST", text }], { cause });
}

const traced = ({ task, archiveBytes }: QueuedJob, thread?: number): EndOfSpan =>
  beginSpan("unpack", task.filename, { thread, details: { archiveBytes } });

/** Data of members dies young, but only a collection gives it back: a small young generation has one before tens of megabytes wait. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

/** Jobs in a queue, largest first, and the threads that take them. */
export class UnpackPool {
  readonly #size: number;
  readonly #workerFile: URL;
  readonly #workers = new Set<PoolWorker>();
  /** Smallest first: the next job is the last one. */
  readonly #queue: QueuedJob[] = [];
  #closed = false;
  #workingHere = false;

  /** @param size threads at most; with 0 the calling thread does the work */
  constructor(size: number, workerFile: URL) {
    this.#size = size;
    this.#workerFile = workerFile;
  }

  unpack(job: UnpackJob): Promise<UnpackedWheel> {
    const task: UnpackTask = {
      wheelPath: job.wheelPath,
      bytes: job.bytes,
      destination: job.destination,
      filename: job.filename ?? basename(job.wheelPath),
      expectedHashes: job.expectedHashes ?? {},
      known: job.known,
      platform: job.platform ?? process.platform,
      limits: job.limits ?? {},
    };
    return new Promise((resolve, reject) => {
      const stop = new Int32Array(new SharedArrayBuffer(4));
      const archiveBytes = job.bytes?.length ?? statSync(job.wheelPath, { throwIfNoEntry: false })?.size ?? 0;
      const queued: QueuedJob = { task, archiveBytes, stop, signal: job.signal, resolve, reject };
      if (this.#closed) return reject(lost(queued, "was given to an unpacker that is closed"));
      if (job.signal?.aborted === true) return reject(job.signal.reason);
      this.#listen(queued);
      const larger = this.#queue.findIndex((other) => other.archiveBytes > archiveBytes);
      this.#queue.splice(larger === -1 ? this.#queue.length : larger, 0, queued);
      // Jobs that come in one go are all in the queue before the first one leaves it.
      queueMicrotask(() => this.#dispatch());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(lost(job, "was still waiting when the unpacker was closed"));
    await Promise.all([...this.#workers].map((worker) => worker.thread.terminate()));
  }

  #listen(job: QueuedJob): void {
    const onAbort = () => {
      const waiting = this.#queue.indexOf(job);
      if (waiting === -1) return void Atomics.store(job.stop, 0, 1);
      this.#queue.splice(waiting, 1);
      job.reject(job.signal?.reason);
    };
    job.signal?.addEventListener("abort", onAbort, { once: true });
  }

  #dispatch(): void {
    if (this.#size === 0) return void this.#workHere();
    while (this.#queue.length > 0) {
      const worker = [...this.#workers].find((candidate) => !candidate.job) ?? this.#spawn();
      if (!worker) return;
      const job = this.#queue.pop()!;
      try {
        worker.thread.postMessage({ task: job.task, stop: job.stop } satisfies WorkerRequest);
      } catch (error) {
        // Nobody else hears of it here: it would end the process.
        job.reject(lost(job, "cannot be given to a worker thread", error));
        continue;
      }
      worker.job = job;
      worker.endSpan = traced(job, worker.thread.threadId);
      worker.thread.ref();
    }
  }

  async #workHere(): Promise<void> {
    if (this.#workingHere) return;
    this.#workingHere = true;
    for (let job = this.#queue.pop(); job; job = this.#queue.pop()) {
      const end = traced(job);
      try {
        job.resolve(await unpackArchive(job.task, stopCheck(job.stop)));
      } catch (error) {
        job.reject(error instanceof Stopped ? job.signal?.reason : error);
      } finally {
        end();
      }
    }
    this.#workingHere = false;
  }

  #spawn(): PoolWorker | undefined {
    if (this.#workers.size >= this.#size) return undefined;
    // The flags of the calling process are not for a worker: some of them, such as --input-type, end it at once.
    const worker: PoolWorker = {
      thread: new Worker(this.#workerFile, { execArgv: [], resourceLimits }),
      job: undefined,
      endSpan: undefined,
    };
    let cause: unknown;
    worker.thread.on("message", (reply: WorkerReply) => this.#finish(worker, reply));
    worker.thread.on("error", (error) => (cause = error));
    worker.thread.on("exit", () => this.#bury(worker, cause));
    this.#workers.add(worker);
    return worker;
  }

  #finish(worker: PoolWorker, reply: WorkerReply): void {
    const job = worker.job;
    worker.job = undefined;
    worker.endSpan?.();
    // A thread that is being ended keeps the process until it has: an answer may come after close() began to wait for it.
    if (!this.#closed) worker.thread.unref();
    this.#dispatch();
    if (!job) return;
    try {
      job.resolve(openReply(reply, job.signal?.reason));
    } catch (error) {
      job.reject(error);
    }
  }

  /** A thread has ended, by itself or by {@link close}: its job is lost, and the next job gets a new one. */
  #bury(worker: PoolWorker, cause: unknown): void {
    this.#workers.delete(worker);
    worker.endSpan?.();
    const text = this.#closed
      ? "was being unpacked when the unpacker was closed"
      : "was being unpacked when its worker thread ended; try again";
    if (worker.job) worker.job.reject(lost(worker.job, text, cause));
    this.#dispatch();
  }
}
