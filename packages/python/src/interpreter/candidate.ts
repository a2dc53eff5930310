import { existsSync } from "node:fs";
import { posix, win32, type PlatformPath } from "node:path";
import type { PythonContext } from "./interpreter.ts";

/** A file that may be an interpreter. */
export interface Candidate {
  readonly path: string;
  /** How it was come by, for messages: `VIRTUAL_ENV`, `PATH`. */
  readonly source: string;
  /** The version its name tells, as far as it does. */
  readonly hint?: readonly number[];
  /** The implementation its name tells. */
  readonly implementation?: string;
}

export type Surroundings = Omit<PythonContext, "cache">;

export function pathOf(platform: NodeJS.Platform): PlatformPath {
  return platform === "win32" ? win32 : posix;
}

/** The interpreter of an environment's folder, whether it was made by venv, conda or another. */
export function interpreterIn(folder: string, platform: NodeJS.Platform): string | undefined {
  return interpreterPaths(folder, platform).find((path) => existsSync(path));
}

/** Where an environment's folder may have its interpreter. */
export function interpreterPaths(folder: string, platform: NodeJS.Platform): string[] {
  const { join } = pathOf(platform);
  return platform === "win32"
    ? [join(folder, "Scripts", "python.exe"), join(folder, "python.exe"), join(folder, "bin", "python.exe")]
    : [join(folder, "bin", "python"), join(folder, "bin", "python3")];
}
