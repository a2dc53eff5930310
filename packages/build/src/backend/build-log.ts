import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** A file with everything that a build printed; kept when the build fails. */
export interface BuildLog {
  readonly path: string;
  readonly descriptor: number;
  lastLines(): readonly string[];
  close(): void;
  remove(): void;
}

const shownLines = 20;
const tracebackLines = 8;
const shownBytes = 16 * 1024;

/** @param name of what is built; only letters, digits, dots and dashes of it are used */
export function openBuildLog(folder: string, name: string): BuildLog {
  mkdirSync(folder, { recursive: true });
  const safe = name.replaceAll(/[^A-Za-z0-9.-]+/g, "-").slice(0, 60);
  const path = join(folder, `murre-build-${safe}-${randomBytes(4).toString("hex")}.log`);
  const descriptor = openSync(path, "ax+", 0o600);
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    path,
    descriptor,
    lastLines: () => readLastLines(path),
    close,
    remove() {
      close();
      rmSync(path, { force: true });
    },
  };
}

/** Of a long traceback the end is enough; what the backend printed before it often says more. */
function mostTelling(lines: readonly string[]): readonly string[] {
  const start = lines.findLastIndex((line) => line.startsWith("Traceback (most recent call last):"));
  if (start < 0) return lines.slice(-shownLines);
  const end = lines.slice(start).slice(-tracebackLines);
  return [...lines.slice(0, start).slice(end.length - shownLines), ...end];
}

function readLastLines(path: string): readonly string[] {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, shownBytes);
    const bytes = Buffer.alloc(length);
    const read = readSync(file, bytes, 0, length, size - length);
    const lines = bytes.toString("utf8", 0, read).split(/\r\n|\n|\r/);
    // A line that is cut off by the window's start says half of something.
    if (length < size) lines.shift();
    const said = lines.map((line) => line.trimEnd()).filter((line) => line !== "");
    return mostTelling(said);
  } finally {
    closeSync(file);
  }
}
