import type { EntryPoint } from "@murre/wheel";
import type { Destination } from "../environment/destination.ts";
import { posix, win32 } from "node:path";
import { interpreterFor, launcherFolder } from "./windows-launcher.ts";

/** The longest first line that Linux (127 bytes before 5.1, 255 since) and macOS (512) take; the smallest of them. */
const LONGEST_SHEBANG = 127;

/**
 * The first line of a script that `executable` runs. A path that the kernel would split or cut is started through
 * /bin/sh, in a line that is a string to Python: the form that distlib (pip) and uv write too.
 * Windows starts no script by its first line; launchers read it, which take a path as it is.
 */
export function shebang(executable: string, platform: NodeJS.Platform, isRelocatable = false): string {
  if (isRelocatable) return besideScript(executable, platform);
  if (platform === "win32") return `#!${executable}\n`;
  const line = `#!${executable}`;
  if (!/\s/.test(executable) && Buffer.byteLength(line) <= LONGEST_SHEBANG) return `${line}\n`;
  // In a shell's double quotes, so that neither a quote nor a backslash of the path is anything special to Python's string.
  const quoted = executable.replace(/['\\]/g, (character) => (character === "'" ? `'"'"'` : `'"\\\\"'`));
  return `#!/bin/sh\n'''exec' '${quoted}' "$0" "$@"\n' '''\n`;
}

/** The interpreter in the script's own folder, by the name that it has there (uv); on Windows in the words of distlib's launchers. */
function besideScript(executable: string, platform: NodeJS.Platform): string {
  if (platform === "win32") return `#!${launcherFolder}${win32.basename(executable)}\n`;
  const beside = `"$(dirname -- "$(realpath -- "$0")")"/'${posix.basename(executable)}'`;
  return `#!/bin/sh\n'''exec' ${beside} "$0" "$@"\n' '''\n`;
}

/** A console or GUI script of `entry_points.txt`: imports the object and exits with what it returns. @param firstLine its {@link shebang}, or nothing */
export function entryPointScript(entry: EntryPoint, firstLine: string): Buffer {
  const attribute = entry.attribute ?? "main";
  const imported = attribute.split(".")[0] ?? attribute;
  return Buffer.from(
    `${firstLine}# -*- coding: utf-8 -*-
import sys
from ${entry.module} import ${imported}
if __name__ == "__main__":
    for suffix in ("-script.pyw", ".exe"):
        if sys.argv[0].endswith(suffix):
            sys.argv[0] = sys.argv[0][: -len(suffix)]
    sys.exit(${attribute}())
`,
    "utf8",
  );
}

/** `#!python` or `#!pythonw`, also with a version: `#!python3`, `#!python3.11 -u`. What follows is dropped, as pip does. */
const pythonLine = /^#!python(w?)[\d.]*t?(w?)(?:\s.*)?$/s;

/**
 * A script of `.data/scripts` whose first line begins with `#!python` gets the interpreter's (PEP 427, "Recommended installer features");
 * any other file stays as it is: one with a path, another program, a binary.
 */
export function rewriteScript(
  content: Buffer,
  { executable, platform, relocatable }: Pick<Destination, "executable" | "platform" | "relocatable">,
): Buffer {
  if (content.toString("latin1", 0, 8) !== "#!python") return content;
  const newline = content.indexOf("\n");
  const end = newline < 0 ? content.length : newline;
  const match = pythonLine.exec(content.toString("latin1", 0, end));
  if (match === null) return content;
  const kind = `${match[1]}${match[2]}` === "" ? "console" : "gui";
  const chosen = platform === "win32" ? interpreterFor(executable, kind) : executable;
  return Buffer.concat([Buffer.from(shebang(chosen, platform, relocatable?.()), "utf8"), content.subarray(end + 1)]);
}
