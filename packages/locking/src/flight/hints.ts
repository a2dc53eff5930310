import { errorCode, isRemote, namesIn, openFile, sha256Hex } from "@murre/files";
import { closeSync, fstatSync, lstatSync, openSync, readFileSync, unlinkSync, writeSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { holding } from "../lock/deadlock-order.ts";
import type { Lease } from "../lease/lease.ts";
import { parseLeaseName } from "../lease/lease-name.ts";
import { judge } from "../lease/liveness.ts";
import { tracedLocks, type LockEventListener } from "../lock-events.ts";
import { describeHolder } from "../lock/lock-holder.ts";
import { makeFolders } from "../lease/make-folders.ts";
import { firstReportMs, Judges, nextReportMs, pausesOf, untilReport } from "../lock/waiting.ts";
import { WatchedName } from "../lock/watched-name.ts";

// protocols/single-flight.md, H1 to H5: a flight for what is small and many. A hint decides nothing: where two hold one, after a wrong
// verdict or in the middle of H2, work is done twice, and what is published is published by rules of its own. So it needs neither a queue nor a
// folder nor a lease of its own: an exclusive create, and an unlink.

export interface HintRequest<T> {
  /** What one process works on at a time; default the key. The requests of one process for a group are under way side by side. */
  readonly group?: string;
  /** Under whose name the work is done: it tells others whether it is still being done. */
  readonly lease: Lease;
  /** Looks for the result, without waiting for others; undefined is a miss. */
  readonly lookup: () => T | undefined;
  /** Does the work and publishes the result where `lookup` finds it. May wait for slots, and for nothing else (rule D). */
  readonly work: () => Promise<T>;
  readonly signal?: AbortSignal | undefined;
}

export interface Hints {
  /**
   * Of all processes that want one key, one works while the others wait and look; when it fails or dies, the next one works. Where no hint can be
   * made, whoever wants the result works.
   * @throws the error of `work`; {@link DeadlockRisk}; the signal's reason.
   */
  once<T>(key: string, request: HintRequest<T>): Promise<T>;
}

/** Make one for each process and root: requests for one key within it share one hint. */
export function createHints(options: { readonly root: string; readonly onEvent?: LockEventListener }): Hints {
  const told = { root: options.root, onEvent: tracedLocks(options.onEvent) };
  const folder = hintFolder(options.root);
  const shared = new Map<string, Promise<unknown>>();
  const held: HeldHints = new Map();
  return {
    once<T>(key: string, request: HintRequest<T>): Promise<T> {
      const known = shared.get(key) as Promise<T> | undefined;
      if (known !== undefined) return known;
      const run = new HintedRun(`${folder}/${nameOf(request.group ?? key)}`, key, request, held, told).run();
      shared.set(key, run);
      const forget = () => void shared.delete(key);
      run.then(forget, forget);
      return run;
    },
  };
}

/** H5: removes what the dead left. @returns how many */
export async function sweepHints(root: string): Promise<number> {
  const folder = hintFolder(root);
  let removed = 0;
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    const hint = readHint(path);
    if (hint === undefined || (await judge(root, holderOf(hint.lease), { stake, witness: path })) === "live") continue;
    if (takeAway(path, hint)) removed += 1;
  }
  return removed;
}

/** A wrong verdict costs a piece of work that is done twice. */
const stake = "flight";

const hintFolder = (root: string): string => join(root, "hints");

const nameOf = (key: string): string => sha256Hex(key).slice(0, 32);

/** Which file a hint is, so that another one under the same name is not taken for it, and whose it is. */
interface Hint {
  readonly id: string;
  readonly lease: string;
}

/** Of the results of a group the kernel does not tell. */
const longestPauseOfGroupMs = 40;

/** The hints of this process, by their paths: which file each is, and for how many requests it stands. */
type HeldHints = Map<string, { readonly id: string | undefined; requests: number }>;

class HintedRun<T> {
  readonly #path: string;
  readonly #key: string;
  readonly #request: HintRequest<T>;
  readonly #held: HeldHints;
  readonly #root: string;
  readonly #onEvent: LockEventListener | undefined;

  constructor(
    path: string,
    key: string,
    request: HintRequest<T>,
    held: HeldHints,
    { root, onEvent }: { readonly root: string; readonly onEvent: LockEventListener | undefined },
  ) {
    this.#path = path;
    this.#key = key;
    this.#request = request;
    this.#held = held;
    this.#root = root;
    this.#onEvent = onEvent;
  }

  async run(): Promise<T> {
    const { lookup, work, signal } = this.#request;
    return holding("flight", this.#key, async () => {
      for (;;) {
        signal?.throwIfAborted();
        const hit = lookup();
        if (hit !== undefined) return hit;
        if (!this.#take()) {
          const found = await this.#waitForOther();
          if (found !== undefined) return found;
          continue;
        }
        try {
          // H3. Another may have published between the look and the hint.
          return lookup() ?? (await work());
        } finally {
          this.#release();
        }
      }
    });
  }

  /** H1, unless another request of this process has it. */
  #take(): boolean {
    const held = this.#held.get(this.#path);
    if (held !== undefined) {
      held.requests += 1;
      return true;
    }
    const id = this.#create();
    if (id === "taken") return false;
    this.#held.set(this.#path, { id, requests: 1 });
    return true;
  }

  /** H1. @returns which file it is; undefined where none can be made */
  #create(): string | "taken" | undefined {
    for (let attempt = 1; ; attempt++)
      try {
        return createHint(this.#path, this.#request.lease.name);
      } catch (error) {
        // What is no file is nobody's hint, and nobody takes it away.
        if (errorCode(error) === "EEXIST") return isFileAt(this.#path) ? "taken" : undefined;
        if (errorCode(error) !== "ENOENT" || attempt > 1) return undefined;
        try {
          makeFolders(join(this.#path, ".."), 0o775);
        } catch {
          return undefined;
        }
      }
  }

  /** H4, after the last request of this process. */
  #release(): void {
    const held = this.#held.get(this.#path);
    if (held === undefined || --held.requests > 0) return;
    this.#held.delete(this.#path);
    // It may have been revoked by a wrong verdict.
    if (held.id !== undefined) unlinkThat(this.#path, held.id);
  }

  /** H2: until the hint that stands there now has gone, or the result is there: a group's hint stands for others too. */
  async #waitForOther(): Promise<T | undefined> {
    const started = performance.now();
    const name = new WatchedName(this.#path);
    try {
      return await this.#waitFor(name, started);
    } finally {
      name.close();
      this.#onEvent?.({ type: "waited", kind: "flight", subject: this.#key, waitedMs: performance.now() - started });
    }
  }

  async #waitFor(name: WatchedName, started: number): Promise<T | undefined> {
    const { lookup, signal, group = this.#key } = this.#request;
    const judges = new Judges(this.#root, stake);
    const nextPause = pausesOf(name);
    let hint: Hint | undefined;
    let seenAt = started;
    let deadAt: number | undefined;
    let reportAt = started + firstReportMs;
    for (;;) {
      // The name is written right after the create: until then it is read again.
      if (hint === undefined || hint.lease === "") {
        const id: string | undefined = hint?.id;
        hint = readHint(this.#path);
        if (hint?.id !== id) seenAt = performance.now();
      }
      if (hint === undefined || !stands(this.#path, hint.id)) return undefined;
      // What is alone is there when its hint has gone, and not before.
      const found = group === this.#key ? undefined : lookup();
      if (found !== undefined) return found;
      const isNameless = hint.lease === "" && performance.now() - seenAt > namelessMs(dirname(this.#path));
      if (isNameless || (await judges.verdict({ lease: holderOf(hint.lease), path: this.#path })) === "dead") {
        deadAt ??= performance.now();
        const isOverdue = performance.now() - deadAt > namelessMs(dirname(this.#path));
        if (takeAway(this.#path, hint, isOverdue)) {
          const from = describeHolder(this.#root, hint.lease, "write", this.#path);
          this.#onEvent?.({ type: "taken over", kind: "flight", subject: this.#key, from });
          return undefined;
        }
      }
      const now = performance.now();
      if (now >= reportAt) {
        reportAt = now + nextReportMs;
        const holders = [describeHolder(this.#root, hint.lease, "write", this.#path)];
        this.#onEvent?.({ type: "waiting", kind: "flight", subject: this.#key, holders });
      }
      const longestMs = group === this.#key ? Infinity : longestPauseOfGroupMs;
      await name.sleep(Math.min(nextPause(), longestMs, untilReport(reportAt)), signal);
      signal?.throwIfAborted();
    }
  }
}

/** H1. @returns which file it is */
function createHint(path: string, lease: string): string {
  const file = openSync(path, "wx", 0o666);
  try {
    writeSync(file, lease);
    return idOf(fstatSync(file));
  } catch (error) {
    // On a full disk: without a name others would wait for it.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** So long somebody waits for the name of who works: it is there within a moment, and seen by another machine within seconds. Else its writer was killed. */
const namelessMs = (folder: string): number => (isRemote(folder) ? 5000 : 1000);

/** In place of a name that none is, because its writer was killed between create and write: of another boot, so that age decides. */
const nobody = `${"0".repeat(16)}_${"0".repeat(10)}_0_0`;

const holderOf = (lease: string): string => (parseLeaseName(lease) === undefined ? nobody : lease);

/**
 * H2, of a hint whose holder is dead: whoever makes its claim unlinks it. Of two who did so at once, one would unlink the hint that the other has made
 * since its look; to put that back would be worse (CE24). A claim is made for a moment: where one stays, its maker was killed (`isOverdue`), and
 * work may be done twice.
 * @returns whether this one took it away; else another does, or nobody may, and whoever waits goes on waiting, and asks again
 */
function takeAway(path: string, { id }: Hint, isOverdue = false): boolean {
  const claim = join(dirname(path), nameOf(`${basename(path)} ${id}`));
  try {
    closeSync(openSync(claim, "wx", 0o666));
  } catch (error) {
    if (errorCode(error) === "EEXIST" && !isOverdue) return false;
  }
  const isTaken = unlinkThat(path, id);
  try {
    unlinkSync(claim);
  } catch {
    // It could not be made, or was swept.
  }
  return isTaken;
}

/** @returns whether that very file stood there, and has gone */
function unlinkThat(path: string, id: string): boolean {
  try {
    if (!stands(path, id)) return false;
    unlinkSync(path);
    return true;
  } catch {
    return false; // Gone, or not to be removed here.
  }
}

function stands(path: string, id: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && idOf(stats) === id;
}

/** Also where it has gone: then it is looked at again. */
function isFileAt(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

function readHint(path: string): Hint | undefined {
  let file: number | undefined;
  try {
    const opened = openFile(path, { followsLinks: false });
    file = opened.descriptor;
    return { id: idOf(opened.stats), lease: readFileSync(file, "latin1") };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Inode numbers are given again; a file's birth tells them apart, and its change time where there is no birth. */
function idOf({ dev, ino, birthtimeMs, ctimeMs }: Stats): string {
  return `${dev}:${ino}:${birthtimeMs === 0 ? ctimeMs : birthtimeMs}`;
}
