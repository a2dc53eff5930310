import { parentPort } from "node:worker_threads";
import { giveBack } from "@murre/wheel";
import { FileLinker, runLinkTask, type LinkCounts, type LinkMode, type TransferredTask } from "./link-task.ts";

/** What a link worker is sent: its whole share, so that it answers once. */
export interface LinkShare {
  readonly tasks: readonly TransferredTask[];
  readonly mode: LinkMode;
  /** Its first number becomes 1 when the operation is aborted: a thread in a loop of system calls hears no message. */
  readonly aborted: Int32Array;
}

export type LinkAnswer =
  | ({ readonly ok: true } & LinkCounts)
  | { readonly ok: false; readonly code: string; readonly message: string; readonly path: string };

const port = parentPort;
if (port === null) throw new Error("link-worker.js runs as a worker thread");

port.on("message", ({ tasks, mode, aborted }: LinkShare) => {
  const linker = new FileLinker(mode);
  try {
    for (const task of tasks) {
      runLinkTask(task, linker, () => Atomics.load(aborted, 0) !== 0);
      // They came with the message, for this thread alone.
      for (const { content } of task.generated) giveBack(content);
    }
    port.postMessage({ ok: true, ...linker.counts } satisfies LinkAnswer);
  } catch (error) {
    const { code = "EUNKNOWN", message, path = "", dest } = error as NodeJS.ErrnoException & { dest?: string };
    port.postMessage({ ok: false, code, message, path: dest ?? path } satisfies LinkAnswer);
  }
});
