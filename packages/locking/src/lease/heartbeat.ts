import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** A heartbeat that runs for one lease. */
export interface Heartbeat {
  /** Ends it at once: the sign of life is removed before this returns. */
  stop(): void;
}

/** What the main thread and `heartbeat-worker` say to each other. */
export type HeartbeatRequest = { readonly start: string; readonly root: string } | { readonly stop: string };
export interface HeartbeatReply {
  readonly lost: string;
}

let worker: Worker | undefined;
const listeners = new Map<string, () => void>();

/** The name that a lease's heartbeat has, made and renewed by proper-lockfile: one owner, so its stale takeover never happens. */
export function heartbeatPath(root: string, lease: string): string {
  return join(root, "heartbeats", lease);
}

/**
 * Renews `<root>/heartbeats/<lease>` from a thread of its own, so that a main thread that computes for minutes does not look dead.
 * One thread serves all leases of the process and does not keep it alive.
 */
export function beatFor(root: string, lease: string, onLost: () => void): Heartbeat {
  listeners.set(lease, onLost);
  const started = (worker ??= startWorker());
  post(started, { start: lease, root });
  return {
    stop: () => {
      listeners.delete(lease);
      post(started, { stop: lease });
      try {
        // Here, because at the end of the process the worker gets no turn any more.
        rmdirSync(heartbeatPath(root, lease));
      } catch {
        // Not begun yet, or removed by a judge.
      }
    },
  };
}

function post(to: Worker, request: HeartbeatRequest): void {
  to.postMessage(request);
}

function startWorker(): Worker {
  const file = import.meta.url.endsWith(".ts") ? "../../dist/lease/heartbeat-worker.js" : "./heartbeat-worker.js";
  const started = new Worker(new URL(file, import.meta.url), { stdout: false, stderr: false, execArgv: [] });
  started.on("message", ({ lost }: HeartbeatReply) => listeners.get(lost)?.());
  // A thread that cannot run leaves the leases without a heartbeat: across hosts they may then be taken for dead, which validate() tells.
  started.on("error", () => {});
  started.on("exit", () => {
    if (worker === started) worker = undefined;
  });
  // After its listeners: one for messages keeps the process alive again.
  started.unref();
  return started;
}
