import type { WorkerOptions } from "node:worker_threads";

type Threads = typeof import("node:worker_threads");

/**
 * `node:worker_threads` as the bundle sees it. Its threads name a file beside the module that starts them (`./link-worker.js`), which is none of
 * a bundle: they are started from the text of that program. So they start wherever the bundle lies, also within another one.
 * @param programOf the text by the name of the file, without its ending
 */
export function ownThreads(threads: Threads, programOf: (name: string) => string): object {
  class OwnWorker extends threads.Worker {
    constructor(file: URL, options: WorkerOptions) {
      const name = file.pathname.slice(file.pathname.lastIndexOf("/") + 1, file.pathname.lastIndexOf("."));
      super(programOf(name), { ...options, eval: true });
    }
  }
  return { ...threads, Worker: OwnWorker };
}
