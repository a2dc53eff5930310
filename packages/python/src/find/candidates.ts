import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { interpreterIn, pathOf, type Candidate, type Surroundings } from "../interpreter/candidate.ts";
import { danglingTarget, realPath } from "../interpreter/links.ts";
import { pyenvSelected } from "./pyenv.ts";
import type { PythonRequest } from "./python-request.ts";
import { keptVersions, pyenvRoot } from "./version-folders.ts";

/**
 * VIRTUAL_ENV, CONDA_PREFIX (but for conda's base), and the nearest `.venv` from the working folder upwards. Above the working
 * folder a `.venv` is one with a `pyvenv.cfg`, or a link that leads nowhere: others use the name for other things.
 */
export function environmentFolders({ env, cwd, platform }: Surroundings): { folder: string; source: string }[] {
  const { join, dirname } = pathOf(platform);
  const folders: { folder: string; source: string }[] = [];
  if (env["VIRTUAL_ENV"]) folders.push({ folder: env["VIRTUAL_ENV"], source: "VIRTUAL_ENV" });
  const conda = env["CONDA_PREFIX"];
  if (conda && !isCondaBase(conda, env)) folders.push({ folder: conda, source: "CONDA_PREFIX" });
  for (let folder = cwd; ; folder = dirname(folder)) {
    const here = join(folder, ".venv");
    const isNearest = existsSync(join(here, "pyvenv.cfg")) || danglingTarget(here) !== undefined;
    if (folder === cwd || isNearest) folders.push({ folder: here, source: ".venv" });
    if (isNearest || dirname(folder) === folder) return folders;
  }
}

function isCondaBase(folder: string, env: Surroundings["env"]): boolean {
  const name = env["CONDA_DEFAULT_ENV"];
  if (name !== "base" && name !== "root") return false;
  return env["_CONDA_ROOT"] === undefined || env["_CONDA_ROOT"] === folder;
}

/** Interpreters of the system in the order they are preferred: PATH, what version managers keep, conda's base, the Windows launcher. */
export function* systemCandidates(request: PythonRequest, context: Surroundings): Generator<Candidate> {
  yield* pathCandidates(request, context);
  // A name that tells no version of Python means just that file.
  if (request.kind === "name" && !request.release) return;
  yield* keptVersions(context);
  yield* condaBase(context);
  if (context.platform === "win32") yield* launcherCandidates(context);
}

/**
 * Every file that may be an interpreter, each once: of environments that are used or near, on PATH under whatever name, kept by version managers, of
 * conda's base, known to the Windows launcher. Shims of pyenv are none.
 */
export function* everyCandidate(context: Surroundings): Generator<Candidate> {
  const { basename, dirname, join } = pathOf(context.platform);
  const seen = new Set<string>();
  for (const candidate of candidatesAnywhere(context)) {
    // `/bin` may be a link to `/usr/bin`.
    const identity = join(realPath(dirname(candidate.path)), basename(candidate.path));
    if (seen.has(identity)) continue;
    seen.add(identity);
    yield candidate;
  }
}

function* candidatesAnywhere(context: Surroundings): Generator<Candidate> {
  for (const { folder, source } of environmentFolders(context)) {
    const path = interpreterIn(folder, context.platform);
    if (path !== undefined) yield { path, source };
  }
  const shims = pathOf(context.platform).join(pyenvRoot(context), "shims");
  for (const folder of searchPath(context)) if (folder !== shims) yield* namedInterpreters(folder, context.platform);
  yield* keptVersions(context);
  yield* condaBase(context);
  if (context.platform === "win32") yield* launcherCandidates(context);
}

/** `python`, `python3.12`, `pypy3` … of one folder. */
function namedInterpreters(folder: string, platform: NodeJS.Platform): Candidate[] {
  return namesIn(folder)
    .filter((name) => /^(?:python|pypy|graalpy)(?:\d+(?:\.\d+)?t?)?(?:\.exe)?$/.test(name))
    .map((name) => ({
      path: pathOf(platform).join(folder, name),
      source: "PATH",
      ...hintOf(name, /^(?:python|pypy)(\d+(?:\.\d+)*)/),
    }))
    .filter(({ path }) => isExecutable(path, platform));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function* pathCandidates(request: PythonRequest, context: Surroundings): Generator<Candidate> {
  const path = pathOf(context.platform);
  const shims = path.join(pyenvRoot(context), "shims");
  const folders = searchPath(context);
  for (const folder of folders) {
    // A shim is a script that asks pyenv; the interpreters it would start are looked at instead.
    if (path.normalize(folder).replace(/[\\/]$/, "") === shims) yield* pyenvSelected(request, context);
    else
      for (const name of namesFor(request, context.platform)) {
        const file = path.join(folder, name);
        if (isExecutable(file, context.platform))
          yield { path: file, source: "PATH", ...hintOf(name, /^(?:python|pypy)(\d+(?:\.\d+)*)/) };
      }
  }
  if (request.kind === "name") return;
  for (const folder of folders) if (path.normalize(folder) !== shims) yield* versionedNames(folder, context.platform);
}

/** PATH's folders, each once, relative ones against the working folder. */
export function searchPath({ env, cwd, platform }: Surroundings): string[] {
  const path = pathOf(platform);
  const value = env["PATH"] ?? (platform === "win32" ? env["Path"] : undefined) ?? "";
  const folders = value.split(path.delimiter).filter((folder) => folder !== "");
  return [...new Set(folders.map((folder) => path.resolve(cwd, folder.replaceAll('"', ""))))];
}

/** The most telling name first. */
function namesFor(request: PythonRequest, platform: NodeJS.Platform): string[] {
  const names: string[] = [];
  if (request.kind === "name") names.push(request.executable);
  else {
    const [major, minor] = (request.kind === "version" && request.release) || [];
    const threads = request.kind === "version" && request.freeThreaded ? "t" : "";
    const implementation = request.kind === "version" ? request.implementation : undefined;
    const stems = implementation && implementation !== "cpython" ? [implementation, "python"] : ["python"];
    for (const stem of stems) {
      if (major !== undefined && minor !== undefined) names.push(`${stem}${major}.${minor}${threads}`);
      names.push(`${stem}3`, stem);
    }
  }
  return platform === "win32" ? names.map((name) => (/\.exe$/i.test(name) ? name : `${name}.exe`)) : names;
}

/** `python3.12`, `python3.9` … of one folder, the newest first. */
function versionedNames(folder: string, platform: NodeJS.Platform): Candidate[] {
  const path = pathOf(platform);
  return namesIn(folder)
    .flatMap((name) => {
      const minor = /^python3\.(\d+)t?(?:\.exe)?$/.exec(name)?.[1];
      return minor === undefined ? [] : [{ name, minor: Number(minor) }];
    })
    .sort((a, b) => b.minor - a.minor)
    .map(({ name, minor }) => ({ path: path.join(folder, name), source: "PATH", hint: [3, minor] }))
    .filter((candidate) => isExecutable(candidate.path, platform));
}

function hintOf(name: string, pattern: RegExp): { hint?: readonly number[] } {
  const version = pattern.exec(name)?.[1];
  return version === undefined ? {} : { hint: version.split(".").map(Number) };
}

/** The Microsoft Store's placeholder is an empty file that opens the shop; it is no interpreter. */
function isExecutable(file: string, platform: NodeJS.Platform): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    if (platform === "win32") return statSync(file).size > 0;
    accessSync(file, constants.X_OK);
    return !isPyenvShim(file);
  } catch {
    return false;
  }
}

const LARGEST_SHIM_BYTES = 4096;

/** Shims of pyenv and its plugins lie in more than one folder on PATH, and all call `pyenv`. */
function isPyenvShim(file: string): boolean {
  if (statSync(file).size > LARGEST_SHIM_BYTES) return false;
  const text = readFileSync(file, "latin1");
  return text.startsWith("#!") && /\bpyenv["']?\s+(?:exec|which)\b|\bpyenv-(?:exec|which)\b/.test(text);
}

function* condaBase({ env, platform }: Surroundings): Generator<Candidate> {
  const { dirname } = pathOf(platform);
  const roots = [env["_CONDA_ROOT"], env["CONDA_EXE"] ? dirname(dirname(env["CONDA_EXE"])) : undefined];
  if (env["CONDA_PREFIX"] && isCondaBase(env["CONDA_PREFIX"], env)) roots.push(env["CONDA_PREFIX"]);
  for (const root of new Set(roots)) {
    const path = root ? interpreterIn(root, platform) : undefined;
    if (path) yield { path, source: "conda" };
  }
}

const LAUNCHER_TIMEOUT_MS = 10_000;

/** ` -V:3.12 *        C:\Python312\python.exe`, as `py -0p` lists what is installed (PEP 397). */
function* launcherCandidates({ run, env }: Surroundings): Generator<Candidate> {
  const result = run?.("py", ["-0p"], { env, timeoutMs: LAUNCHER_TIMEOUT_MS });
  if (result?.exitCode !== 0) return;
  for (const line of result.stdout.split(/\r?\n/)) {
    const [tag = ""] = line.trim().split(/\s/, 1);
    const path = line
      .trim()
      .slice(tag.length)
      .trim()
      .replace(/^\*\s+/, "");
    const version = /^-(?:V:)?(?:[^\s/]*\/)?(\d+(?:\.\d+)?)/.exec(tag)?.[1];
    if (version !== undefined && path !== "") yield { path, source: "py", hint: version.split(".").map(Number) };
  }
}
