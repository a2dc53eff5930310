import { readSmallText } from "@murre/files";
import { existsSync } from "node:fs";
import { pathOf, type Surroundings } from "../interpreter/candidate.ts";

/** What a project's `.python-version` asks for. */
export interface PythonVersionFile {
  readonly path: string;
  /** As written, without comments: `3.12`, `pypy3.10-7.3.15`, `cpython-3.12`; `system` asks for nothing and is left out. */
  readonly names: readonly string[];
}

/** Of one folder the first is read, as uv does. */
const FILES = [".python-version", ".python-versions"];

/** The nearest file from the working folder upwards, which `pyenv local` and `uv python pin` write. */
export function findPythonVersionFile({ cwd, platform }: Surroundings): PythonVersionFile | undefined {
  const { join, dirname } = pathOf(platform);
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (path !== undefined) return { path, names: namesIn(path) };
    if (dirname(folder) === folder) return undefined;
  }
}

/** One name a line, or several; `#` begins a comment. uv's specifiers may have blanks. `system` means what lies further down PATH. */
export function namesIn(file: string): string[] {
  try {
    return readSmallText(file)
      .replace(/^\uFEFF/, "")
      .replaceAll(/#.*/g, "")
      .split(/[\r\n]+/)
      .flatMap((line) => (/^\s*(?:[<>=!]|~=)/.test(line) ? line.replaceAll(/\s+/g, "") : line.split(/\s+/)))
      .filter((name) => name !== "" && name !== "system");
  } catch {
    return [];
  }
}
