import { existsSync, readdirSync } from "node:fs";
import { interpreterIn, pathOf, type Candidate, type Surroundings } from "../interpreter/candidate.ts";

interface VersionFolder {
  readonly name: string;
  readonly folder: string;
  /** The tool that keeps it, for messages. */
  readonly source: string;
  readonly release: readonly number[];
  readonly isFinal: boolean;
}

export function pyenvRoot({ env, home, platform }: Surroundings): string {
  const { join } = pathOf(platform);
  return env["PYENV_ROOT"] || (platform === "win32" ? join(home, ".pyenv", "pyenv-win") : join(home, ".pyenv"));
}

/** Where version managers keep interpreters, one folder a version. */
function roots(context: Surroundings): { root: string; source: string }[] {
  const { env, home, platform } = context;
  const { join } = pathOf(platform);
  const data = env["XDG_DATA_HOME"] || join(home, ".local", "share");
  const uv = platform === "win32" ? join(env["APPDATA"] || join(home, "AppData", "Roaming"), "uv") : join(data, "uv");
  return [
    { root: join(pyenvRoot(context), "versions"), source: "pyenv" },
    { root: env["UV_PYTHON_INSTALL_DIR"] || join(uv, "python"), source: "uv" },
    { root: join(env["MISE_DATA_DIR"] || join(data, "mise"), "installs", "python"), source: "mise" },
    { root: join(env["ASDF_DATA_DIR"] || join(home, ".asdf"), "installs", "python"), source: "asdf" },
  ];
}

/** Every interpreter that a version manager keeps, pyenv's first, each one's newest first and its pre-releases last. */
export function* keptVersions(context: Surroundings): Generator<Candidate> {
  for (const { root, source } of roots(context))
    for (const kept of versionsIn(root, source, context)) yield* candidateIn(kept, context);
}

/** What pyenv takes for a name: the version of this name, else the newest whose numbers begin with it (`3.12`). */
export function* pyenvNamed(name: string, context: Surroundings): Generator<Candidate> {
  const { join } = pathOf(context.platform);
  const root = join(pyenvRoot(context), "versions");
  const wanted = /^(?:cpython-)?(\d+(?:\.\d+)*)$/.exec(name)?.[1]?.split(".").map(Number);
  const exact = existsSync(join(root, name));
  for (const kept of versionsIn(root, "pyenv", context)) {
    const isMeant = exact ? kept.name === name : wanted?.every((part, index) => part === kept.release[index]);
    if (isMeant) yield* candidateIn(kept, context);
  }
}

function versionsIn(root: string, source: string, { platform }: Surroundings): VersionFolder[] {
  const { join } = pathOf(platform);
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return [];
  }
  return names
    .map((name) => {
      // 3.12.1, pypy3.10-7.3.15, cpython-3.13.0rc2+freethreaded-linux-x86_64-gnu
      const [, numbers, suffix] = /^(?:cpython-)?(\d+(?:\.\d+)*)((?:a|b|rc)\d|-dev)?/.exec(name) ?? [];
      const release = numbers?.split(".").map(Number) ?? [];
      return { name, folder: join(root, name), source, release, isFinal: suffix === undefined };
    })
    .sort(newestFirst);
}

function newestFirst(a: VersionFolder, b: VersionFolder): number {
  return Number(b.isFinal) - Number(a.isFinal) || b.name.localeCompare(a.name, "en", { numeric: true });
}

function* candidateIn(
  { name, folder, source, release }: VersionFolder,
  { platform }: Surroundings,
): Generator<Candidate> {
  const path = interpreterIn(folder, platform);
  if (path === undefined) return;
  const hint = release.length > 1 ? release : undefined;
  const implementation = hint ? "cpython" : /^(?:pypy|graalpy)/.exec(name)?.[0];
  yield { path, source, ...(hint ? { hint } : {}), ...(implementation ? { implementation } : {}) };
}
