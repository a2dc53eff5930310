import { statSync } from "node:fs";
import { join } from "node:path";
import { heartbeatPath } from "./heartbeat.ts";
import { parseLeaseName, processPart, type ProcessName, thisProcess } from "./lease-name.ts";
import { askSocket } from "./life-socket.ts";
import { fileSystemNow } from "./probe-file.ts";
import { type FactSource, processFact, procIsOwn, systemFacts, unknownStart } from "./process-facts.ts";

/**
 * How old the last sign of life of a process must be that no kernel call tells anything about: another host, another boot.
 * A wrong verdict about a flight costs duplicate work, about a lock it is fenced, about a lease a foreign operation starts again.
 */
export const deathAgeMs = { flight: 30_000, lock: 300_000, reclamation: 21_600_000 } as const;

/** What is at stake when a holder is taken for dead. */
export type Stake = keyof typeof deathAgeMs;

export type Verdict = "live" | "dead";

/** An operation younger than this has no heartbeat, so its birth counts as its last sign of life until then. */
const heartbeatBeginsMs = 30_000;

export interface JudgeOptions {
  /** Default "reclamation", the most patient. */
  readonly stake?: Stake;
  /** An entry of the holder's that is a sign of life as well, from the time it was made: its ticket. */
  readonly witness?: string;
}

/**
 * Whether the holder of a lease still lives, by the lease's name alone (protocols/locks.md, J1 to J4):
 * - same boot, same pid namespace: its pid and start time, so that a reused pid is not mistaken for it;
 * - same boot, another pid namespace, or a worker thread: its socket;
 * - anything else, and where those cannot tell: the age of its heartbeat by the file system's own clock.
 * A verdict has no effect by itself. To act on it is to unlink the file that the holder would commit with, and then to go by its absence (G2).
 */
export async function judge(root: string, lease: string, options: JudgeOptions = {}): Promise<Verdict> {
  const name = parseLeaseName(lease);
  // Not a lease's name: nobody's to judge.
  if (name === undefined) return "live";
  const known = judgeByKernel(name);
  if (known !== "ask") return known;
  if (name.boot === thisProcess().name.boot) {
    const answer = await askSocket(root, processPart(name));
    if (answer === "live" || answer === "dead") return answer;
    // A worker thread listens before it takes a lease, and its end removes the socket. A main thread listens later.
    if (answer === "absent" && name.thread !== 0) return "dead";
  }
  return judgeByAge(root, lease, options);
}

/** Who judges, and what it asks about others. */
export interface Judge {
  readonly name: ProcessName;
  readonly platform: NodeJS.Platform;
  readonly facts: FactSource;
}

/** The part of {@link judge} that one system call answers; `ask` when it needs the socket or the heartbeat. */
export function judgeAtOnce(lease: string, by?: Judge): Verdict | "ask" {
  const name = parseLeaseName(lease);
  return name === undefined ? "live" : judgeByKernel(name, by);
}

let ownProc: boolean | undefined;

function thisJudge(): Judge {
  ownProc ??= procIsOwn(process.pid, process.platform);
  // With /proc of another namespace the platform's part that needs none remains: signal 0.
  return { name: thisProcess().name, platform: ownProc ? process.platform : "win32", facts: systemFacts };
}

function judgeByKernel(name: ProcessName, { name: own, platform, facts } = thisJudge()): Verdict | "ask" {
  if (processPart(name) === processPart(own)) return "live";
  if (name.boot !== own.boot || name.space !== own.space) return "ask";
  // A thread of this very process, ended or not: its socket tells.
  if (name.pid === own.pid && name.start === own.start) return "ask";
  const fact = processFact(name.pid, platform, facts);
  if (fact.state === "gone") return "dead";
  if (fact.state === "unknown" || fact.start === unknownStart || name.start === unknownStart) return "ask";
  // The pid was given to another process: the holder, which had it, is gone.
  if (fact.start !== name.start) return "dead";
  return name.thread === 0 ? "live" : "ask";
}

function judgeByAge(root: string, lease: string, { stake = "reclamation", witness }: JudgeOptions): Verdict {
  const heartbeat = mtimeMs(heartbeatPath(root, lease));
  const birth = Math.max(
    mtimeMs(join(root, "leases", lease)) ?? -Infinity,
    witness === undefined ? -Infinity : (madeMs(witness) ?? -Infinity),
  );
  const lastSign = heartbeat ?? birth + heartbeatBeginsMs;
  // Neither heartbeat nor lease nor witness: it was judged, or it ended.
  if (lastSign === -Infinity) return "dead";
  let now: number;
  try {
    now = fileSystemNow(root).getTime();
  } catch {
    // On a file system that cannot be written to nobody's entry can be removed either.
    return "live";
  }
  return judgeAge(lastSign, now, deathAgeMs[stake]);
}

/**
 * Pure: the last sign of life against the file system's present, both in milliseconds.
 * A sign further in the future than the age is as dead as one further in the past: a living holder would have brought it to the present within
 * seconds, so a clock that was wrong for a moment does not make a lease immortal.
 */
export function judgeAge(lastSignMs: number, nowMs: number, ageMs: number): Verdict {
  // A holder that has not begun its heartbeat yet lies up to 30 s in the future.
  const age = lastSignMs > nowMs ? lastSignMs - nowMs - heartbeatBeginsMs : nowMs - lastSignMs;
  return age > ageMs ? "dead" : "live";
}

function mtimeMs(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined;
  }
}

/** The change time: a ticket may be a link of the lease's file, whose mtime is older than the link. The file system's own clock sets it. */
function madeMs(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ctimeMs;
  } catch {
    return undefined;
  }
}
