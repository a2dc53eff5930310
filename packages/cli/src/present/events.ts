import type { InstallerEvent, OnEvent } from "@murre/installer";
import pc from "picocolors";
import { counted, formatBytes, formatDuration } from "./format.ts";
import { say, sayLines, styled, type Printable } from "./printable.ts";
import type { Terminal, Verbosity } from "./terminal.ts";

export interface EventPresenter {
  readonly onEvent: OnEvent;
  /** Clears the progress line. */
  end(): void;
}

/** Writes an operation's events to stderr: a line for each step, one redrawn line while fetching or checking. */
export function presentEvents(terminal: Terminal, verbosity: Verbosity): EventPresenter {
  const colors = pc.createColors(terminal.color);
  const fetching = new Map<string, number>();
  let drawn = false;
  const clear = () => {
    if (drawn) terminal.err(say`\r\u001b[K`);
    drawn = false;
  };
  const line = (text: Printable) => {
    clear();
    terminal.err(say`${text}\n`);
  };
  const redraw = (text: Printable | undefined) => {
    if (!terminal.redraws || verbosity === "quiet") return;
    clear();
    if (text === undefined) return;
    terminal.err(styled(colors.dim, text));
    drawn = true;
  };
  const fetchingNow = (): Printable | undefined => {
    if (fetching.size === 0) return undefined;
    const bytes = [...fetching.values()].reduce((sum, received) => sum + received, 0);
    const names = [...fetching.keys()].slice(0, 3).join(", ");
    const sum = `${counted(fetching.size, "distribution")} (${formatBytes(bytes)})`;
    return say`fetching ${sum}: ${names}`;
  };
  const onEvent = (event: InstallerEvent) => {
    if (event.type === "fetch-started") fetching.set(event.name, 0);
    if (event.type === "fetch-progress") fetching.set(event.name, event.receivedBytes);
    if (event.type === "fetched") fetching.delete(event.name);
    if (event.type.startsWith("fetch")) redraw(fetchingNow());
    if (event.type === "verifying")
      redraw(say`checking ${event.archives} of ${counted(event.of, "archive")} (${formatBytes(event.bytes)})`);
    if (event.type === "verified") redraw(undefined);
    const text = describe(event, verbosity, colors);
    if (text !== undefined) line(text);
  };
  return { onEvent, end: clear };
}

function describe(
  event: InstallerEvent,
  verbosity: Verbosity,
  colors: ReturnType<typeof pc.createColors>,
): Printable | undefined {
  if (event.type === "warning") return say`${styled(colors.yellow, "warning:")} ${sayLines(event.message)}`;
  const dim = (text: Printable) => styled(colors.dim, text);
  if (verbosity === "quiet") return undefined;
  switch (event.type) {
    case "interpreter":
      return event.environment && verbosity !== "verbose"
        ? undefined
        : say`Using Python ${event.version} at ${event.executable}`;
    case "waiting":
      return dim(sayLines(capitalized(event.what)));
    case "repository":
      return dim(say`Fetching ${event.revision} from ${event.repository}`);
    case "building":
      return dim(
        verbosity === "verbose"
          ? say`Building ${event.source}: ${event.hook}, log ${event.logPath}`
          : say`Building ${event.source}: ${event.hook}`,
      );
    case "built":
      return dim(say`Built ${event.filename} in ${formatDuration(event.durationMs)}`);
    case "resolved":
      return dim(say`Resolved ${counted(event.distributions, "distribution")} in ${formatDuration(event.durationMs)}`);
    case "prepared":
      if (event.fetched === 0) return undefined;
      return dim(say`Prepared ${counted(event.fetched, "distribution")} in ${formatDuration(event.durationMs)}`);
    case "recovered":
      return sayLines(capitalized(event.message));
    case "changed":
      if (event.files === 0) return undefined;
      return dim(say`Placed ${counted(event.files, "file")} in ${formatDuration(event.durationMs)}`);
    case "compiled":
      if (event.compiled === 0) return undefined;
      return dim(say`Compiled ${counted(event.compiled, "file")} in ${formatDuration(event.durationMs)}`);
    case "debug":
      return verbosity === "verbose" ? dim(sayLines(event.message)) : undefined;
    default:
      return undefined;
  }
}

const capitalized = (text: string): string => text.replace(/^./, (first) => first.toUpperCase());
