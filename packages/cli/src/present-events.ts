import type { InstallerEvent, OnEvent } from "@murre/installer";
import pc from "picocolors";
import { counted, formatBytes, formatDuration } from "./format.ts";
import type { Terminal, Verbosity } from "./terminal.ts";

export interface EventPresenter {
  readonly onEvent: OnEvent;
  /** Clears the progress line. */
  end(): void;
}

/** Writes an operation's events to stderr: a line for each step, one redrawn line while fetching. */
export function presentEvents(terminal: Terminal, verbosity: Verbosity): EventPresenter {
  const colors = pc.createColors(terminal.color);
  const fetching = new Map<string, number>();
  let drawn = false;
  const clear = () => {
    if (drawn) terminal.err("\r\u001b[K");
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    terminal.err(`${text}\n`);
  };
  const draw = () => {
    if (!terminal.redraws || verbosity === "quiet") return;
    clear();
    if (fetching.size === 0) return;
    const bytes = [...fetching.values()].reduce((sum, received) => sum + received, 0);
    const names = [...fetching.keys()].slice(0, 3).join(", ");
    terminal.err(colors.dim(`fetching ${counted(fetching.size, "distribution")} (${formatBytes(bytes)}): ${names}`));
    drawn = true;
  };
  const onEvent = (event: InstallerEvent) => {
    if (event.type === "fetch-started") fetching.set(event.name, 0);
    if (event.type === "fetch-progress") fetching.set(event.name, event.receivedBytes);
    if (event.type === "fetched") fetching.delete(event.name);
    if (event.type.startsWith("fetch")) draw();
    const text = describe(event, verbosity, colors);
    if (text !== undefined) line(text);
  };
  return { onEvent, end: clear };
}

function describe(
  event: InstallerEvent,
  verbosity: Verbosity,
  colors: ReturnType<typeof pc.createColors>,
): string | undefined {
  if (event.type === "warning") return `${colors.yellow("warning:")} ${event.message}`;
  if (verbosity === "quiet") return undefined;
  switch (event.type) {
    case "interpreter":
      return event.environment && verbosity !== "verbose"
        ? undefined
        : `Using Python ${event.version} at ${event.executable}`;
    case "waiting":
      return colors.dim(event.what.replace(/^./, (first) => first.toUpperCase()));
    case "building":
      return colors.dim(
        `Building ${event.source}: ${event.hook}${verbosity === "verbose" ? `, log ${event.logPath}` : ""}`,
      );
    case "built":
      return colors.dim(`Built ${event.filename} in ${formatDuration(event.durationMs)}`);
    case "resolved":
      return colors.dim(
        `Resolved ${counted(event.distributions, "distribution")} in ${formatDuration(event.durationMs)}`,
      );
    case "prepared":
      if (event.fetched === 0) return undefined;
      return colors.dim(`Prepared ${counted(event.fetched, "distribution")} in ${formatDuration(event.durationMs)}`);
    case "recovered":
      return event.message.replace(/^./, (first) => first.toUpperCase());
    case "changed":
      if (event.files === 0) return undefined;
      return colors.dim(`Placed ${counted(event.files, "file")} in ${formatDuration(event.durationMs)}`);
    case "compiled":
      if (event.compiled === 0) return undefined;
      return colors.dim(`Compiled ${counted(event.compiled, "file")} in ${formatDuration(event.durationMs)}`);
    case "debug":
      return verbosity === "verbose" ? colors.dim(event.message) : undefined;
    default:
      return undefined;
  }
}
