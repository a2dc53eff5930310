import { existsSync, readFileSync, readdirSync } from "node:fs";
import { interpreterIn, pathOf, type Candidate, type Surroundings } from "./candidate.ts";
import type { PythonRequest } from "./python-request.ts";

export function pyenvRoot({ env, home, platform }: Surroundings): string {
  const { join } = pathOf(platform);
  return env["PYENV_ROOT"] || (platform === "win32" ? join(home, ".pyenv", "pyenv-win") : join(home, ".pyenv"));
}

/** What pyenv's shims would start: PYENV_VERSION, else the nearest `.python-version`, else the root's `version`. */
export function* pyenvSelected(request: PythonRequest, context: Surroundings): Generator<Candidate> {
  const { join } = pathOf(context.platform);
  for (const name of selectedNames(context)) {
    if (request.kind !== "name" || request.release) yield* versionCandidate(name, context);
    else {
      const path = join(pyenvRoot(context), "versions", name, "bin", request.executable);
      if (existsSync(path)) yield { path, source: "pyenv" };
    }
  }
}

/** Every version that pyenv installed, the newest first. */
export function* pyenvVersions(context: Surroundings): Generator<Candidate> {
  const { join } = pathOf(context.platform);
  let names: string[];
  try {
    names = readdirSync(join(pyenvRoot(context), "versions"));
  } catch {
    return;
  }
  for (const name of names.sort(newestFirst)) yield* versionCandidate(name, context);
}

function* versionCandidate(name: string, context: Surroundings): Generator<Candidate> {
  const { join } = pathOf(context.platform);
  const path = interpreterIn(join(pyenvRoot(context), "versions", name), context.platform);
  if (path === undefined) return;
  const hint = /^\d+(?:\.\d+)+/.exec(name)?.[0].split(".").map(Number);
  const implementation = hint ? "cpython" : /^(?:pypy|graalpy)/.exec(name)?.[0];
  yield { path, source: "pyenv", ...(hint ? { hint } : {}), ...(implementation ? { implementation } : {}) };
}

function selectedNames(context: Surroundings): string[] {
  const { env, cwd, platform } = context;
  const { join, dirname } = pathOf(platform);
  if (env["PYENV_VERSION"]) return env["PYENV_VERSION"].split(":");
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, ".python-version");
    if (existsSync(file)) return namesIn(file);
    if (dirname(folder) === folder) return namesIn(join(pyenvRoot(context), "version"));
  }
}

/** One name a line; `#` begins a comment. `system` means what lies further down PATH. */
function namesIn(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .replaceAll(/#.*/g, "")
      .split(/\s+/)
      .filter((name) => name !== "" && name !== "system");
  } catch {
    return [];
  }
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, "en", { numeric: true });
}
