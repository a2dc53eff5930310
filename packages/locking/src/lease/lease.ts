import { errorCode } from "@murre/files";
import { closeSync, openSync, statSync, unlinkSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { makeFolders } from "./make-folders.ts";
import { isGone, LeaseLost, LeaseUnavailable } from "../errors.ts";
import { beatFor, type Heartbeat } from "./heartbeat.ts";
import { newLeaseName } from "./lease-name.ts";
import { listenForJudges, stopListening } from "./life-socket.ts";
import { releaseAtProcessEnd, releasedBeforeProcessEnd, whenIdle } from "./process-end.ts";

export interface LeaseOptions {
  /** What runs, for the people who wait for it; default: the script's name. Write no credentials into it. */
  readonly command?: string;
  /** The operation's signal: its abort releases the lease. */
  readonly signal?: AbortSignal;
  /** After how many milliseconds the process answers judges of other pid namespaces; default 1000. */
  readonly answersAfterMs?: number;
  /** After how many milliseconds a heartbeat begins; default 30 000. */
  readonly heartbeatAfterMs?: number;
}

/** One operation's sign of life: a file under a name that was never used before and will never be used again. */
export interface Lease {
  /** At most 48 characters, letters, digits and `_`. */
  readonly name: string;
  readonly root: string;
  /** `<root>/leases/<name>`. While this file exists, everything held under the lease is intact. */
  readonly path: string;
  /** Aborts with a {@link LeaseLost} when the lease is found to be lost: by validate(), or by the heartbeat. */
  readonly lost: AbortSignal;
  /** To be called after a batch of reads and before their results are committed. @throws {LeaseLost} */
  validate(): void;
  /** Ends the lease. May be called again; never throws. */
  release(): void;
  /** A number that this lease has not given before, for names of the form `<lease>-<n>`. */
  nextId(): number;
}

const defaultHeartbeatAfterMs = 30_000;
/** Leases delay only reclamation, which asks no sooner; locks make the process answer at once. */
const defaultAnswersAfterMs = 1000;

/**
 * Makes `<root>/leases/<new name>`, and the folders when they are missing. Synchronous: one exclusive create.
 * A lease belongs to one operation and is never shared with an overlapping one. It is released by `release()`, by the abort of
 * `options.signal`, and at the end of the process unless that is killed; then a sweep removes it.
 * @throws {LeaseUnavailable} when the file cannot be made.
 */
export function takeLease(root: string, options: LeaseOptions = {}): Lease {
  return new HeldLease(root, options);
}

/** Runs `work` under a lease of its own, which ends with it, however it ends. @throws {LeaseUnavailable} */
export async function withLease<T>(
  root: string,
  options: LeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = takeLease(root, options);
  try {
    return await work(lease);
  } finally {
    lease.release();
  }
}

class HeldLease implements Lease {
  readonly name = newLeaseName();
  readonly root: string;
  readonly path: string;
  #ids = 0;
  #ended = false;
  #loss: LeaseLost | undefined;
  #lost: AbortController | undefined;
  #heartbeat: Heartbeat | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.release();

  constructor(root: string, options: LeaseOptions) {
    options.signal?.throwIfAborted();
    this.root = root;
    this.path = join(root, "leases", this.name);
    // A worker thread can end while its process lives on: its life is known by its socket only, so that must be there before the lease.
    if (!isMainThread && !listenForJudges(root))
      throw new LeaseUnavailable(root, {
        cause: new Error("a worker thread needs a socket; take the lease in the main thread"),
      });
    createLeaseFile(this.root, this.path, options.command);
    releaseAtProcessEnd(this);
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    const beatAfterMs = options.heartbeatAfterMs ?? defaultHeartbeatAfterMs;
    const agesMs = Math.min(options.answersAfterMs ?? defaultAnswersAfterMs, beatAfterMs);
    this.#timer = setTimeout(() => this.#aged(beatAfterMs - agesMs), agesMs).unref();
  }

  get lost(): AbortSignal {
    // Made when asked for: most operations only validate.
    if (this.#lost === undefined) {
      this.#lost = new AbortController();
      if (this.#loss !== undefined) this.#lost.abort(this.#loss);
    }
    return this.#lost.signal;
  }

  validate(): void {
    if (this.#loss !== undefined) throw this.#loss;
    if (!this.#ended && fileExists(this.path)) return;
    this.#lose();
    throw this.#loss ?? new LeaseLost(this.name, this.root);
  }

  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#heartbeat?.stop();
    try {
      unlinkSync(this.path);
    } catch {
      // Gone: it was judged dead, which nobody needs to know any more. Not removable: a sweep does it when this process has ended.
    }
    releasedBeforeProcessEnd(this);
  }

  nextId(): number {
    return ++this.#ids;
  }

  /** Runs once after a moment and, for an operation that grows old, once more when its heartbeat is due. */
  #aged(beatAfterMs: number): void {
    announce(this.root);
    if (beatAfterMs === 0) return this.#beat();
    setTimeout(() => this.#beat(), beatAfterMs).unref();
  }

  #beat(): void {
    if (!this.#ended) this.#heartbeat = beatFor(this.root, this.name, () => this.#lose());
  }

  #lose(): void {
    if (this.#loss !== undefined) return;
    this.#loss = new LeaseLost(this.name, this.root);
    this.#lost?.abort(this.#loss);
  }
}

/** Makes this process answer judges of other pid namespaces, before it holds what others wait for. */
export function announce(root: string): void {
  listenForJudges(root);
  whenIdle(stopListening);
}

function createLeaseFile(root: string, path: string, command: string | undefined): void {
  let file: number;
  try {
    file = openExclusive(root, path);
  } catch (cause) {
    throw new LeaseUnavailable(root, { cause });
  }
  try {
    // For people only: a judge reads nothing but the name, so a full disk costs the text and not the lease.
    writeSync(file, describeProcess(command));
  } catch {
    // As above.
  } finally {
    closeSync(file);
  }
}

function openExclusive(root: string, path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    makeFolders(join(root, "leases"), 0o775);
    return openSync(path, "wx");
  }
}

let described: string | undefined;

function describeProcess(command: string | undefined): string {
  const words = command ?? basename(process.argv[1] ?? process.title, ".js");
  if (command !== undefined) return JSON.stringify({ host: hostname(), command: words });
  return (described ??= JSON.stringify({ host: hostname(), command: words }));
}

function fileExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isGone(error)) return false;
    // An error that says nothing about the entry (EIO, EACCES) is no verdict.
    return true;
  }
}
