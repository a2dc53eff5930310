import { reasonOf } from "@murre/files";

/** Standard output or error. Writing throws nothing: a change is not left in its middle because its report has no place. */
export interface Output {
  readonly isTTY: boolean;
  /** Of a terminal. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  write(text: string): void;
}

/** Both, by their descriptors. */
export type Outputs = Readonly<Record<1 | 2, Output>>;

/**
 * Standard output and error of this process. Where the former cannot be written, one sentence says so on the latter, and the exit code is no
 * longer 0; a reader that went away had enough, and where nobody reads errors, nobody is told.
 */
export function openOutputs(platform: NodeJS.Platform): Outputs {
  const stderr = new ProcessOutput(2, platform, () => {});
  const stdout = new ProcessOutput(1, platform, (error) => {
    if (error.code === "EPIPE") return;
    stderr.write(`error: standard output cannot be written, what is there is not whole: ${reasonOf(error)}\n`);
    // Behind what looks whether the command is done.
    process.once("exit", () => (process.exitCode ||= 1));
  });
  return { 1: stdout, 2: stderr };
}

/**
 * Files and pipes are written to without Node's streams: these take milliseconds to load, and believe of a disk that is nearly full that it took
 * all that it was given. Terminals, pipes that cannot be waited for and Windows have a stream.
 */
class ProcessOutput implements Output {
  // Not imported: what is printed is no fact of a remembered run, for which imported ones are watched.
  readonly #fs = process.getBuiltinModule("node:fs");
  readonly #descriptor: 1 | 2;
  readonly #onLost: (error: NodeJS.ErrnoException) => void;
  #needsStream: boolean;
  #stream: NodeJS.WriteStream | undefined;
  #isLost = false;

  constructor(descriptor: 1 | 2, platform: NodeJS.Platform, onLost: (error: NodeJS.ErrnoException) => void) {
    this.#descriptor = descriptor;
    this.#onLost = onLost;
    this.#needsStream = platform === "win32" || this.#mayBeTerminal();
  }

  get isTTY(): boolean {
    // Not set where it is none.
    return this.#needsStream && Boolean(this.#openStream().isTTY);
  }

  get columns(): number | undefined {
    return this.isTTY ? this.#openStream().columns : undefined;
  }

  get rows(): number | undefined {
    return this.isTTY ? this.#openStream().rows : undefined;
  }

  write(text: string): void {
    if (this.#isLost || text === "") return;
    let rest: Uint8Array = Buffer.from(text);
    try {
      if (this.#needsStream) this.#openStream().write(rest);
      else while (rest.byteLength > 0) rest = rest.subarray(this.#fs.writeSync(this.#descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return this.#lose(error as NodeJS.ErrnoException);
      this.#needsStream = true;
      this.#openStream().write(rest);
    }
  }

  #mayBeTerminal(): boolean {
    try {
      const output = this.#fs.fstatSync(this.#descriptor);
      return output.isCharacterDevice() && output.rdev !== this.#fs.statSync("/dev/null").rdev;
    } catch {
      return false;
    }
  }

  #openStream(): NodeJS.WriteStream {
    if (this.#stream !== undefined) return this.#stream;
    const stream = this.#descriptor === 1 ? process.stdout : process.stderr;
    stream.on("error", (error) => {
      this.#lose(error);
      stream.destroy();
    });
    this.#stream = stream;
    return stream;
  }

  #lose(error: NodeJS.ErrnoException): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#onLost(error);
  }
}
