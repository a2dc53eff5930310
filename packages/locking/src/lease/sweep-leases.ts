import { namesIn } from "@murre/files";
import { rmdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { heartbeatPath } from "./heartbeat.ts";
import { isOfThisBoot, parseLeaseName } from "./lease-name.ts";
import { askSocket, socketFile } from "./life-socket.ts";
import { deathAgeMs, judge, judgeAtOnce, type Stake } from "./liveness.ts";
import { fileSystemNow, probePrefix } from "./probe-file.ts";

export interface LeaseSweep {
  /** The leases that were removed because their holders are dead. */
  readonly removed: readonly string[];
  /** How many stay. */
  readonly live: number;
}

/** Longer than what lasts for two system calls: a probe, or a socket that is bound and does not listen yet. */
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
 * Removes the sockets of those whose death is certain (protocols/locks.md, J5), and says how many. To be called after everything that they may have
 * left under `root` was swept: until then a socket that refuses is the answer for whoever meets it.
 */
export async function sweepSockets(root: string): Promise<number> {
  let removed = 0;
  const sockets = namesIn(join(root, "sockets"));
  const isOlderThan = sockets.length === 0 ? undefined : agesAt(root);
  if (isOlderThan === undefined) return removed;
  for (const part of sockets) {
    const path = socketFile(root, part);
    const lease = `${"0".repeat(16)}_${part}`; // as every lease of that process ends
    const verdict = parseLeaseName(lease) === undefined ? "ask" : judgeAtOnce(lease);
    if (verdict === "live") continue;
    // Between bind and listen a socket refuses for a moment; and one that another machine listens on refuses here.
    const certainMs = isOfThisBoot(lease) ? momentMs : deathAgeMs.reclamation;
    const isDead = verdict === "dead" || (isOlderThan(path, certainMs) && (await askSocket(root, part)) === "dead");
    if (isDead && removeFile(path)) removed++;
  }
  return removed;
}

/** Whether a file is older than that, by the file system's own clock; undefined where it cannot be asked. */
function agesAt(root: string): ((path: string, ms: number) => boolean) | undefined {
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
