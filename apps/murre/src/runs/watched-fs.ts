import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { codeOf, nothing, saidOf, youngest, type Fact } from "./facts.ts";

type FileSystem = typeof fs;

/** What a run has done to the file system, and what it was told by it. */
export interface WatchedRun {
  /** In the order in which they were told, and as often. */
  readonly facts: readonly Fact[];
  /** The youngest change that was seen (milliseconds since 1970). */
  readonly youngestMs: number;
  /** It did or asked what facts cannot tell, or left something behind. */
  readonly isSpoilt: boolean;
  spoil(): void;
}

/** More facts are not compared faster than they are found again. */
const mostFacts = 50_000;

/** Of the calls that are not watched, these change nothing and tell nothing that their descriptor's opening did not. */
const harmless = new Set(["closeSync", "fstatSync", "constants", "Stats", "Dirent"]);

/**
 * Node's file system, which notes what is asked of it. A file that is made and removed again, such as a lease, is nobody's business; any other
 * change spoils the run, as does what is asked in a way that is not known here.
 */
export function watchFileSystem(): { readonly fileSystem: FileSystem; readonly run: WatchedRun } {
  const watch = new Watch();
  return { fileSystem: watch.fileSystem(), run: watch };
}

class Watch implements WatchedRun {
  readonly facts: Fact[] = [];
  youngestMs = 0;
  #isSpoilt = false;
  /** Files that this run has made, and whether they are there still. */
  readonly #own = new Map<string, boolean>();
  readonly #ownDescriptors = new Set<number>();
  readonly #opened = new Set<number>();

  get isSpoilt(): boolean {
    return this.#isSpoilt || [...this.#own.values()].includes(true);
  }

  spoil(): void {
    this.#isSpoilt = true;
    this.facts.length = 0;
  }

  fileSystem(): FileSystem {
    const calls: Record<string, unknown> = {};
    const members = Object.getOwnPropertyDescriptors(process.getBuiltinModule("node:fs"));
    for (const [name, { get, value: member }] of Object.entries(members) as [string, PropertyDescriptor][])
      if (get !== undefined) Object.defineProperty(calls, name, { get: () => this.#late(get), enumerable: true });
      else calls[name] = typeof member !== "function" || harmless.has(name) ? member : this.#spoiling(member as Call);
    const watched: Partial<Record<keyof FileSystem, unknown>> = {
      existsSync: (path: fs.PathLike) => {
        try {
          return this.#stats("s", path, () => fs.statSync(path, { throwIfNoEntry: false })) !== undefined;
        } catch {
          return false;
        }
      },
      statSync: (path: fs.PathLike, options?: fs.StatSyncOptions) =>
        this.#stats("s", path, () => fs.statSync(path, options)),
      lstatSync: (path: fs.PathLike, options?: fs.StatSyncOptions) =>
        this.#stats("l", path, () => fs.lstatSync(path, options)),
      accessSync: (path: fs.PathLike, mode = fs.constants.F_OK) =>
        this.#said(`${mode}`, path, () => {
          fs.accessSync(path, mode);
          return "ok";
        }),
      realpathSync: Object.assign((path: fs.PathLike) => this.#said("r", path, () => fs.realpathSync(path)), {
        native: (path: fs.PathLike) => this.#said("n", path, () => fs.realpathSync.native(path)),
      }),
      readdirSync: (path: fs.PathLike, options?: object) => {
        this.#told("s", path, () => {
          const stats = fs.statSync(path);
          this.#note("S", path, stats);
        });
        return fs.readdirSync(path, options);
      },
      readlinkSync: (path: fs.PathLike, options?: fs.EncodingOption) => {
        this.#told("l", path, () => this.#note("l", path, fs.lstatSync(path)));
        return fs.readlinkSync(path, options);
      },
      readFileSync: (path: fs.PathOrFileDescriptor, options?: fs.ObjectEncodingOptions) => {
        if (typeof path === "number") this.#read(path);
        else this.#told("s", path, () => this.#noteFile("s", path, fs.statSync(path)));
        return fs.readFileSync(path, options);
      },
      openSync: (path: fs.PathLike, flags: fs.OpenMode = "r", mode?: fs.Mode) => this.#open(path, flags, mode),
      readSync: (descriptor: number, ...rest: unknown[]) => {
        this.#read(descriptor);
        return (fs.readSync as Call)(descriptor, ...rest);
      },
      writeSync: (descriptor: number, ...rest: unknown[]) => {
        if (!this.#ownDescriptors.has(descriptor)) this.spoil();
        return (fs.writeSync as Call)(descriptor, ...rest);
      },
      unlinkSync: (path: fs.PathLike) => {
        if (this.#own.has(this.#pathOf(path))) this.#own.set(this.#pathOf(path), false);
        else this.spoil();
        fs.unlinkSync(path);
      },
      mkdirSync: (path: fs.PathLike, options?: fs.MakeDirectoryOptions) => {
        const made = fs.mkdirSync(path, options);
        if (made !== undefined || options?.recursive !== true) this.spoil();
        return made;
      },
    };
    return Object.assign(calls, watched) as unknown as FileSystem;
  }

  /** Node loads its streams and promises of files when somebody asks for them, which nobody should by listing its members. */
  #late(get: () => unknown): unknown {
    this.spoil();
    return get.call(fs);
  }

  /** With all that hangs at the call: `native`, and what `util.promisify` finds there, which is not enumerable. Who takes a call from there makes it. */
  #spoiling(call: Call): Call {
    return new Proxy(call, {
      apply: (target, self, words: unknown[]) => {
        this.spoil();
        return Reflect.apply(target, self, words) as unknown;
      },
      get: (target, member) => {
        const value: unknown = Reflect.get(target, member);
        if (typeof value === "function") this.spoil();
        return value;
      },
    });
  }

  #open(path: fs.PathLike, flags: fs.OpenMode, mode?: fs.Mode): number {
    const reads = flags === "r" || (typeof flags === "number" && (flags & ~readingFlags) === 0);
    if (!reads) {
      const descriptor = fs.openSync(path, flags, mode);
      this.#ownDescriptors.add(descriptor);
      // Only what was not there before can be removed without a trace.
      const isNew = flags === "wx" || (typeof flags === "number" && (flags & makingFlags) === makingFlags);
      if (isNew) this.#own.set(this.#pathOf(path), true);
      else this.spoil();
      return descriptor;
    }
    const how = typeof flags === "number" && (flags & fs.constants.O_NOFOLLOW) !== 0 ? "l" : "s";
    return this.#told(how, path, () => {
      const descriptor = fs.openSync(path, flags, mode);
      this.#ownDescriptors.delete(descriptor);
      this.#opened.add(descriptor);
      this.#noteFile(how, path, fs.fstatSync(descriptor));
      return descriptor;
    });
  }

  /** What is read from what this run did not open is what other programs write. */
  #read(descriptor: number): void {
    if (!this.#opened.has(descriptor)) this.spoil();
  }

  #noteFile(how: string, path: fs.PathLike, stats: fs.Stats): void {
    if (!stats.isFile() && !stats.isDirectory()) this.spoil();
    this.#note(how, path, stats);
  }

  #stats<S extends fs.Stats | fs.BigIntStats | undefined>(how: "s" | "l", path: fs.PathLike, ask: () => S): S {
    const stats = this.#told(how, path, ask);
    if (stats === undefined || !stats.isDirectory()) {
      this.#note(how, path, stats);
      return stats;
    }
    const at = this.#note(how, path, stats);
    return at === undefined ? stats : this.#noticed(stats, at, how.toUpperCase());
  }

  /** A folder's facts, which say afterwards whether its times were looked at. */
  #noticed<S extends fs.Stats | fs.BigIntStats>(stats: S, at: number, how: string): S {
    const look = () => {
      const [, path] = this.facts[at] ?? [];
      if (path === undefined) return;
      this.facts[at] = [how, path, saidOf(stats, true)];
      this.youngestMs = Math.max(this.youngestMs, youngest(stats));
    };
    return new Proxy(stats, {
      get(target, member, receiver) {
        if (times.has(member)) look();
        return Reflect.get(target, member, receiver) as unknown;
      },
    });
  }

  #said(how: string, path: fs.PathLike, ask: () => string): string {
    return this.#told(how, path, () => {
      const said = ask();
      this.#add([how, this.#pathOf(path), said]);
      return said;
    });
  }

  /** Notes what an error says, and throws it. */
  #told<Result>(how: string, path: fs.PathLike, ask: () => Result): Result {
    try {
      return ask();
    } catch (error) {
      this.#add([how, this.#pathOf(path), codeOf(error)]);
      throw error;
    }
  }

  #note(how: string, path: fs.PathLike, stats: fs.Stats | fs.BigIntStats | undefined): number | undefined {
    const withTimes = how === "S" || how === "L";
    const at = this.#add([how, this.#pathOf(path), stats === undefined ? nothing : saidOf(stats, withTimes)]);
    if (at !== undefined && stats !== undefined && (withTimes || !stats.isDirectory()))
      this.youngestMs = Math.max(this.youngestMs, youngest(stats));
    return at;
  }

  #pathOf(path: fs.PathLike): string {
    if (path instanceof URL) return fileURLToPath(path);
    if (typeof path !== "string") this.spoil();
    return `${path as string}`;
  }

  /** What is said of the running process says nothing to the next one, and what is this run's own goes with it. */
  #add(fact: Fact): number | undefined {
    const [, path] = fact;
    if (this.#isSpoilt || path.startsWith("/proc/") || this.#own.has(path)) return undefined;
    if (this.facts.length >= mostFacts) {
      this.spoil();
      return undefined;
    }
    return this.facts.push(fact) - 1;
  }
}

type Call = (...words: unknown[]) => unknown;

const times: ReadonlySet<string | symbol> = new Set(["mtimeMs", "ctimeMs", "mtimeNs", "ctimeNs", "mtime", "ctime"]);

const { O_RDONLY, O_NOCTTY = 0, O_NONBLOCK = 0, O_NOFOLLOW = 0, O_DIRECTORY = 0, O_CREAT, O_EXCL } = fs.constants;
const readingFlags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_DIRECTORY;
const makingFlags = O_CREAT | O_EXCL;
