import { win32 } from "node:path";
import { zipSync } from "fflate";

/** The same every time: the bytes stand in RECORD. The first time that a zip can hold. */
const timestamp = new Date(1980, 0, 1);

/**
 * An entry point as Windows runs it, in distlib's form: the stub, a line with the interpreter, and an archive whose `__main__.py` is the script.
 * @param executable the console interpreter; a GUI script gets `pythonw.exe` beside it
 */
export function windowsLauncher(stub: Uint8Array, script: Buffer, executable: string, kind: "console" | "gui"): Buffer {
  const archive = zipSync({ "__main__.py": script }, { level: 0, mtime: timestamp });
  return Buffer.concat([stub, Buffer.from(`#!${quoted(interpreterFor(executable, kind))}\r\n`, "utf8"), archive]);
}

/** `python.exe` has a `pythonw.exe` beside it, which opens no console window. */
export function interpreterFor(executable: string, kind: "console" | "gui"): string {
  const path = win32.normalize(executable);
  if (kind === "console") return path;
  const { dir, base } = win32.parse(path);
  return win32.join(dir, base.replace(/^python(?!w)/i, "pythonw"));
}

/** What distlib's launchers take for their own folder. */
export const launcherFolder = "<launcher_dir>\\";

function quoted(path: string): string {
  return path.includes(" ") ? `"${path}"` : path;
}
