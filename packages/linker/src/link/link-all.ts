import { beginSpan } from "@murre/files";
import { setImmediate as letOthersRun } from "node:timers/promises";
import { LinkFailed } from "../errors.ts";
import type { ChangePlan, GeneratedFile, LinkTask } from "../plan/change-plan.ts";
import {
  claim,
  claimedBy,
  FileLinker,
  LinkingAborted,
  linkTask,
  transferable,
  type LinkCounts,
  type LinkMode,
  type TransferredTask,
} from "./link-task.ts";
import type { LinkAnswer } from "./link-worker.ts";
import type { LinkWorkers } from "./link-workers.ts";

/** A task, and which of all it is. */
interface Numbered {
  readonly task: LinkTask;
  readonly number: number;
}

/**
 * Places the files of all tasks, in this thread and in the workers. Each has a share by the number of files, the largest tasks first; when this
 * thread has done its own, it takes what the workers have not come to, from the end. So it waits for no thread that still loads.
 */
export async function linkAll(
  { tasks, generated }: ChangePlan,
  staged: (target: string) => string,
  mode: LinkMode,
  workers: LinkWorkers | undefined,
  aborted: Int32Array,
): Promise<LinkCounts> {
  const ofWheel = new Map<string, GeneratedFile[]>(tasks.map(({ name }) => [name, []]));
  for (const file of generated) ofWheel.get(file.wheel)?.push(file);
  const packed = ({ task, number }: Numbered) => transferable(task, number, ofWheel.get(task.name) ?? [], staged);
  const [own = [], ...others] = shareOut(tasks, 1 + (workers?.count ?? 0));
  const claims = new Int32Array(new SharedArrayBuffer(4 * tasks.length));
  const linker = new FileLinker(mode);
  const answers = others.map((share, worker) =>
    workers === undefined || share.length === 0
      ? undefined
      : workers.run(worker, { tasks: share.map(packed), mode, claims, aborted }),
  );
  for (const answer of answers) answer?.catch(() => {}); // what nobody waits for may fail
  const left = [...own, ...others.flatMap((share) => share.toReversed())];
  try {
    await linkHere(left, packed, linker, claims, aborted);
  } catch (error) {
    Atomics.store(aborted, 0, 1);
    for (const { number } of left) claim(claims, number, claimedBy.caller);
    await Promise.allSettled(busy(others, answers, claims));
    throw error;
  }
  return sum([{ ok: true, ...linker.counts }, ...(await Promise.all(busy(others, answers, claims)))], aborted);
}

/** So long nothing else of this thread runs: no signal is heard, and nothing is drawn. */
const longestTurnMs = 20;

async function linkHere(
  tasks: readonly Numbered[],
  packed: (task: Numbered) => TransferredTask,
  linker: FileLinker,
  claims: Int32Array,
  aborted: Int32Array,
): Promise<void> {
  let turn = performance.now();
  for (const one of tasks) {
    if (!claim(claims, one.number, claimedBy.caller)) continue;
    const work = linkTask(packed(one), one.task.entry.manifest, linker);
    const end = beginSpan("link", one.task.name);
    while (work.next().done !== true) {
      if (performance.now() - turn > longestTurnMs) {
        await letOthersRun();
        turn = performance.now();
      }
      if (Atomics.load(aborted, 0) !== 0) throw new LinkingAborted("aborted");
    }
    end();
  }
}

/** The answers of those workers that have done something, or still do. */
function busy(
  shares: readonly (readonly Numbered[])[],
  answers: readonly (Promise<LinkAnswer> | undefined)[],
  claims: Int32Array,
): Promise<LinkAnswer>[] {
  return answers.flatMap((answer, worker) => {
    const isBusy = shares[worker]?.some(({ number }) => Atomics.load(claims, number) === claimedBy.worker);
    return answer !== undefined && isBusy === true ? [answer] : [];
  });
}

function sum(answers: readonly LinkAnswer[], aborted: Int32Array): LinkCounts {
  const total = { cloned: 0, linked: 0, copied: 0 };
  for (const answer of answers) {
    if (Atomics.load(aborted, 0) !== 0) throw new LinkingAborted("aborted");
    if (!answer.ok) throw new LinkFailed(answer.path, answer.message);
    total.cloned += answer.cloned;
    total.linked += answer.linked;
    total.copied += answer.copied;
  }
  return total;
}

function shareOut(tasks: readonly LinkTask[], count: number): Numbered[][] {
  const shares = Array.from({ length: count }, () => ({ files: 0, tasks: [] as Numbered[] }));
  const filesOf = ({ task }: Numbered) => task.entry.manifest.head.fileCount;
  const bySize = tasks.map((task, number) => ({ task, number })).toSorted((a, b) => filesOf(b) - filesOf(a));
  for (const one of bySize) {
    const share = shares.reduce((least, other) => (other.files < least.files ? other : least));
    share.files += filesOf(one);
    share.tasks.push(one);
  }
  return shares.map((share) => share.tasks);
}
