import { availableParallelism } from "node:os";
import { UnpackPool, type UnpackJob } from "./unpack-pool.ts";
import type { UnpackedWheel } from "../inspect/unpacked-wheel.ts";

export interface UnpackerOptions {
  /** Threads at most; default: one for each processor, up to 8. With 0 the calling thread does the work. */
  readonly workers?: number;
}

export interface Unpacker extends AsyncDisposable {
  /**
   * Unpacks one wheel. Of several that wait, the largest goes first, so that no thread is left alone with it at the end.
   * @throws an error of this package, or the signal's reason; the promise settles when nothing writes any more, and the
   * destination may then hold some of the files.
   */
  unpack(job: UnpackJob): Promise<UnpackedWheel>;
  /** Ends the threads; jobs that are not done reject with {@link UnpackWorkerLost}. */
  close(): Promise<void>;
}

const workerFile = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/unpack/unpack-worker.js" : "./unpack-worker.js",
  import.meta.url,
);

/** A pool of threads that unpack wheels. They start when there is work and do not keep the process alive when idle. */
export function createUnpacker(options: UnpackerOptions = {}): Unpacker {
  const pool = new UnpackPool(options.workers ?? Math.min(8, availableParallelism()), workerFile);
  return { unpack: (job) => pool.unpack(job), close: () => pool.close(), [Symbol.asyncDispose]: () => pool.close() };
}
