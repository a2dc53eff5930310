import { readSmallText } from "@murre/files";
import { readUvConfig, type UvSetting } from "@murre/requirements";
import { posix, win32 } from "node:path";

export interface UvFilesContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
  readonly cwd: string;
  /** `--config-file`: this one, and no other. */
  readonly configFile?: string;
  readonly isolated?: boolean;
}

export interface FoundUvSetting extends UvSetting {
  readonly file: string;
}

/**
 * What uv's files say, first what goes before: the nearest folder upwards with a `uv.toml`, or a `pyproject.toml` that has `[tool.uv]`; then the
 * user's `uv.toml`, then the system's.
 * @throws {InvalidPyproject} for a `uv.toml`; a project's file that is none is the concern of who reads the project
 */
export function readUvFiles(context: UvFilesContext): readonly FoundUvSetting[] {
  const { env, cwd, isolated } = context;
  const path = context.platform === "win32" ? win32 : posix;
  const named = context.configFile ?? (isolated === true ? undefined : env["UV_CONFIG_FILE"] || undefined);
  const read = (file: string, kind: "uv.toml" | "pyproject.toml", mustBe = false) => {
    const text = mustBe ? readSmallText(file) : textOf(file);
    // Nothing else in a pyproject.toml is looked at, and few have it.
    if (text === undefined || (kind === "pyproject.toml" && !/\buv\b/.test(text))) return undefined;
    const folder = path.dirname(file);
    const pathOf = (written: string) =>
      /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : path.resolve(folder, written);
    return readUvConfig(text, file, kind, pathOf)?.map((setting) => ({ ...setting, file }));
  };
  if (named !== undefined) return read(path.resolve(cwd, named), "uv.toml", true) ?? [];
  const all = [...projectSettings(path, cwd, read)];
  const others = isolated === true ? [] : userFiles(context, path);
  for (const file of [...others, ...systemFiles(context, path)]) all.push(...(read(file, "uv.toml") ?? []));
  return all;
}

type Read = (file: string, kind: "uv.toml" | "pyproject.toml") => readonly FoundUvSetting[] | undefined;

function projectSettings(path: typeof posix, cwd: string, read: Read): readonly FoundUvSetting[] {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const found = read(path.join(folder, "uv.toml"), "uv.toml") ?? ofProject(path.join(folder, "pyproject.toml"), read);
    if (found !== undefined) return found;
    if (path.dirname(folder) === folder) return [];
  }
}

function ofProject(file: string, read: Read): readonly FoundUvSetting[] | undefined {
  try {
    return read(file, "pyproject.toml");
  } catch {
    return undefined;
  }
}

function userFiles({ env, platform, home }: UvFilesContext, path: typeof posix): readonly string[] {
  if (platform === "win32")
    return [path.join(env["APPDATA"] || path.join(home, "AppData", "Roaming"), "uv", "uv.toml")];
  return [path.join(env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "uv", "uv.toml")];
}

/** The first of these that is there would do; where there are several, what the later ones say comes after. */
function systemFiles({ env, platform }: UvFilesContext, path: typeof posix): readonly string[] {
  if (platform === "win32") return [path.join(env["PROGRAMDATA"] || "C:\\ProgramData", "uv", "uv.toml")];
  const folders = (env["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").filter((folder) => folder !== "");
  return [...folders.map((folder) => path.join(folder, "uv", "uv.toml")), "/etc/uv/uv.toml"];
}

function textOf(file: string): string | undefined {
  try {
    return readSmallText(file);
  } catch {
    return undefined;
  }
}
