import type { InstallerEvent } from "@murre/installer";
import pc from "picocolors";
import { joined, say, styled, type Printable } from "../printable.ts";
import type { LiveTerminal } from "../terminal.ts";
import { Activity } from "./activity.ts";
import { cutTo, widthOf } from "./width.ts";

/** Shows what is being done, until `end`. */
export interface Live {
  take(event: InstallerEvent): void;
  /** Makes room for a line that stays. */
  clear(): void;
  end(): void;
}

const drawnEveryMs = 100;
const saidEveryMs = 15_000;
const frames = { unicode: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"], plain: [..."|/-\\"] };

/**
 * The area below what stays: a few lines, each cut to the terminal's width, drawn ten times a second while there is something to
 * show. What takes less than the first tenth is never shown.
 */
export function drawLive(terminal: LiveTerminal): Live {
  const activity = new Activity();
  const { dim } = pc.createColors(terminal.color);
  const spinner = terminal.isUnicode ? frames.unicode : frames.plain;
  /** The widths of the lines that stand there. */
  let drawn: readonly number[] = [];
  let turn = 0;
  const erasing = (columns: number): Printable => {
    if (drawn.length === 0) return say``;
    // A terminal that was made narrower has broken them into several.
    const rows = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 1 ? say`\r\u001b[J` : say`\r\u001b[${rows - 1}A\u001b[J`;
  };
  const clear = () => {
    if (drawn.length > 0) terminal.err(erasing(terminal.columns()));
    drawn = [];
  };
  const draw = () => {
    const columns = terminal.columns();
    const all = activity.lines(terminal.now(), terminal.lastLine);
    const frame = spinner[turn++ % spinner.length] ?? "";
    // The last column stays free: a sign there moves the cursor on to the next row in some terminals.
    const lines = all
      .slice(0, Math.max(1, Math.min(8, terminal.rows() - 1)))
      .map((line, index) => cutTo(columns - 1, `${index === 0 ? `${frame} ` : "  "}${String(line)}`));
    if (lines.length === 0) return clear();
    terminal.err(
      joined([
        erasing(columns),
        joined(
          lines.map((line) => styled(dim, line)),
          "\n",
        ),
      ]),
    );
    drawn = lines.map(widthOf);
  };
  const stop = terminal.every(drawnEveryMs, draw);
  return {
    take: (event) => activity.take(event, terminal.now()),
    clear,
    end() {
      stop();
      clear();
    },
  };
}

/** Where nothing can be drawn: a line now and then while something takes long, so that nobody takes it for a command that hangs. */
export function sayWhatIsSlow(terminal: LiveTerminal): Live {
  const activity = new Activity();
  const stop = terminal.every(saidEveryMs, () => {
    const [first] = activity.lines(terminal.now(), () => undefined);
    if (first !== undefined) terminal.err(say`${first}\n`);
  });
  return { take: (event) => activity.take(event, terminal.now()), clear: () => {}, end: stop };
}
