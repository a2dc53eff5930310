import { randomDigits, sha256Hex } from "@murre/files";
import { hostname } from "node:os";
import { isMainThread, threadId } from "node:worker_threads";
import { bootId, type FactSource, ownStart, processSpace, systemFacts } from "./process-facts.ts";

// <16 random>_<5 boot><5 pid namespace>_<pid>_<start>[_<thread>], lower-case letters and digits, at most 48 characters.
// No "-" (a ticket is <lease>-<n>) and no "." (a store id is <digest>.<lease>.<n>).
const form = /^([0-9a-z]{16})_([0-9a-z]{5})([0-9a-z]{5})_([0-9a-z]{1,7})_([0-9a-z]{1,8})(?:_([0-9a-z]{1,3}))?$/;

/** Who holds a lease, as its name tells: judges need no more than the name. */
export interface ProcessName {
  /** Hash of the boot (and so of the machine). */
  readonly boot: string;
  /** Hash of the pid namespace. */
  readonly space: string;
  readonly pid: number;
  readonly start: string;
  /** The worker thread that holds it, 0 for the main thread. */
  readonly thread: number;
}

/** @returns undefined for a name that is not a lease's; such an entry is never judged or removed. */
export function parseLeaseName(name: string): ProcessName | undefined {
  const match = form.exec(name);
  if (match === null) return undefined;
  const [, , boot = "", space = "", pid = "", start = "", thread = "0"] = match;
  return { boot, space, pid: Number.parseInt(pid, 36), start, thread: Number.parseInt(thread, 36) };
}

/** The part of a lease's name that all leases of one process (and thread) share. */
export function processPart(name: ProcessName): string {
  const thread = name.thread === 0 ? "" : `_${name.thread.toString(36)}`;
  return `${name.boot}${name.space}_${name.pid.toString(36)}_${name.start}${thread}`;
}

/** The same, of a name that may be none: then itself. */
export function processOf(name: string): string {
  return form.test(name) ? name.slice(17) : name;
}

let known: { readonly name: ProcessName; readonly part: string } | undefined;

/** This process (and worker thread), asked once: none of it changes while the process lives. */
export function thisProcess(): { readonly name: ProcessName; readonly part: string } {
  if (known === undefined) {
    const name = nameProcess(process.platform, process.pid, isMainThread ? 0 : threadId);
    known = { name, part: processPart(name) };
  }
  return known;
}

/** Whether a lease of this name was taken since this machine was started. */
export function isOfThisBoot(name: string): boolean {
  return parseLeaseName(name)?.boot === thisProcess().name.boot;
}

/** The name of a process, by what its platform says about it. */
export function nameProcess(
  platform: NodeJS.Platform,
  pid: number,
  thread: number,
  facts: FactSource = systemFacts,
): ProcessName {
  // Without a boot id nobody may judge by pid: a name of its own makes every judge, this host's too, wait for the heartbeat.
  const boot = bootId(platform, facts) ?? `${hostname()} ${randomDigits()}`;
  return {
    boot: shortHash(boot),
    space: shortHash(processSpace(platform, facts)),
    pid,
    start: ownStart(pid, platform, facts),
    thread,
  };
}

function shortHash(text: string): string {
  return Number.parseInt(sha256Hex(text).slice(0, 12), 16).toString(36).padStart(5, "0").slice(-5);
}

/** A new lease name of this process: 64 random bits, so that no name is ever used twice (G1), even by two machines with one boot id. */
export function newLeaseName(): string {
  return `${randomDigits()}_${thisProcess().part}`;
}
