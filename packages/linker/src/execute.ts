import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { LinkFailed } from "./errors.ts";
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
 * Does what the plan says: removals, folders, links, then the generated files, each wheel's RECORD after all of its
 * other files.
 * @throws {LinkFailed} when the file system refuses.
 */
export async function executeChange(plan: ChangePlan, options: ExecuteOptions = {}): Promise<LinkCounts> {
  const { mode = "hardlink", workers } = options;
  try {
    for (const removal of plan.removals) removeFiles(removal);
    for (const folder of plan.sharedFolders) mkdirSync(folder, { recursive: true });
    const counts = await placeAll(plan.tasks, mode, workers);
    for (const file of plan.generated) writeGenerated(file.path, file.content, file.executable);
    for (const removal of plan.removals) removeEmptyFolders(removal);
    return counts;
  } catch (error) {
    if (error instanceof LinkFailed) throw error;
    const { code, message, path = "" } = error as NodeJS.ErrnoException;
    throw new LinkFailed(path, code ?? message, HALF_CHANGED, { cause: error });
  }
}

const HALF_CHANGED =
  "the environment is changed in part: run the command again when the cause is gone, and it is completed";

/** Shares the tasks out by their number of files, the largest first, and waits for all shares. */
async function placeAll(
  tasks: readonly LinkTask[],
  mode: LinkMode,
  workers: LinkWorkers | undefined,
): Promise<LinkCounts> {
  const total = { linked: 0, copied: 0 };
  const add = ({ linked, copied }: LinkCounts) => {
    total.linked += linked;
    total.copied += copied;
  };
  if (workers === undefined || workers.count === 0) {
    for (const task of tasks) add(runLinkTask(transferable(task), mode));
    return total;
  }
  const answers = await Promise.all(
    shareOut(tasks, workers.count).map((share, index): Promise<LinkAnswer> | LinkAnswer =>
      share.length === 0
        ? { ok: true, linked: 0, copied: 0 }
        : workers.run(index, { tasks: share.map(transferable), mode }),
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

/** A new inode, whatever stands there: never written through a link into the cache. */
function writeGenerated(path: string, content: Buffer, executable: boolean): void {
  const mode = executable ? 0o777 : 0o666;
  try {
    writeFileSync(path, content, { flag: "wx", mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const temporary = `${path}.murre-new`;
    rmSync(temporary, { force: true });
    writeFileSync(temporary, content, { flag: "wx", mode });
    renameSync(temporary, path);
  }
}

function removeFiles(removal: Removal): void {
  const bytecodeOf = new Map<string, Set<string>>();
  for (const path of removal.files) {
    unlinkIfThere(path);
    if (!path.endsWith(".py")) continue;
    const folder = parentOf(path);
    const stems = bytecodeOf.get(folder) ?? new Set();
    bytecodeOf.set(folder, stems.add(path.slice(folder.length + 1, -".py".length)));
  }
  for (const [folder, stems] of bytecodeOf) removeBytecode(`${folder}/__pycache__`, stems);
}

/** `__pycache__/NAME.TAG.pyc` (PEP 3147) goes with NAME.py; the folder goes when that leaves it empty. */
function removeBytecode(folder: string, stems: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // never imported
  }
  for (const name of names)
    if (name.endsWith(".pyc") && stems.has(name.slice(0, name.indexOf(".")))) unlinkIfThere(`${folder}/${name}`);
  removeIfEmpty(folder);
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
