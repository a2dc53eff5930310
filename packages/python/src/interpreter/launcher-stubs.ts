import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Interpreter } from "./interpreter.ts";

/** distlib's launchers, which pip puts before the scripts of entry points on Windows. */
export interface LauncherStubs {
  readonly console: Uint8Array;
  /** Opens no console window. */
  readonly gui: Uint8Array;
}

/** Below `pip/_vendor/distlib/`, by `sysconfig.get_platform()`. */
const names: Readonly<Record<string, readonly [console: string, gui: string]>> = {
  "win-amd64": ["t64.exe", "w64.exe"],
  "win-arm64": ["t64-arm.exe", "w64-arm.exe"],
  win32: ["t32.exe", "w32.exe"],
};
const folder = "pip/_vendor/distlib";

/**
 * The launchers for Windows that fit an interpreter. murre has none of its own: every CPython brings pip's wheel for `ensurepip`, and they are in
 * there; otherwise they are taken from the pip that is installed beside it. Undefined where there is neither.
 */
export function readLauncherStubs({
  tagTarget: { platform },
  standardLibrary,
  baseSitePackages,
}: Pick<Interpreter, "tagTarget" | "standardLibrary" | "baseSitePackages">): LauncherStubs | undefined {
  const files = platform.os === "windows" ? names[platform.platform] : undefined;
  if (files === undefined) return undefined;
  const bundled = join(standardLibrary, "ensurepip", "_bundled");
  const readers = [() => fromWheel(bundled, files), ...baseSitePackages.map((site) => () => fromPip(site, files))];
  for (const read of readers)
    try {
      const [console, gui] = read();
      if (console !== undefined && gui !== undefined) return { console, gui };
    } catch {
      // Not there, or not readable: the next place.
    }
  return undefined;
}

function fromWheel(bundled: string, files: readonly string[]): (Uint8Array | undefined)[] {
  const wheel = readdirSync(bundled).find((name) => /^pip-.*\.whl$/.test(name)) ?? "";
  const members = files.map((name) => `${folder}/${name}`);
  const found = unzipSync(readFileSync(join(bundled, wheel)), { filter: ({ name }) => members.includes(name) });
  return members.map((name) => found[name]);
}

function fromPip(sitePackages: string, files: readonly string[]): Uint8Array[] {
  return files.map((name) => readFileSync(join(sitePackages, folder, name)));
}
