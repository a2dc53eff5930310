import { parentPort } from "node:worker_threads";
import { runLinkTask, type LinkCounts, type LinkMode, type TransferredTask } from "./link-task.ts";

/** What a link worker is sent: its whole share, so that it answers once. */
export interface LinkShare {
  readonly tasks: readonly TransferredTask[];
  readonly mode: LinkMode;
}

export type LinkAnswer =
  | ({ readonly ok: true } & LinkCounts)
  | { readonly ok: false; readonly code: string; readonly message: string; readonly path: string };

const port = parentPort;
if (port === null) throw new Error("link-worker.js runs as a worker thread");

port.on("message", ({ tasks, mode }: LinkShare) => {
  let linked = 0;
  let copied = 0;
  try {
    for (const task of tasks) {
      const counts = runLinkTask(task, mode);
      linked += counts.linked;
      copied += counts.copied;
    }
    port.postMessage({ ok: true, linked, copied } satisfies LinkAnswer);
  } catch (error) {
    const { code = "EUNKNOWN", message, path = "", dest } = error as NodeJS.ErrnoException & { dest?: string };
    port.postMessage({ ok: false, code, message, path: dest ?? path } satisfies LinkAnswer);
  }
});
