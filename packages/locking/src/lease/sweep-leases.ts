import { namesIn } from "@murre/files";
import { rmdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { heartbeatPath } from "./heartbeat.ts";
import { parseLeaseName } from "./lease-name.ts";
import { askSocket, socketFile } from "./life-socket.ts";
import { deathAgeMs, judge, type Stake } from "./liveness.ts";
import { fileSystemNow, probePrefix } from "./probe-file.ts";

export interface LeaseSweep {
  /** The leases that were removed because their holders are dead. */
  readonly removed: readonly string[];
  /** How many stay. */
  readonly live: number;
}

/** A probe lives for two system calls. */
const forgottenProbeMs = 60_000;

/**
 * Removes every lease whose holder is judged dead (protocols/reclamation.md, W1), then what belongs to no lease any more (heartbeats, sockets).
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
  await sweepSigns(root, stake);
  return { removed, live };
}

/** Removes the heartbeats, probes and sockets of those who have ended. */
async function sweepSigns(root: string, stake: Stake): Promise<void> {
  const beats = namesIn(join(root, "heartbeats"));
  const sockets = namesIn(join(root, "sockets"));
  if (beats.length + sockets.length === 0) return;
  let now: number;
  try {
    now = fileSystemNow(root).getTime();
  } catch {
    return;
  }
  const olderThan = (path: string, ms: number): boolean =>
    now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > ms;
  for (const name of beats) {
    const path = heartbeatPath(root, name);
    if (name.startsWith(probePrefix)) {
      if (olderThan(path, forgottenProbeMs)) removeFile(path);
    } else if (parseLeaseName(name) !== undefined && !exists(join(root, "leases", name))) {
      // A heartbeat begins after its lease and a lease's name is never made again: absent now is absent for ever (G1).
      removeFolder(path);
    }
  }
  for (const part of sockets) {
    const path = socketFile(root, part);
    // A socket that refuses is the answer for everybody who still meets a ticket of that process, so it stays for as long as that may take.
    if (olderThan(path, deathAgeMs[stake]) && (await askSocket(root, part)) === "dead") removeFile(path);
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
