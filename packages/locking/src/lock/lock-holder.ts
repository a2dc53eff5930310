import { readSmallText } from "@murre/files";
import { statSync } from "node:fs";
import { join } from "node:path";
import { decidingScan } from "./deciding-scan.ts";
import { parseLeaseName } from "../lease/lease-name.ts";
import type { LockHolder } from "../lock-events.ts";
import { type LockMode, parseTicket, precedes } from "./tickets.ts";

/** Who holds the lock in `folder`, or waits for it, in the order of the queue. For people: it may be different when they read it. */
export function lockHolders(folder: string, root: string): readonly LockHolder[] {
  const tickets = join(folder, "tickets");
  return (decidingScan(tickets) ?? [])
    .map((name) => parseTicket(name))
    .filter((ticket) => ticket !== undefined)
    .toSorted((a, b) => (precedes(a, b) ? -1 : 1))
    .map(({ name, lease, mode }) => describeHolder(root, lease, mode, join(tickets, name)));
}

/** Collects for people who holds a lock; never throws, and nothing is decided by it. `path`: the ticket, or the choosing file. */
export function describeHolder(root: string, lease: string, mode: LockMode, path: string): LockHolder {
  const pid = parseLeaseName(lease)?.pid;
  const { host, command } = readLease(join(root, "leases", lease));
  const sinceMs = statSync(path, { throwIfNoEntry: false })?.ctimeMs;
  const words = [
    pid === undefined ? `lease ${lease}` : `pid ${pid}`,
    ...(host === undefined ? [] : [`on ${host}`]),
    ...(command === undefined ? [] : [`(${command})`]),
    ...(sinceMs === undefined ? [] : [`since ${new Date(sinceMs).toISOString()}`]),
  ];
  return { lease, mode, pid, host, command, sinceMs, description: words.join(" ") };
}

function readLease(path: string): { host?: string; command?: string } {
  try {
    const value: unknown = JSON.parse(readSmallText(path, { followsLinks: false }));
    if (typeof value !== "object" || value === null) return {};
    const { host, command } = value as Record<string, unknown>;
    return {
      ...(typeof host === "string" ? { host: printable(host) } : {}),
      ...(typeof command === "string" ? { command: printable(command) } : {}),
    };
  } catch {
    return {};
  }
}

/** Another user's file must not write control characters to this user's terminal. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is removed
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?").slice(0, 200);
}
