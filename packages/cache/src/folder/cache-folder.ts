import { posix, win32 } from "node:path";

/** What decides where the cache lies: values, so that every platform can be tested on any. */
export interface CacheFolderContext {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The default cache folder: `MURRE_CACHE_DIR`, `UV_CACHE_DIR` or `PIP_CACHE_DIR`, else `$XDG_CACHE_HOME/murre` or `~/.cache/murre` (Linux and macOS, as
 * uv and pip have it on Linux), else `%LOCALAPPDATA%\murre\cache` on Windows. A relative `XDG_CACHE_HOME` is ignored,
 * as the XDG Base Directory Specification asks.
 */
export function defaultCacheFolder({ platform, env, home }: CacheFolderContext): string {
  const chosen = chosenCacheFolder(env);
  if (chosen !== undefined) return chosen;
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"];
    return win32.join(
      local !== undefined && local !== "" ? local : win32.join(home, "AppData", "Local"),
      "murre",
      "cache",
    );
  }
  const xdg = env["XDG_CACHE_HOME"];
  return posix.join(xdg !== undefined && posix.isAbsolute(xdg) ? xdg : posix.join(home, ".cache"), "murre");
}

/** What users chose. In a folder of another tool murre's own lies beside what is there. */
export function chosenCacheFolder(env: CacheFolderContext["env"]): string | undefined {
  return env["MURRE_CACHE_DIR"] || env["UV_CACHE_DIR"] || env["PIP_CACHE_DIR"] || undefined;
}
