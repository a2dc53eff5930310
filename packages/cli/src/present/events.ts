import type { InstallerEvent, OnEvent } from "@murre/installer";
import pc from "picocolors";
import { capitalized, counted, formatBytes, formatDuration } from "./format.ts";
import type { Live } from "./live/live-area.ts";
import { say, sayLines, styled, type Printable } from "./printable.ts";
import type { LiveTerminal, Terminal, Verbosity } from "./terminal.ts";

export interface EventPresenter {
  readonly onEvent: OnEvent;
  /** Takes away what was drawn. */
  end(): void;
}

/** Writes an operation's events to stderr: a line for each step, and below them what is going on. */
export function presentEvents(terminal: Terminal, verbosity: Verbosity): EventPresenter {
  const colors = pc.createColors(terminal.color);
  const live = verbosity === "quiet" || terminal.live === undefined ? undefined : showLive(terminal.live);
  const redraws = live !== undefined && terminal.live?.redraws === true;
  const onEvent = (event: InstallerEvent) => {
    live?.take(event);
    if (redraws && verbosity === "normal" && isDrawn(event)) return;
    const text = describe(event, verbosity, colors);
    if (text === undefined) return;
    live?.clear();
    terminal.err(say`${text}\n`);
  };
  return { onEvent, end: () => live?.end() };
}

/** What takes time begins. */
const beginnings: ReadonlySet<InstallerEvent["type"]> = new Set([
  "resolving",
  "fetch-started",
  "building",
  "waiting",
  "placing",
  "verifying",
]);

/** What is shown as long as it lasts needs no line that stays. */
function isDrawn({ type }: InstallerEvent): boolean {
  return beginnings.has(type);
}

/** Loads what shows it when something begins: most commands are over before. */
function showLive(terminal: LiveTerminal): Live {
  let shown: Live | undefined;
  let isOver = false;
  let early: InstallerEvent[] | undefined;
  const load = async () => {
    const { drawLive, sayWhatIsSlow } = await import("./live/live-area.ts");
    if (isOver) return;
    shown = terminal.redraws ? drawLive(terminal) : sayWhatIsSlow(terminal);
    for (const event of early ?? []) shown.take(event);
  };
  return {
    take(event) {
      if (shown !== undefined) return shown.take(event);
      if (early === undefined && !beginnings.has(event.type)) return;
      early ??= (void load(), []);
      early.push(event);
    },
    clear: () => shown?.clear(),
    end() {
      isOver = true;
      shown?.end();
    },
  };
}

/** What is as large is told where nothing is drawn. */
const largeBytes = 1 << 20;

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
    case "fetch-started":
      return (event.sizeBytes ?? 0) < largeBytes
        ? undefined
        : dim(say`Downloading ${event.name} ${event.version} (${formatBytes(event.sizeBytes ?? 0)})`);
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
