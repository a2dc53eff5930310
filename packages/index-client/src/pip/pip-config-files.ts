import { posix, win32 } from "node:path";

/** What decides where pip looks for its configuration; all of it an argument, so that every platform can be tested. */
export interface PipConfigContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A value like `process.platform`. */
  readonly platform: string;
  readonly home: string;
  readonly cwd: string;
  /** `sys.prefix` of the environment that is installed into; its pip.conf is read where it is given. */
  readonly prefix?: string;
  /** The section of the command, read after [global]; pip's own name: "install" unless told otherwise. */
  readonly command?: string;
  /** As `pip --isolated`: neither the user's files nor PIP_* variables count, but for PIP_CONFIG_FILE. */
  readonly isolated?: boolean;
  /** The file's text, `undefined` where there is none. Defaults to the file system, UTF-8. */
  readonly readText?: (path: string) => string | undefined;
  readonly isFolder?: (path: string) => boolean;
}

export interface PipConfigPlace {
  readonly kind: "global" | "user" | "site" | "env";
  readonly path: string;
}

/**
 * The configuration files that pip would look for, in the order in which later ones override earlier ones
 * (pip's documentation, "Configuration", "Location" and "Precedence"). `exists` answers for PIP_CONFIG_FILE, which
 * replaces the user's files when it is there, and switches all files off when it is the null device.
 */
export function pipConfigPlaces(
  context: PipConfigContext,
  exists: (path: string) => boolean,
): readonly PipConfigPlace[] {
  const { env, platform, cwd, prefix } = context;
  const path = platform === "win32" ? win32 : posix;
  const basename = platform === "win32" ? "pip.ini" : "pip.conf";
  const named = env["PIP_CONFIG_FILE"];
  if (named === (platform === "win32" ? "nul" : "/dev/null")) return [];
  const namedPath = named === undefined || named === "" ? undefined : path.resolve(cwd, named);
  const places: PipConfigPlace[] = [];
  for (const folder of globalFolders(context)) places.push({ kind: "global", path: path.join(folder, basename) });
  if (context.isolated !== true && (namedPath === undefined || !exists(namedPath)))
    for (const folder of userFolders(context)) places.push({ kind: "user", path: path.join(folder, basename) });
  if (prefix !== undefined) places.push({ kind: "site", path: path.join(prefix, basename) });
  if (namedPath !== undefined) places.push({ kind: "env", path: namedPath });
  return places;
}

function globalFolders({ env, platform }: PipConfigContext): readonly string[] {
  if (platform === "darwin") return ["/Library/Application Support/pip"];
  if (platform === "win32") return [win32.join(env["ProgramData"] ?? env["PROGRAMDATA"] ?? "C:\\ProgramData", "pip")];
  const xdg = env["XDG_CONFIG_DIRS"];
  const folders =
    xdg === undefined || xdg.trim() === "" ? ["/etc/xdg"] : xdg.split(":").filter((folder) => folder !== "");
  return [...folders.map((folder) => posix.join(folder, "pip")), "/etc"];
}

function userFolders({ env, platform, home, isFolder }: PipConfigContext): readonly string[] {
  if (platform === "win32")
    return [win32.join(home, "pip"), win32.join(env["APPDATA"] ?? win32.join(home, "AppData", "Roaming"), "pip")];
  const legacy = posix.join(home, ".pip");
  if (platform === "darwin") {
    const library = posix.join(home, "Library/Application Support/pip");
    return [legacy, isFolder?.(library) === true ? library : posix.join(home, ".config/pip")];
  }
  const xdg = env["XDG_CONFIG_HOME"];
  return [legacy, posix.join(xdg === undefined || xdg.trim() === "" ? posix.join(home, ".config") : xdg, "pip")];
}
