import { spawnSync, type ChildProcess } from "node:child_process";

/** How long a process may take to end by itself once it was asked to (milliseconds). */
const graceMs = 2000;

/** Options with which a child leads a process group of its own, so that all it starts can be ended with it. */
export function ownGroup(platform: NodeJS.Platform): { readonly detached: boolean; readonly windowsHide: true } {
  // On Windows "detached" means a console of its own; the tree is found by its parents there.
  return { detached: platform !== "win32", windowsHide: true };
}

/** Ends a process of {@link ownGroup} and everything that it started: asked first, then without asking. Safe to call again. */
export function endProcessTree(child: ChildProcess, platform: NodeJS.Platform): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (platform === "win32") return endWindowsTree(pid);
  signalGroup(pid, "SIGTERM");
  const insist = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
  // What the leader started may outlive it and ignore SIGTERM; the group's number stays taken as long as one of them lives.
  child.once("close", () => {
    clearTimeout(insist);
    signalGroup(pid, "SIGKILL");
  });
}

/** Takes away what a child that has ended by itself left running. */
export function endLeftovers(pid: number | undefined, platform: NodeJS.Platform): void {
  if (pid !== undefined && platform !== "win32") signalGroup(pid, "SIGKILL");
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left.
  }
}

function endWindowsTree(pid: number): void {
  spawnSync("taskkill", ["/PID", String(pid), "/T", "/F"], { windowsHide: true });
}
