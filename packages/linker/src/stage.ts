import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { LinkFailed } from "./errors.ts";
import type { GeneratedFile } from "./generated.ts";
import { runLinkTask, transferable, type LinkCounts, type LinkMode } from "./link-task.ts";
import type { LinkAnswer } from "./link-worker.ts";
import type { LinkWorkers } from "./link-workers.ts";
import type { ChangePlan, LinkTask } from "./plan.ts";
import { parentOf } from "./existing.ts";
import type { Removal } from "./removal.ts";

export interface ExecuteOptions {
  /** Default: "hardlink"; a file that cannot be linked is copied either way. */
  readonly mode?: LinkMode;
  /** Without workers, everything runs in the calling thread. */
  readonly workers?: LinkWorkers | undefined;
}

/**
 * Does what the plan says: removals, folders, then wheel by wheel the links and the generated files, each wheel's RECORD
 * after all of its other files.
 * @throws {LinkFailed} when the file system refuses.
 */
export async function executeChange(plan: ChangePlan, options: ExecuteOptions = {}): Promise<LinkCounts> {
  const { mode = "hardlink", workers } = options;
  try {
    const bytecodeFolders = plan.removals.flatMap(removeFiles);
    for (const folder of plan.sharedFolders) mkdirSync(folder, { recursive: true });
    const counts = await placeAll(plan, mode, workers);
    for (const folder of bytecodeFolders) removeIfEmpty(folder);
    for (const removal of plan.removals) removeEmptyFolders(removal);
    return counts;
  } catch (error) {
    if (error instanceof LinkFailed) throw error;
    const { code, message, path = "" } = error as NodeJS.ErrnoException;
    throw new LinkFailed(path, code ?? message, HALF_CHANGED, { cause: error });
  }
}

const HALF_CHANGED =
  "the environment is changed in part: remove the cause, make the environment anew and install again";

/** Shares the tasks out by their number of files, the largest first, and waits for all shares. */
async function placeAll(
  { tasks, generated }: ChangePlan,
  mode: LinkMode,
  workers: LinkWorkers | undefined,
): Promise<LinkCounts> {
  const total = { linked: 0, copied: 0 };
  const add = ({ linked, copied }: LinkCounts) => {
    total.linked += linked;
    total.copied += copied;
  };
  const ofWheel = new Map<string, GeneratedFile[]>(tasks.map(({ name }) => [name, []]));
  for (const file of generated) ofWheel.get(file.wheel)?.push(file);
  const packed = (task: LinkTask) => transferable(task, ofWheel.get(task.name) ?? []);
  if (workers === undefined || workers.count === 0) {
    for (const task of tasks) add(runLinkTask(packed(task), mode));
    return total;
  }
  const answers = await Promise.all(
    shareOut(tasks, workers.count).map((share, index): Promise<LinkAnswer> | LinkAnswer =>
      share.length === 0 ? { ok: true, linked: 0, copied: 0 } : workers.run(index, { tasks: share.map(packed), mode }),
    ),
  );
  for (const answer of answers) {
    if (!answer.ok) throw new LinkFailed(answer.path, answer.message, HALF_CHANGED);
    add(answer);
  }
  return total;
}

function shareOut(tasks: readonly LinkTask[], count: number): LinkTask[][] {
  const shares = Array.from({ length: count }, () => ({ files: 0, tasks: [] as LinkTask[] }));
  const bySize = tasks.toSorted((a, b) => b.entry.manifest.head.fileCount - a.entry.manifest.head.fileCount);
  for (const task of bySize) {
    const share = shares.reduce((least, other) => (other.files < least.files ? other : least));
    share.files += task.entry.manifest.head.fileCount;
    share.tasks.push(task);
  }
  return shares.map(({ tasks }) => tasks);
}

function removeFiles(removal: Removal): string[] {
  const bytecodeOf = new Map<string, Set<string>>();
  for (const path of removal.files) {
    unlinkIfThere(path);
    if (!path.endsWith(".py")) continue;
    const folder = parentOf(path);
    const stems = bytecodeOf.get(folder) ?? new Set();
    bytecodeOf.set(folder, stems.add(path.slice(folder.length + 1, -".py".length)));
  }
  for (const [folder, stems] of bytecodeOf) removeBytecode(`${folder}/__pycache__`, stems);
  return [...bytecodeOf.keys()].map((folder) => `${folder}/__pycache__`);
}

/** `__pycache__/NAME.TAG.pyc` (PEP 3147) goes with NAME.py. */
function removeBytecode(folder: string, stems: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // never imported
  }
  for (const name of names)
    if (name.endsWith(".pyc") && stems.has(name.slice(0, name.indexOf(".")))) unlinkIfThere(`${folder}/${name}`);
}

function removeEmptyFolders(removal: Removal): void {
  for (const folder of removal.folders) removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "ENOENT" && code !== "EEXIST" && code !== "ENOTDIR") throw error;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
