import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

// The one place that knows how each platform names a boot, a pid namespace and the start of a process.

/** What the kernel says about a process: `unknown` where it cannot be asked. */
export type ProcessFact =
  | { readonly state: "gone" }
  | { readonly state: "running"; readonly start: string }
  | { readonly state: "unknown" };

/** How the facts are read; tests pass their own. */
export interface FactSource {
  readText(path: string): string;
  readLink(path: string): string;
  run(file: string, args: readonly string[]): string;
  /** signal 0: throws ESRCH when there is no such process, EPERM when it is another user's. */
  probe(pid: number): void;
}

export const systemFacts: FactSource = {
  readText: (path) => readFileSync(path, "latin1"),
  readLink: (path) => readlinkSync(path),
  run: (file, args) =>
    execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5000 }),
  probe: (pid) => void process.kill(pid, 0),
};

/** The start of a process where the platform does not say: never equal to another one, never different from another one. */
export const unknownStart = "0";

/**
 * What tells this boot of this machine from every other one; undefined where nothing does (then processes are judged by heartbeat).
 * Linux: the kernel's boot id, the same in all containers. macOS: the boot session. Windows: the machine's id, as a start time tells boots apart.
 */
export function bootId(platform: NodeJS.Platform, facts: FactSource = systemFacts): string | undefined {
  try {
    if (platform === "linux" || platform === "android") return facts.readText("/proc/sys/kernel/random/boot_id").trim();
    if (platform === "darwin") return facts.run("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"]).trim();
    if (platform === "win32")
      return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(
        facts.run("reg", ["query", "HKLM\\SOFTWARE\\Microsoft\\Cryptography", "/v", "MachineGuid"]),
      )?.[1];
  } catch {
    // Falls through: a sandbox may hide it.
  }
  return undefined;
}

/** The pid namespace (and the time namespace, on which the start times that /proc shows depend); platforms without have one. */
export function processSpace(platform: NodeJS.Platform, facts: FactSource = systemFacts): string {
  if (platform !== "linux") return "whole machine";
  const link = (name: string): string => {
    try {
      // /proc/self is right even when /proc was mounted in another pid namespace, where /proc/<pid> is a stranger.
      return facts.readLink(`/proc/self/ns/${name}`);
    } catch {
      return "";
    }
  };
  return `${link("pid")} ${link("time")}`;
}

/** The start of this process, in the words that {@link processFact} uses for others. */
export function ownStart(pid: number, platform: NodeJS.Platform, facts: FactSource = systemFacts): string {
  if (platform === "linux") {
    try {
      return parseStat(facts.readText("/proc/self/stat")).start;
    } catch {
      return unknownStart;
    }
  }
  const fact = processFact(pid, platform, facts);
  return fact.state === "running" ? fact.start : unknownStart;
}

/**
 * Asks the kernel about `pid` in this process's own pid namespace.
 * Where no start time is known (Windows; /proc of another namespace) a reused pid cannot be told from the holder: the start is then
 * {@link unknownStart}, and the caller asks the holder's socket or its heartbeat instead.
 */
export function processFact(pid: number, platform: NodeJS.Platform, facts: FactSource = systemFacts): ProcessFact {
  if (platform === "linux") return linuxFact(pid, facts);
  if (platform === "darwin") return darwinFact(pid, facts);
  return probeFact(pid, facts);
}

function linuxFact(pid: number, facts: FactSource): ProcessFact {
  try {
    const { state, start, threads } = parseStat(facts.readText(`/proc/${pid}/stat`));
    // A zombie acts no more, unless it is only the leader of threads that still run (a thread that hangs in a disk write).
    if ((state === "Z" || state === "X") && threads <= 1) return { state: "gone" };
    return { state: "running", start };
  } catch {
    // hidepid hides other users' processes from /proc; signal 0 still tells them apart from none.
    return probeFact(pid, facts);
  }
}

/** `man 5 proc_pid_stat`: the second field is the command in parentheses and may hold anything, so fields are counted from the last `)`. */
function parseStat(text: string): { state: string; threads: number; start: string } {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0]; // field 3
  const threads = Number(fields[17]); // field 20
  const ticks = Number(fields[19]); // field 22, in clock ticks since the boot
  if (state === undefined || !Number.isSafeInteger(ticks)) throw new Error("not a stat line");
  return { state, threads, start: ticks.toString(36) };
}

function darwinFact(pid: number, facts: FactSource): ProcessFact {
  try {
    const [stat = "", ...started] = facts
      .run("/bin/ps", ["-o", "stat=,lstart=", "-p", String(pid)])
      .trim()
      .split(/\s+/);
    if (stat.startsWith("Z")) return { state: "gone" };
    const startMs = Date.parse(started.join(" "));
    if (Number.isNaN(startMs)) return probeFact(pid, facts);
    return { state: "running", start: (startMs / 1000).toString(36) };
  } catch {
    return probeFact(pid, facts);
  }
}

function probeFact(pid: number, facts: FactSource): ProcessFact {
  try {
    facts.probe(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return { state: "gone" };
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return { state: "unknown" };
  }
  return { state: "running", start: unknownStart };
}

/** Whether /proc/<pid> is about this process's own pid namespace: `unshare --pid` without a new /proc leaves the outer one. */
export function procIsOwn(pid: number, platform: NodeJS.Platform, facts: FactSource = systemFacts): boolean {
  if (platform !== "linux") return true;
  try {
    return facts.readLink("/proc/self") === String(pid);
  } catch {
    return false;
  }
}
