import { parentPort, workerData } from "node:worker_threads";
import { cacheLayout } from "../folder/layout.ts";
import { runVerifyJob, type VerifyJob } from "./verify-entry.ts";

const port = parentPort;
if (port === null) throw new Error("verify-worker.js runs as a worker thread");

const layout = cacheLayout(workerData as string);
port.on("message", (job: VerifyJob) => port.postMessage(runVerifyJob(layout, job)));
