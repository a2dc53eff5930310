import { parentPort } from "node:worker_threads";
import { readWheelManifest, type WheelManifest } from "@murre/cache";
import { giveBack } from "@murre/wheel";
import {
  claim,
  claimedBy,
  FileLinker,
  LinkingAborted,
  linkTask,
  shared,
  type LinkCounts,
  type LinkMode,
  type SharedNumbers,
  type TransferredTask,
} from "./link-task.ts";

/** What a link worker is sent: its whole share, so that it answers once. */
export interface LinkShare {
  readonly tasks: readonly TransferredTask[];
  readonly mode: LinkMode;
  /** A task is done by who claims it: what this worker has not come to, the thread that waits for it may have done meanwhile. */
  readonly claims: Int32Array;
  readonly numbers: SharedNumbers;
}

export type LinkAnswer =
  | ({ readonly ok: true } & LinkCounts)
  | { readonly ok: false; readonly code: string; readonly message: string; readonly path: string };

const port = parentPort;
if (port === null) throw new Error("link-worker.js runs as a worker thread");

port.on("message", ({ tasks, mode, claims, numbers }: LinkShare) => {
  const linker = new FileLinker(mode, numbers);
  const manifestOf = lastManifest();
  try {
    for (const task of tasks)
      if (claim(claims, task.number, claimedBy.worker)) run(task, manifestOf(task), linker, numbers);
    port.postMessage({ ok: true, ...linker.counts } satisfies LinkAnswer);
  } catch (error) {
    const { code = "EUNKNOWN", message, path = "", dest } = error as NodeJS.ErrnoException & { dest?: string };
    port.postMessage({ ok: false, code, message, path: dest ?? path } satisfies LinkAnswer);
  }
});

/** Parts of one wheel come one after the other: its manifest is read once. */
function lastManifest(): (task: TransferredTask) => WheelManifest {
  let last: { readonly filesFolder: string; readonly manifest: WheelManifest } | undefined;
  return ({ filesFolder }) => {
    if (last?.filesFolder !== filesFolder) last = { filesFolder, manifest: readWheelManifest({ filesFolder }) };
    return last.manifest;
  };
}

function run(task: TransferredTask, manifest: WheelManifest, linker: FileLinker, numbers: SharedNumbers): void {
  const work = linkTask(task, manifest, linker);
  while (work.next().done !== true)
    if (Atomics.load(numbers, shared.aborted) !== 0) throw new LinkingAborted("aborted");
  // They came with the message, for this thread alone.
  for (const { content } of task.generated) giveBack(content);
}
