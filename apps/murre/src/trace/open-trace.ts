import type { Trace } from "@murre/cli";
import { onTraceMark, writeAll, type TracedDetails, type TraceMark } from "@murre/files";
import { redactUrl } from "@murre/pep508";
import { closeSync, openSync } from "node:fs";
import { finished, momentOf, type Finished } from "./installer-spans.ts";

type InstallerEvent = Parameters<Trace["take"]>[0];

/** One event of Chrome's trace format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. */
interface TraceEvent {
  readonly name: string;
  /** `b` and `e` are what overlaps with others of its thread, `B` and `E` what does not, `i` a moment, `M` a name. */
  readonly ph: "b" | "e" | "B" | "E" | "i" | "M";
  readonly ts?: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly id?: number;
  readonly s?: "p";
  readonly args?: TracedDetails;
}

/**
 * Writes what this process does, and what its threads and children do for it, to a file that Perfetto and Chrome load: each event when it comes,
 * so that also a process that was killed leaves what it knew (a viewer does not want for the end). Times are those of the system's clock, so that
 * files of several processes can be put side by side. URLs have neither credentials nor a query.
 * @throws what the file system says
 */
export function openTrace(path: string): Trace {
  const file = new TraceFile(path);
  const stop = onTraceMark((mark) => file.mark(mark));
  return {
    take: (event) => file.take(event),
    end() {
      stop();
      file.end();
    },
  };
}

const mainThread = 0;
/** Microseconds since 1970. */
const now = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);

class TraceFile {
  #descriptor: number | undefined;
  #isBegun = false;
  readonly #named = new Set<string>();
  /** Fetches that are not over, by the name of their distribution. */
  readonly #fetches = new Map<string, number>();
  /** Of what events tell of; marks count upwards from 1. */
  #lastId = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, "w");
    this.#name("process_name", process.pid, mainThread, "murre");
    this.#name("thread_name", process.pid, mainThread, "main");
    this.#span({ kind: "start", name: "start of the program", durationMs: performance.now() });
  }

  mark({ phase, id, kind, name, thread, process: child, details }: TraceMark): void {
    const said = { name, cat: kind, ts: now(), args: details };
    if (child !== undefined) this.#name("process_name", child, mainThread, name);
    if (thread !== undefined) this.#name("thread_name", process.pid, thread, `worker ${thread}`);
    if (child === undefined && thread === undefined)
      this.#write({ ...said, ph: phase === "begin" ? "b" : "e", id, pid: process.pid, tid: mainThread });
    else
      this.#write({
        ...said,
        ph: phase === "begin" ? "B" : "E",
        pid: child ?? process.pid,
        tid: thread ?? mainThread,
      });
  }

  take(event: InstallerEvent): void {
    if (event.type === "fetch-started") this.#beginFetch(event.name, event.version);
    else if (event.type === "fetched") this.#endFetch(event.name, event.version);
    else {
      const span = finished(event);
      if (span !== undefined) this.#span(span);
      const moment = momentOf(event);
      if (moment !== undefined)
        this.#write({ ...moment, ph: "i", s: "p", ts: now(), pid: process.pid, tid: mainThread });
    }
  }

  /** Whoever is not over yet stays open, as a viewer shows it. */
  end(): void {
    if (this.#descriptor === undefined) return;
    this.#writeText("\n]\n");
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #beginFetch(name: string, version: string): void {
    const id = --this.#lastId;
    this.#fetches.set(name, id);
    this.#async("b", { kind: "fetch", name: `${name} ${version}`.trim(), id, ts: now() });
  }

  #endFetch(name: string, version: string): void {
    const id = this.#fetches.get(name);
    if (id === undefined) return;
    this.#fetches.delete(name);
    this.#async("e", { kind: "fetch", name: `${name} ${version}`.trim(), id, ts: now() });
  }

  #span({ kind, name, durationMs, details }: Finished): void {
    const [id, ts] = [--this.#lastId, now()];
    this.#async("b", { kind, name, id, ts: ts - Math.round(durationMs * 1000), details });
    this.#async("e", { kind, name, id, ts });
  }

  #async(
    ph: "b" | "e",
    at: {
      readonly kind: string;
      readonly name: string;
      readonly id: number;
      readonly ts: number;
      details?: TracedDetails | undefined;
    },
  ): void {
    const { kind: cat, name, id, ts, details: args = {} } = at;
    this.#write({ name, cat, ph, id, ts, pid: process.pid, tid: mainThread, args });
  }

  #name(what: "process_name" | "thread_name", pid: number, tid: number, name: string): void {
    const key = `${what} ${pid} ${tid}`;
    if (this.#named.has(key)) return;
    this.#named.add(key);
    this.#write({ name: what, ph: "M", pid, tid, args: { name } });
  }

  #write(event: TraceEvent): void {
    const text = JSON.stringify(event, (_, value: unknown) => (typeof value === "string" ? harmless(value) : value));
    this.#writeText(`${this.#isBegun ? ",\n" : "[\n"}${text}`);
    this.#isBegun = true;
  }

  #writeText(text: string): void {
    if (this.#descriptor === undefined) return;
    try {
      writeAll(this.#descriptor, Buffer.from(text));
    } catch {
      // A full disk is no reason for a command to fail: the trace ends here.
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
    }
  }
}

/** Without credentials in URLs, and without what follows their paths: signatures, tokens. */
function harmless(text: string): string {
  return redactUrl(text).replaceAll(/\S+/g, (word) => (word.includes("://") ? word.split(/[?#]/, 1).join("") : word));
}
