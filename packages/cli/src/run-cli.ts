import { reasonOf } from "@murre/files";
import type { ConfiguredOption, ConfiguredRequest, InstallerEvent, OnEvent, Operations } from "@murre/installer";
import { CommanderError } from "commander";
import pc from "picocolors";
import { UsageError, type CliErrorCode } from "./errors.ts";
import { presentEvents } from "./present/events.ts";
import { say, sayHelp, sayJson, sayLines, styled } from "./present/printable.ts";
import { defined, type GlobalFlags } from "./options.ts";
import { buildProgram } from "./program.ts";
import { folderOfProject } from "./resolution-options.ts";
import type { Runner } from "./runner.ts";
import type { LiveTerminal, Terminal, Verbosity } from "./present/terminal.ts";

/** What the composition root gives: everything that touches the world. */
export interface CliContext {
  readonly version: string;
  readonly platform: string;
  readonly stdout: { write(text: string): void; readonly isTTY?: boolean };
  readonly stderr: {
    write(text: string): void;
    readonly isTTY?: boolean;
    readonly columns?: number | undefined;
    readonly rows?: number | undefined;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the running operation; its reason becomes exit code 130. */
  readonly signal: AbortSignal;
  createOperations(settings: { readonly cacheFolder?: string; readonly cwd?: string }): Operations;
  /** What variables and files say of a command's options. @throws what the files cause */
  readConfigured?(request: ConfiguredRequest, cwd?: string): Promise<readonly ConfiguredOption[]>;
  /** Is told what the operation tells, besides what is printed. */
  onEvent?(event: InstallerEvent): void;
  /** Opens a file to add to, for `--log`. @throws what the file system says */
  openLog?(path: string): { write(text: string): void };
  /** Begins what `--trace` asks for. @throws what the file system says */
  openTrace?(path: string): Promise<Trace>;
  /** The last line of the log of a build, without what is secret in it. */
  lastLine?(path: string): string | undefined;
  /** By what it is shown how long something takes; the system's unless told otherwise. */
  readonly clock?: Pick<LiveTerminal, "now" | "every">;
}

/** What took how long, for a viewer of traces. */
export interface Trace {
  take(event: InstallerEvent): void;
  end(): void;
}

/** 0 done, 1 the request cannot be met, 2 usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Runs one command line, without the program's name: `["pip", "sync", "requirements.txt"]`. Never throws. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  const failures: { exit: ExitCode }[] = [];
  const notes: string[] = [];
  const run: Runner = async (flags, body) => {
    const terminal = openTerminal(flags, context);
    const shown = presentEvents(terminal, verbosity(flags));
    let log: Log | undefined;
    let trace: Trace | undefined;
    const onEvent: OnEvent = (event) => {
      shown.onEvent(event);
      log?.onEvent(event);
      trace?.take(event);
      context.onEvent?.(event);
    };
    try {
      log = openLog(flags, context);
      trace = await openTrace(flags, context);
      for (const message of notes) onEvent({ type: "debug", message });
      const operations = context.createOperations(defined({ cacheFolder: flags.cacheDir, cwd: flags.directory }));
      await body({
        operations,
        terminal,
        platform: context.platform,
        words,
        variable: (name) => context.env[name] || undefined,
        fail: (exit = 1) => failures.push({ exit }),
        context: { signal: context.signal, onEvent },
      });
      shown.end();
    } catch (error) {
      shown.end();
      failures.push({ exit: presentError(error, flags, terminal, context.signal) });
      if (log !== undefined) presentError(error, { ...plainFlags, verbose: true }, log.terminal, context.signal);
    } finally {
      trace?.end();
    }
  };
  const program = buildProgram(
    context.version,
    words,
    run,
    (note) => notes.push(note),
    (command) => configuredFor(command, words, context),
  );
  configureOutput(program, context);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return presentError(error, plainFlags, openTerminal(plainFlags, context), context.signal);
  }
  return failures[0]?.exit ?? 0;
}

/** What is configured for a command, as far as the words do not ask for less: `--no-config`, `--isolated`, and help, which needs none. */
async function configuredFor(command: readonly string[], words: readonly string[], context: CliContext) {
  const end = words.indexOf("--");
  const options = end === -1 ? words : words.slice(0, end);
  const has = (...names: readonly string[]) => options.some((word) => names.includes(word));
  if (context.readConfigured === undefined || has("--help", "-h")) return [];
  const configFile = valueIn(options, "--config-file");
  const projectFolder = folderOfProject(valueIn(options, "--project"));
  return context.readConfigured(
    {
      command,
      ...defined({
        configFile,
        projectFolder,
        ignoreConfiguration: has("--no-config") ? true : undefined,
        isolated: has("--isolated") ? true : undefined,
      }),
    },
    valueIn(options, "--directory"),
  );
}

/** `--name value`, `--name=value`: of what has to be known before the words are read. */
function valueIn(words: readonly string[], name: string): string | undefined {
  const last = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  return words[last]?.startsWith(`${name}=`) === true
    ? words[last].slice(name.length + 1)
    : words[last + 1 || words.length];
}

interface Log {
  readonly terminal: Terminal;
  readonly onEvent: OnEvent;
}

/** What `--log` asks for: events as `-v` shows them, and errors, without colours. @throws {UsageError} */
function openLog({ log }: GlobalFlags, { openLog: open }: CliContext): Log | undefined {
  if (log === undefined || open === undefined) return undefined;
  try {
    const { write } = open(log);
    const terminal: Terminal = {
      out: () => {},
      err: (text) => write(`${text}`),
      note: () => {},
      color: false,
    };
    return { terminal, onEvent: presentEvents(terminal, "verbose").onEvent };
  } catch (error) {
    throw new UsageError(`--log ${log}: the file cannot be opened: ${reasonOf(error)}`);
  }
}

/** @throws {UsageError} */
async function openTrace({ trace }: GlobalFlags, context: CliContext): Promise<Trace | undefined> {
  if (trace === undefined || context.openTrace === undefined) return undefined;
  try {
    return await context.openTrace(trace);
  } catch (error) {
    throw new UsageError(`--trace ${trace}: the file cannot be written: ${reasonOf(error)}`);
  }
}

/** Of a command whose words could not be read to their end. */
const plainFlags: GlobalFlags = { progress: false, color: "auto", cache: true, config: true };

type Program = ReturnType<typeof buildProgram>;

/** Subcommands do not inherit these settings once they are made, so each of them is told. */
function configureOutput(command: Program, context: CliContext): void {
  command.configureOutput({
    writeOut: (text) => context.stdout.write(`${sayHelp(text)}`),
    writeErr: (text) => context.stderr.write(`${sayHelp(text)}`),
  });
  command.exitOverride();
  for (const subcommand of command.commands) configureOutput(subcommand as Program, context);
}

function verbosity(flags: GlobalFlags): Verbosity {
  return flags.quiet === true ? "quiet" : flags.verbose === true ? "verbose" : "normal";
}

function openTerminal(flags: GlobalFlags, context: CliContext): Terminal {
  const { stdout, stderr, env } = context;
  const forced = env["FORCE_COLOR"] ?? "";
  const wished = forced !== "" && forced !== "0" && forced !== "false";
  const refused = (forced !== "" && !wished) || (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "");
  const auto = wished || (!refused && stdout.isTTY === true && stderr.isTTY === true && !isDumb(env));
  const color = flags.color === "always" || (flags.color === "auto" && auto);
  return {
    out: (text) => stdout.write(`${text}`),
    err: (text) => stderr.write(`${text}`),
    note: (text) => {
      if (flags.quiet !== true) stderr.write(`${text}`);
    },
    color,
    live: flags.progress ? openLive(color, context) : undefined,
  };
}

function openLive(color: boolean, { stderr, env, platform, clock = systemClock, lastLine }: CliContext): LiveTerminal {
  return {
    ...clock,
    err: (text) => stderr.write(`${text}`),
    redraws: stderr.isTTY === true && !isDumb(env),
    color,
    isUnicode: platform === "win32" || platform === "darwin" || /utf-?8/i.test(localeOf(env)),
    columns: () => Math.max(20, stderr.columns ?? 80),
    rows: () => stderr.rows ?? 24,
    lastLine: (path) => lastLine?.(path),
  };
}

/** A terminal that cannot move its cursor. */
const isDumb = (env: CliContext["env"]): boolean => env["TERM"] === "dumb";

function localeOf(env: CliContext["env"]): string {
  return env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
}

const systemClock: NonNullable<CliContext["clock"]> = {
  now: () => performance.now(),
  every(ms, call) {
    const timer = setInterval(call, ms).unref();
    return () => clearInterval(timer);
  },
};

/** `error: what, where, what next (CODE)`; with --json also as a document on stdout. Returns the exit code. */
function presentError(error: unknown, flags: GlobalFlags, terminal: Terminal, signal: AbortSignal): ExitCode {
  if (signal.aborted) {
    terminal.err(say`interrupted\n`);
    return 130;
  }
  const colors = pc.createColors(terminal.color);
  const { message, code } = readError(error);
  const shownCode = code === undefined || message.endsWith(`(${code})`) ? "" : ` (${code})`;
  terminal.err(say`${styled(colors.red, "error:")} ${sayLines(message)}${shownCode}\n`);
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    const reason = reasonOf(cause).trimEnd();
    const [firstLine = ""] = reason.split("\n", 1);
    if (!message.includes(firstLine)) terminal.err(say`  caused by: ${sayLines(placeOf(cause, message) + reason)}\n`);
  }
  if (flags.verbose === true && error instanceof Error && error.stack !== undefined)
    terminal.err(say`${styled(colors.dim, sayLines(error.stack))}\n`);
  if (flags.json === true)
    terminal.out(say`${sayJson({ error: { code: code ?? null, message, ...derivationOf(error) } })}\n`);
  return code === ("MURRE_USAGE" satisfies CliErrorCode) ? 2 : 1;
}

function readError(error: unknown): { message: string; code: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  const { code } = error as { code?: unknown };
  return { message: error.message, code: typeof code === "string" ? code : undefined };
}

/** Why there is no solution, for programs. */
function derivationOf(error: unknown): object {
  const { tree, hints } = error as { tree?: unknown; hints?: unknown };
  return tree === undefined ? {} : { hints, tree };
}

/** The path that the system refused something of, where the message does not name it. */
function placeOf(error: unknown, message: string): string {
  const { path, syscall } = error as Partial<NodeJS.ErrnoException>;
  return syscall === undefined || path === undefined || message.includes(path) ? "" : `${path}: `;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** What the process says at its end of an error that nobody caught. */
export function describeCrash(error: unknown): string {
  const { message, code } = readError(error);
  const stack = error instanceof Error && error.stack !== undefined ? say`\n${sayLines(error.stack)}` : "";
  return `${say`error: ${sayLines(message)} (${code ?? "MURRE_CRASHED"}); please report this${stack}\n`}`;
}
