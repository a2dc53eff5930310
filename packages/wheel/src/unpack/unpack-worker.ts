// The program of a worker thread: one archive after the other, as they are asked for.
import { parentPort } from "node:worker_threads";
import { unpackArchive } from "./unpack-archive.ts";
import { packFailure, packReply, stopCheck, type WorkerReply, type WorkerRequest } from "./worker-messages.ts";

async function work({ task, stop }: WorkerRequest): Promise<WorkerReply> {
  try {
    return packReply(await unpackArchive(task, stopCheck(stop)));
  } catch (error) {
    return packFailure(error);
  }
}

parentPort?.on("message", (request: WorkerRequest) => {
  void work(request).then((reply) => parentPort?.postMessage(reply));
});
