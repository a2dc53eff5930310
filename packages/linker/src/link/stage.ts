import { errorCode } from "@murre/files";
import { linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { LinkFailed } from "../errors.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import { linkAll } from "./link-all.ts";
import { FileLinker, shared, type LinkCounts, type LinkMode } from "./link-task.ts";
import type { LinkWorkers } from "./link-workers.ts";
import type { StageLayout } from "./stage-layout.ts";

export interface StageOptions {
  readonly mode: LinkMode;
  /** They do a part; without them, everything runs in the calling thread. */
  readonly workers: LinkWorkers | undefined;
  readonly signal: AbortSignal | undefined;
  /** Is told now and then how many files are placed. */
  readonly onPlaced?: ((files: number) => void) | undefined;
}

const toldEveryMs = 100;

/**
 * Makes everything that the plan places, in the executor's folders: nothing of it can be seen from outside.
 * @param folders the executor's folder of each place; they exist
 * @throws {LinkFailed} when the file system refuses; the signal's reason when it is aborted. The environment is as it was then.
 */
export async function stageChange(
  plan: ChangePlan,
  layout: StageLayout,
  folders: readonly string[],
  options: StageOptions,
): Promise<LinkCounts> {
  const staged = (target: string): string => {
    const { at, path } = layout.of(target);
    return `${folders[at]}/${path}`;
  };
  const { signal, workers, mode, onPlaced } = options;
  const numbers = new Int32Array(new SharedArrayBuffer(8));
  const abort = () => void Atomics.store(numbers, shared.aborted, 1);
  signal?.addEventListener("abort", abort, { once: true });
  const telling = onPlaced && setInterval(() => onPlaced(Atomics.load(numbers, shared.placed)), toldEveryMs).unref();
  try {
    makeFolders(plan.scaffold, layout, folders);
    for (const { from, target, executable } of plan.copies)
      if (typeof from === "string") linkTree(from, staged(target));
      else writeFileSync(staged(target), from, { flag: "wx", mode: executable === true ? 0o777 : 0o666 });
    return await linkAll(plan, staged, mode, workers, numbers);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LinkFailed) throw error;
    const { code, message, path = "", dest } = error as NodeJS.ErrnoException & { dest?: string };
    throw new LinkFailed(dest ?? path, code ?? message, { cause: error });
  } finally {
    clearInterval(telling);
    signal?.removeEventListener("abort", abort);
  }
}

/** The folders that several tasks use, or that stand in the environment, each once. */
function makeFolders(scaffold: readonly string[], layout: StageLayout, folders: readonly string[]): void {
  const made = new Set<string>();
  for (const folder of scaffold)
    for (const { at, path } of layout.chain(folder)) {
      const staged = `${folders[at]}/${path}`;
      if (made.has(staged)) continue;
      mkdirSync(staged);
      made.add(staged);
    }
}

/** What stands in the environment already and comes back, or is kept under another name: the same inodes, in folders of the stage. */
function linkTree(from: string, to: string): void {
  const stats = lstatSync(from);
  if (stats.isDirectory()) {
    mkdirSync(to, { mode: stats.mode });
    for (const name of readdirSync(from)) linkTree(`${from}/${name}`, `${to}/${name}`);
  } else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else linkOrCopy(from, to);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw error;
    new FileLinker("copy").link(from, to);
  }
}
