import { hostname } from "node:os";
import { beginSpan, isTraced, type EndOfSpan } from "@murre/files";

/** One who holds, or waits in front, as far as it can be known from the names and files it left. */
export interface LockHolder {
  readonly lease: string;
  readonly mode: "read" | "write";
  readonly pid: number | undefined;
  readonly host: string | undefined;
  readonly command: string | undefined;
  /** Since when, in milliseconds since 1970 by the file system's clock: when its lease last drew or released a ticket. */
  readonly sinceMs: number | undefined;
  /** All of it in words: `pid 4711 on build3 (murre pip sync) since 2026-01-31T12:00:00.000Z`. */
  readonly description: string;
}

/** What a lock or a flight tells while it works; `subject` is what it is about, in the caller's words. */
export type LockEvent =
  | { readonly type: "acquired"; readonly kind: LockKind; readonly subject: string; readonly ticket: string }
  | {
      readonly type: "waiting";
      readonly kind: LockKind;
      readonly subject: string;
      readonly holders: readonly LockHolder[];
    }
  | { readonly type: "waited"; readonly kind: LockKind; readonly subject: string; readonly waitedMs: number }
  | { readonly type: "released"; readonly kind: LockKind; readonly subject: string; readonly heldMs: number }
  | { readonly type: "taken over"; readonly kind: LockKind; readonly subject: string; readonly from: LockHolder };

export type LockKind = "lock" | "flight";

export type LockEventListener = (event: LockEvent) => void;

/** The listener, and before it whoever traces the process: who waits for whom, and who holds what for how long. */
export function tracedLocks(listener: LockEventListener | undefined): LockEventListener | undefined {
  if (!isTraced()) return listener;
  const open = new Map<string, EndOfSpan>();
  const begin = (key: string, end: EndOfSpan) => {
    open.get(key)?.();
    open.set(key, end);
  };
  const end = (key: string) => {
    open.get(key)?.();
    open.delete(key);
  };
  return (event) => {
    const name = `${event.kind} on ${event.subject}`;
    if (event.type === "waiting")
      begin(`wait ${name}`, beginSpan("wait", name, { details: { holders: event.holders.map(holderOf) } }));
    else if (event.type === "waited") end(`wait ${name}`);
    else if (event.type === "acquired") begin(name, beginSpan("lock", name));
    else if (event.type === "released") end(name);
    else beginSpan("lock", `${name} is taken over`, { details: { from: event.from.description } })();
    listener?.(event);
  };
}

const holderOf = ({ description }: LockHolder): string => description;

/** What a narrow terminal has room for, the most telling first. */
function shortly({ pid, host, command, description }: LockHolder): string {
  if (pid === undefined) return description;
  return `${command ?? "another process"} (pid ${pid}${host === undefined || host === hostname() ? "" : ` on ${host}`})`;
}

/** Of the file that a flight is about: tells nobody anything. */
const digest = / \([^()]*\b[0-9a-f]{64}\b[^()]*\)$/;

/** One line for a log, as `murre -v` prints it. */
export function describeLockEvent(event: LockEvent): string {
  const what = `${event.kind} on ${event.subject}`;
  switch (event.type) {
    case "acquired":
      return `acquired ${what}`;
    case "waiting":
      return `waiting for ${event.holders.map(shortly).join(", ")}: ${event.kind} on ${event.subject.replace(digest, "")}`;
    case "waited":
      return `waited ${Math.round(event.waitedMs)} ms for ${what}`;
    case "released":
      return `released ${what} after ${Math.round(event.heldMs)} ms`;
    case "taken over":
      return `took over ${what} from ${event.from.description}, which is dead`;
  }
}
