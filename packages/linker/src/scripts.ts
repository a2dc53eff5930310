import type { EntryPoint } from "@murre/wheel";
import type { Destination } from "./destination.ts";
import { interpreterFor } from "./windows-launcher.ts";

/** The longest first line that Linux (127 bytes before 5.1, 255 since) and macOS (512) take; the smallest of them. */
const LONGEST_SHEBANG = 127;

/**
 * The first line of a script that `executable` runs. A path that the kernel would split or cut is started through
 * /bin/sh, in a line that is a string to Python: the form that distlib (pip) and uv write too.
 * Windows starts no script by its first line; launchers read it, which take a path as it is.
 */
export function shebang(executable: string, platform: NodeJS.Platform): string {
  if (platform === "win32") return `#!${executable}\n`;
  const line = `#!${executable}`;
  if (!/\s/.test(executable) && Buffer.byteLength(line) <= LONGEST_SHEBANG) return `${line}\n`;
  // In a shell's double quotes, so that neither a quote nor a backslash of the path is anything special to Python's string.
  const quoted = executable.replace(/['\\]/g, (character) => (character === "'" ? `'"'"'` : `'"\\\\"'`));
  return `#!/bin/sh\n'''exec' '${quoted}' "$0" "$@"\n' '''\n`;
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

/**
 * A script of `.data/scripts`: a first line `#!python` or `#!pythonw` becomes the interpreter's (PEP 427, "Recommended
 * installer features"); any other file stays as it is.
 */
export function rewriteScript(
  content: Buffer,
  { executable, platform }: Pick<Destination, "executable" | "platform">,
): Buffer {
  const match = /^#!python(w?)([^\S\n][^\n]*)?(\r?\n|$)/.exec(content.toString("latin1", 0, 256));
  if (match === null) return content;
  const rest = content.subarray(Buffer.byteLength(match[0], "latin1"));
  const chosen = platform === "win32" ? interpreterFor(executable, match[1] === "w" ? "gui" : "console") : executable;
  return Buffer.concat([Buffer.from(shebang(chosen, platform), "utf8"), rest]);
}
