import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { BytecodeNotCompiled } from "../errors.ts";

export interface CompileOptions {
  /** The interpreter whose bytecode is made. */
  readonly executable: string;
  /** Absolute paths of `.py` files. */
  readonly files: readonly string[];
  /** How many interpreters work side by side. */
  readonly processes: number;
  /** `PYC_INVALIDATION_MODE` (timestamp, checked-hash, unchecked-hash) and SOURCE_DATE_EPOCH are Python's own (PEP 552). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** How long one file may take, in milliseconds; 60,000 unless told otherwise. */
  readonly fileTimeoutMs?: number;
}

export interface CompileReport {
  /** Files whose bytecode was made. */
  readonly compiled: number;
  /** Files whose bytecode was there already. */
  readonly current: number;
  /** Files that are no Python of this version, or cannot be read or written beside: importing them will say so. */
  readonly skipped: number;
}

/**
 * Compiles Python files into their `__pycache__` (PEP 3147), each written to a temporary name and renamed by Python itself. What has bytecode
 * of this source already is left alone.
 * @throws {BytecodeNotCompiled} when an interpreter ends or hangs; the signal's reason when it is aborted. What was compiled stays.
 */
export async function compileBytecode(options: CompileOptions): Promise<CompileReport> {
  const report = { compiled: 0, current: 0, skipped: 0 };
  // A name with a line break cannot be told to the interpreters, nor imported.
  const files = options.files.filter((file) => !file.includes("\n"));
  const next = files.values();
  const count = Math.min(options.processes, Math.ceil(files.length / filesAhead));
  const compilers = Array.from({ length: count }, () => new Compiler(options, next, report));
  try {
    await Promise.all(compilers.map((compiler) => compiler.run()));
    return report;
  } finally {
    for (const compiler of compilers) compiler.kill();
  }
}

/** Each process has so many files before it, so that it never waits for the next one. */
const filesAhead = 16;

/** Answers each line, a path, by one letter. Its messages would be about other people's code, so it has none. */
const script = `
import importlib.util, os, py_compile, struct, sys, warnings
warnings.simplefilter("ignore")
mode = os.environ.get("PYC_INVALIDATION_MODE")
mode = py_compile.PycInvalidationMode[mode.upper().replace("-", "_")] if mode else None
def is_current(path):
    try:
        with open(importlib.util.cache_from_source(path), "rb") as file: head = file.read(16)
        stat = os.stat(path)
    except OSError:
        return False
    return head == importlib.util.MAGIC_NUMBER + struct.pack("<LLL", 0, int(stat.st_mtime) & 0xffffffff, stat.st_size & 0xffffffff)
for line in sys.stdin.buffer:
    path = os.fsdecode(line[:-1])
    try:
        if mode in (None, py_compile.PycInvalidationMode.TIMESTAMP) and is_current(path): answer = b"="
        else:
            py_compile.compile(path, doraise=True, invalidation_mode=mode)
            answer = b"+"
    except Exception:
        answer = b"-"
    os.write(1, answer)
`;

const counters = { "+": "compiled", "=": "current", "-": "skipped" } as const;

class Compiler {
  readonly #child: ChildProcess;
  readonly #options: CompileOptions;
  readonly #files: Iterator<string>;
  readonly #report: Record<keyof CompileReport, number>;
  /** Told and not answered yet, in this order. */
  readonly #told: string[] = [];
  #stderr = "";
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  constructor(options: CompileOptions, files: Iterator<string>, report: Record<keyof CompileReport, number>) {
    this.#options = options;
    this.#files = files;
    this.#report = report;
    const { executable, env, signal } = options;
    this.#child = spawn(executable, ["-I", "-S", "-B", "-c", script], {
      env: { ...env },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" }),
    });
  }

  async run(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    stdout?.setEncoding("latin1").on("data", (answers: string) => this.#take(answers));
    stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-2000)));
    // That it has ended is said by its exit.
    stdin?.on("error", () => {});
    this.#tell(filesAhead);
    const [code, signalName] = await this.#ended();
    clearTimeout(this.#timer);
    if (this.#failure !== undefined) throw this.#failure;
    if (code === 0 && this.#told.length === 0) return;
    const said = this.#stderr.trim().split("\n").at(-1) ?? "";
    throw this.#notCompiled(`it ended with ${code ?? signalName}${said === "" ? "" : `: ${said}`}`);
  }

  async #ended(): Promise<[number | null, NodeJS.Signals | null]> {
    try {
      return (await once(this.#child, "close")) as [number | null, NodeJS.Signals | null];
    } catch (cause) {
      this.#options.signal?.throwIfAborted();
      throw this.#notCompiled(`it cannot be run (${(cause as Error).message})`, { cause });
    }
  }

  kill(): void {
    clearTimeout(this.#timer);
    this.#child.kill("SIGKILL");
  }

  #take(answers: string): void {
    for (const answer of answers) {
      this.#told.shift();
      this.#report[counters[answer as keyof typeof counters]] += 1;
    }
    this.#tell(answers.length);
  }

  #tell(count: number): void {
    const lines: string[] = [];
    for (let next = this.#files.next(); !next.done; next = this.#files.next()) {
      lines.push(next.value);
      if (lines.length === count) break;
    }
    this.#told.push(...lines);
    if (lines.length > 0) this.#child.stdin?.write(`${lines.join("\n")}\n`);
    clearTimeout(this.#timer);
    if (this.#told.length === 0) return void this.#child.stdin?.end();
    this.#timer = setTimeout(() => this.#giveUp(), this.#options.fileTimeoutMs ?? 60_000);
  }

  #giveUp(): void {
    this.#failure = this.#notCompiled("it did not come to an end with it in time, and was ended");
    this.kill();
  }

  #notCompiled(reason: string, options?: ErrorOptions): Error {
    const { compiled, current, skipped } = this.#report;
    const left = this.#options.files.length - compiled - current - skipped;
    return new BytecodeNotCompiled(this.#options.executable, this.#told[0], reason, left, options);
  }
}
