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
  makeFoldersOf,
  shared,
  transferable,
  type LinkCounts,
  type LinkMode,
  type SharedNumbers,
  type WheelPart,
} from "./link-task.ts";
import type { LinkAnswer } from "./link-worker.ts";
import type { LinkWorkers } from "./link-workers.ts";

/** A task or a part of one, and which of all it is. */
interface Piece {
  readonly task: LinkTask;
  readonly number: number;
  readonly files: number;
  readonly part?: WheelPart;
}

/**
 * Places the files of all tasks, in this thread and in the workers. Each has a share by the number of files, the largest pieces first; when this
 * thread has done its own, it takes what the workers have not come to, from the end. So it waits for no thread that still loads.
 */
export async function linkAll(
  { tasks, generated }: ChangePlan,
  staged: (target: string) => string,
  mode: LinkMode,
  workers: LinkWorkers | undefined,
  numbers: SharedNumbers,
): Promise<LinkCounts> {
  const ofWheel = new Map<string, GeneratedFile[]>(tasks.map(({ name }) => [name, []]));
  for (const file of generated) ofWheel.get(file.wheel)?.push(file);
  const threads = 1 + (workers?.count ?? 0);
  const pieces = cut(tasks, threads);
  // The first part of a wheel has its generated files.
  const packed = ({ task, number, part }: Piece) =>
    transferable(task, number, (part?.from ?? 0) === 0 ? (ofWheel.get(task.name) ?? []) : [], staged, part);
  const turns = new Turns(numbers);
  for (const { part, ...piece } of pieces)
    if (part?.from === 0) await turns.run(makeFoldersOf(packed(piece), piece.task.entry.manifest));
  const [own = [], ...others] = shareOut(pieces, threads);
  const claims = new Int32Array(new SharedArrayBuffer(4 * pieces.length));
  const linker = new FileLinker(mode, numbers);
  const answers = others.map((share, worker) =>
    workers === undefined || share.length === 0
      ? undefined
      : workers.run(worker, { tasks: share.map(packed), mode, claims, numbers }),
  );
  for (const answer of answers) answer?.catch(() => {}); // what nobody waits for may fail
  const left = [...own, ...others.flatMap((share) => share.toReversed())];
  try {
    for (const piece of left) {
      if (!claim(claims, piece.number, claimedBy.caller)) continue;
      const end = beginSpan("link", piece.task.name);
      await turns.run(linkTask(packed(piece), piece.task.entry.manifest, linker));
      end();
    }
  } catch (error) {
    Atomics.store(numbers, shared.aborted, 1);
    for (const { number } of left) claim(claims, number, claimedBy.caller);
    await Promise.allSettled(busy(others, answers, claims));
    throw error;
  }
  return sum([{ ok: true, ...linker.counts }, ...(await Promise.all(busy(others, answers, claims)))], numbers);
}

/** Fewer files than this are no part of their own: a part costs a message, and its thread the reading of the manifest. */
const fewestFiles = 1000;

/** Wheels that are so large that threads would wait for each other are cut between folders. */
function cut(tasks: readonly LinkTask[], threads: number): Piece[] {
  const all = tasks.reduce((files, { entry }) => files + entry.manifest.head.fileCount, 0);
  const most = threads === 1 ? Infinity : Math.max(fewestFiles, Math.ceil(all / threads / 4));
  const pieces: Omit<Piece, "number">[] = [];
  for (const task of tasks) {
    const { head, directories } = task.entry.manifest;
    if (head.fileCount <= most) {
      pieces.push({ task, files: head.fileCount });
      continue;
    }
    let from = 0;
    let files = 0;
    for (const [index, { fileCount }] of directories.entries()) {
      files += fileCount;
      const to = index + 1;
      if (files < most && to < directories.length) continue;
      pieces.push({ task, files, part: { from, to } });
      from = to;
      files = 0;
    }
  }
  return pieces.map((piece, number) => ({ ...piece, number }));
}

/** So long nothing else of this thread runs: no signal is heard, and nothing is drawn. */
const longestTurnMs = 20;

/** Work of this thread that lets others have turns, and ends when the operation is aborted. */
class Turns {
  readonly #numbers: SharedNumbers;
  #since = performance.now();

  constructor(numbers: SharedNumbers) {
    this.#numbers = numbers;
  }

  async run(work: Generator<void, void>): Promise<void> {
    while (work.next().done !== true) {
      if (performance.now() - this.#since > longestTurnMs) {
        await letOthersRun();
        this.#since = performance.now();
      }
      if (Atomics.load(this.#numbers, shared.aborted) !== 0) throw new LinkingAborted("aborted");
    }
  }
}

/** The answers of those workers that have done something, or still do. */
function busy(
  shares: readonly (readonly Piece[])[],
  answers: readonly (Promise<LinkAnswer> | undefined)[],
  claims: Int32Array,
): Promise<LinkAnswer>[] {
  return answers.flatMap((answer, worker) => {
    const isBusy = shares[worker]?.some(({ number }) => Atomics.load(claims, number) === claimedBy.worker);
    return answer !== undefined && isBusy === true ? [answer] : [];
  });
}

function sum(answers: readonly LinkAnswer[], numbers: SharedNumbers): LinkCounts {
  const total = { cloned: 0, linked: 0, copied: 0 };
  for (const answer of answers) {
    if (Atomics.load(numbers, shared.aborted) !== 0) throw new LinkingAborted("aborted");
    if (!answer.ok) throw new LinkFailed(answer.path, answer.message);
    total.cloned += answer.cloned;
    total.linked += answer.linked;
    total.copied += answer.copied;
  }
  return total;
}

function shareOut(pieces: readonly Piece[], count: number): Piece[][] {
  const shares = Array.from({ length: count }, () => ({ files: 0, pieces: [] as Piece[] }));
  for (const piece of pieces.toSorted((a, b) => b.files - a.files)) {
    const share = shares.reduce((least, other) => (other.files < least.files ? other : least));
    share.files += piece.files;
    share.pieces.push(piece);
  }
  return shares.map((share) => share.pieces);
}
