// A worker thread that takes a lease of its own.
import { parentPort, workerData } from "node:worker_threads";
import { takeLease } from "../../dist/index.js";

parentPort.postMessage(takeLease(workerData).name);
setInterval(() => {}, 1000);
