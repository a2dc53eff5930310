import { namesIn } from "@murre/files";
import { rmdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { heartbeatPath } from "./heartbeat.ts";
import { isOfThisBoot, parseLeaseName } from "./lease-name.ts";
import { askSocket, ownerOfSocket, socketFile } from "./life-socket.ts";
import { deathAgeMs, judge, judgeAtOnce, type Stake } from "./liveness.ts";
import { fileSystemNow, probePrefix } from "./probe-file.ts";

export interface LeaseSweep {
  /** The leases that were removed because their holders are dead. */
  readonly removed: readonly string[];
  /** How many stay. */
  readonly live: number;
}

/** Longer than what lasts for two system calls: a probe, or a socket that has not got its name yet. */
const momentMs = 60_000;

/**
 * Removes every lease whose holder is judged dead (protocols/reclamation.md, W1), then the heartbeats that belong to no lease any more.
 * May run at any time, in any number of processes at once: each item is decided by its own stable fact (G3).
 * `stake` says how patient it is with processes of other hosts and boots; below "reclamation" only where no operation is long.
 */
export async function sweepLeases(root: string, stake: Stake = "reclamation"): Promise<LeaseSweep> {
  const removed: string[] = [];
  let live = 0;
  for (const lease of namesIn(join(root, "leases"))) {
    if ((await judge(root, lease, { stake })) === "live") {
      live++;
      continue;
    }
    // The verdict is this unlink and nothing else (G2): the holder, should it live, finds its file absent and starts again.
    if (removeFile(join(root, "leases", lease))) removed.push(lease);
  }
  sweepHeartbeats(root);
  return { removed, live };
}

/**
 * The sockets of those whose death is certain (protocols/locks.md, J5). To be asked before what they may have left under `root` is swept, and
 * removed after it: who dies in between keeps its socket, which answers whoever meets what it left.
 */
export async function deadSockets(root: string): Promise<readonly string[]> {
  const names = namesIn(join(root, "sockets"));
  const isOlderThan = names.length === 0 ? undefined : agesAt(root);
  if (isOlderThan === undefined) return [];
  const dead: string[] = [];
  for (const name of names) if (await isDeadSocket(root, name, isOlderThan)) dead.push(name);
  return dead;
}

async function isDeadSocket(root: string, name: string, isOlderThan: AgeTest): Promise<boolean> {
  const { part, isUnheard } = ownerOfSocket(name);
  const lease = `${"0".repeat(16)}_${part}`; // as every lease of that process ends
  const verdict = parseLeaseName(lease) === undefined ? "ask" : judgeAtOnce(lease);
  if (verdict !== "ask") return verdict === "dead";
  const path = socketFile(root, name);
  // One that another machine listens on refuses here.
  if (!isOfThisBoot(lease))
    return isOlderThan(path, deathAgeMs.reclamation) && (await askSocket(root, name)) === "dead";
  // Nobody asks one that was not heard yet: to lose it costs its process no more than its answer.
  return (!isUnheard || isOlderThan(path, momentMs)) && (await askSocket(root, name)) === "dead";
}

/** Removes what {@link deadSockets} found. @returns how many were still there. */
export function removeSockets(root: string, names: readonly string[]): number {
  return names.filter((name) => removeFile(socketFile(root, name))).length;
}

type AgeTest = (path: string, ms: number) => boolean;

/** Whether a file is older than that, by the file system's own clock; undefined where it cannot be asked. */
function agesAt(root: string): AgeTest | undefined {
  let now: number;
  try {
    now = fileSystemNow(root).getTime();
  } catch {
    return undefined;
  }
  return (path, ms) => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > ms;
}

/** Removes the heartbeats and probes of those who have ended. */
function sweepHeartbeats(root: string): void {
  const beats = namesIn(join(root, "heartbeats"));
  const isOlderThan = beats.length === 0 ? undefined : agesAt(root);
  if (isOlderThan === undefined) return;
  for (const name of beats) {
    const path = heartbeatPath(root, name);
    if (name.startsWith(probePrefix)) {
      if (isOlderThan(path, momentMs)) removeFile(path);
    } else if (parseLeaseName(name) !== undefined && !exists(join(root, "leases", name))) {
      // A heartbeat begins after its lease and a lease's name is never made again: absent now is absent for ever (G1).
      removeFolder(path);
    }
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    // Gone: another sweeper did it. Not permitted: its owner's sweeper does it.
    return false;
  }
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // As above.
  }
}
