import { sha256Hex } from "@murre/files";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, realpathSync, statSync, type BigIntStats } from "node:fs";
import { release, version as kernelVersion } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import type { MarkerEnvironment } from "@murre/pep508";
import { brokenEnvironment } from "./broken-environment.ts";
import { deriveEnvironment } from "./derive-environment.ts";
import { readElf } from "./elf.ts";
import { InterpreterFailed, UnsupportedPython } from "../errors.ts";
import { readExternallyManaged } from "./externally-managed.ts";
import { readProbeReport, readRememberedInterpreter } from "./interpreter-answers.ts";
import type { InstallationSchemes, Interpreter, ProgramResult, PythonContext, RunProgram } from "./interpreter.ts";
import { danglingTarget, realPath } from "./links.ts";
import { PROBE_SCRIPT, type ProbeReport } from "./probe-script.ts";
import { readPyvenvConfig, seesSystemSitePackages, type PyvenvConfig } from "./pyvenv-config.ts";
import { tagTargetOf } from "./tag-target.ts";

/** Raised whenever {@link Interpreter} or the script changes, so that older answers are not understood wrongly. */
const PROBE_FORMAT = 2;
const PROBE_TIMEOUT_MS = 30_000;

type ProbeContext = Pick<PythonContext, "env" | "platform" | "cache" | "run"> & { readonly cwd?: string };

/** The `pyvenv.cfg` that makes an executable the interpreter of a virtual environment (PEP 405). */
interface EnvironmentFolder {
  readonly prefix: string;
  readonly configPath: string;
  readonly config: PyvenvConfig;
}

/**
 * Describes the interpreter behind an executable: remembered, derived from the interpreter below an environment that murre
 * made, or asked by running it once. Of a shim or a wrapper that is the interpreter that it starts, under its own name.
 * @param executable absolute
 * @throws {InterpreterFailed} when it is no interpreter, or answers nothing.
 * @throws {UnsupportedPython} when it is older than 3.8.
 */
export function probeInterpreter(executable: string, context: ProbeContext): Interpreter {
  const environment = environmentOf(executable);
  const derived = environment && deriveFromHome(executable, environment, context);
  if (derived) return derived;
  const stats = statOf(executable, environment, context.platform);
  const key = isScript(executable) ? undefined : probeKey(executable, stats, environment);
  let interpreter = key && remembered(key, context);
  if (!interpreter) interpreter = askAndRemember(executable, key, environment, context);
  else if (!environment) interpreter = { ...interpreter, executable, baseExecutable: stableName(executable) };
  const externallyManaged = interpreter.isVirtual ? undefined : readExternallyManaged(interpreter.standardLibrary);
  return externallyManaged === undefined ? interpreter : { ...interpreter, externallyManaged };
}

function environmentOf(executable: string): EnvironmentFolder | undefined {
  const here = dirname(executable);
  for (const folder of [here, dirname(here)]) {
    const configPath = join(folder, "pyvenv.cfg");
    const config = readPyvenvConfig(configPath);
    if (config) return { prefix: dirname(here), configPath, config };
  }
  return undefined;
}

/**
 * What an environment is, by the interpreter below, so that nothing has to run when that one is remembered.
 * @returns undefined where that is not certain, so that the environment is asked itself
 */
function deriveFromHome(
  executable: string,
  { prefix, config }: EnvironmentFolder,
  context: ProbeContext,
): Interpreter | undefined {
  const base = config.has("murre") ? config.get("base-executable") : linkedBase(executable, config, context.platform);
  if (base === undefined || !existsSync(base) || environmentOf(base)) return undefined;
  const interpreter = probeInterpreter(base, context);
  // A wrapper was taken for an interpreter: what it starts does not know this environment.
  if (interpreter.executable !== base) return undefined;
  // An interpreter upgraded to another minor version keeps its modules elsewhere, so the environment is asked itself.
  const version = config.get("version_info") ?? config.get("version");
  if (interpreter.version.split(".", 2).join(".") !== version?.split(".", 2).join(".")) return undefined;
  return deriveEnvironment(interpreter, prefix, seesSystemSitePackages(config));
}

/**
 * The interpreter that an environment of Python's own `venv`, or of uv, is linked to. These two make what PEP 405 describes and nothing else;
 * virtualenv and others, and copies in place of links, may differ from what is below.
 */
function linkedBase(executable: string, config: PyvenvConfig, platform: NodeJS.Platform): string | undefined {
  const home = config.get("home");
  const isPlain = config.has("uv") || /\s-m venv\s/.test(config.get("command") ?? "");
  if (platform === "win32" || platform === "darwin" || home === undefined || !isPlain || config.has("virtualenv"))
    return undefined;
  const target = realPath(executable);
  return dirname(target) === realPath(home) && dirname(target) !== realPath(dirname(executable))
    ? join(home, basename(target))
    : undefined;
}

function statOf(
  executable: string,
  environment: EnvironmentFolder | undefined,
  platform: NodeJS.Platform,
): BigIntStats {
  try {
    const stats = statSync(executable, { bigint: true });
    if (stats.isFile()) return stats;
  } catch (cause) {
    const target = danglingTarget(executable);
    if (target !== undefined && environment) throw brokenEnvironment(environment.prefix, undefined, platform);
    if (target !== undefined)
      throw new InterpreterFailed(executable, `it leads to ${target}, which is gone`, { cause });
    throw new InterpreterFailed(executable, "it cannot be read", { cause });
  }
  throw new InterpreterFailed(executable, "it is not a file");
}

/** A wrapper may start another interpreter tomorrow without changing itself, so its answers are not remembered. */
function isScript(executable: string): boolean {
  try {
    const file = openSync(executable, "r");
    try {
      const head = Buffer.alloc(2);
      return readSync(file, head, 0, 2, 0) === 2 && head.toString("latin1") === "#!";
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/**
 * Everything an answer depends on: the binary behind the links (under which name it is called matters in environments
 * only: Python looks for its prefix from the real file), the environment's configuration, the kernel (markers
 * `platform_release` and `platform_version`), and the loader's cache, which every upgrade of the C library rewrites.
 */
function probeKey(executable: string, stats: BigIntStats, environment: EnvironmentFolder | undefined): string {
  const facts = [
    PROBE_FORMAT,
    environment ? executable : "",
    realpathSync(executable),
    stats.size,
    stats.mtimeNs,
    environment ? modifiedNs(environment.configPath) : "",
    release(),
    kernelVersion(),
    modifiedNs("/etc/ld.so.cache"),
  ];
  return sha256Hex(facts.join("\0"));
}

function modifiedNs(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}

function remembered(key: string, context: ProbeContext): Interpreter | undefined {
  const text = context.cache?.read(key);
  return text === undefined ? undefined : readRememberedInterpreter(text);
}

function askAndRemember(
  executable: string,
  key: string | undefined,
  environment: EnvironmentFolder | undefined,
  context: ProbeContext,
): Interpreter {
  const { report, interpreter } = ask(executable, context);
  if (environment && !isSamePath(interpreter.prefix, environment.prefix))
    throw new InterpreterFailed(
      executable,
      `it starts ${interpreter.executable}, which is no part of the environment ${environment.prefix}; ` +
        "make the environment again with `murre venv --clear`",
    );
  const hidden = key === undefined || environment ? undefined : hiddenExecutable(executable, report);
  if (hidden !== undefined) return probeInterpreter(hidden, context);
  if (key !== undefined && isItself(executable, report, environment))
    context.cache?.write(key, JSON.stringify(interpreter));
  return interpreter;
}

/**
 * Whether the executable is the interpreter that answered. A shim that is a program may start another one tomorrow without
 * changing itself, so what it says is not remembered. Where the system does not name the running file, an interpreter lies
 * below its own prefix.
 */
function isItself(executable: string, report: ProbeReport, environment: EnvironmentFolder | undefined): boolean {
  if (report.executable !== executable && report.executable !== "") return false;
  const file = realpathSync(executable);
  if (report.running) return report.running === file;
  const prefixes = [report.basePrefix, ...(environment ? [environment.prefix] : [])];
  return prefixes.some((prefix) => !/^\.\.([\\/]|$)/.test(relative(realPath(prefix), file)));
}

/** A program that hands its own name on hides what it starts: asked for its name, that Python tells the shim's. */
function hiddenExecutable(executable: string, { executable: told, running }: ProbeReport): string | undefined {
  if (told !== executable || !running || running === realpathSync(executable)) return undefined;
  return /^(?:python|pypy)/.test(basename(running)) && existsSync(running) ? running : undefined;
}

function isSamePath(a: string, b: string): boolean {
  return a === b || realPath(a) === realPath(b);
}

interface Answer {
  readonly report: ProbeReport;
  readonly interpreter: Interpreter;
}

function ask(executable: string, context: ProbeContext): Answer {
  const run = context.run ?? runProgram;
  // macOS: who is started by a Python of a framework would pass that one's name on.
  const { __PYVENV_LAUNCHER__: _, ...env } = context.env;
  const cwd = context.cwd === undefined ? {} : { cwd: context.cwd };
  const options = { env: { ...env, SYSTEM_VERSION_COMPAT: "0" }, timeoutMs: PROBE_TIMEOUT_MS, ...cwd };
  let result = run(executable, ["-I", "-S", "-B", "-c", PROBE_SCRIPT], options);
  // Python 2 has no isolated mode; it shall at least tell its version.
  if (result.exitCode !== 0 && result.stderr.includes("Unknown option: -I"))
    result = run(executable, ["-E", "-s", "-S", "-B", "-c", PROBE_SCRIPT], options);
  const report = parseReport(executable, result);
  // What answered may be another one than what was started.
  const told = report.executable !== "" && existsSync(report.executable) ? report.executable : executable;
  const elf = readElf(realPath(report.running ?? told));
  const tagTarget = tagTargetOf(report, () => ({
    elf,
    describeLoader: (loader) => run(loader, [], { env: context.env, timeoutMs: PROBE_TIMEOUT_MS }).stderr,
  }));
  return { report, interpreter: describe(told, report, tagTarget, environmentOf(told)) };
}

function parseReport(executable: string, { exitCode, stdout, stderr }: ProgramResult): ProbeReport {
  const fail = (reason: string, cause?: unknown): never => {
    const said = [stderr, stdout].map((text) => text.trimEnd()).filter((text) => text !== "");
    const output = said.join("\n").replaceAll(/^/gm, "    ");
    throw new InterpreterFailed(executable, output === "" ? reason : `${reason}:\n${output}`, { cause });
  };
  if (exitCode !== 0) fail(exitCode === null ? "it could not be run to its end" : `it ended with ${exitCode}`);
  let answer: unknown;
  try {
    // A wrapper may say something itself before it starts Python.
    answer = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1));
  } catch (cause) {
    return fail("its answer to the probe is not JSON", cause);
  }
  const report = readProbeReport(answer);
  if (report === undefined) return fail("its answer to the probe is not that of a Python");
  if ("unsupported" in report) throw new UnsupportedPython(executable, report.unsupported);
  return report;
}

function describe(
  executable: string,
  report: ProbeReport,
  tagTarget: Interpreter["tagTarget"],
  environment: EnvironmentFolder | undefined,
): Interpreter {
  const isVirtual = report.prefix !== report.basePrefix;
  const base: Interpreter = {
    executable,
    version: report.version,
    implementation: report.implementation,
    markerEnvironment: report.markers as unknown as MarkerEnvironment,
    tagTarget,
    schemes: ownSchemes(report),
    prefix: report.prefix,
    basePrefix: report.basePrefix,
    baseExecutable: isVirtual && environment ? homeExecutable(executable, report, environment) : stableName(executable),
    isVirtual: false,
    systemSitePackages: false,
    baseSitePackages: report.baseSitePackages,
    standardLibrary: report.paths.stdlib,
    environmentScheme: environmentScheme(report),
    abiFlags: report.abiFlags,
  };
  if (!isVirtual || !environment) return base;
  return deriveEnvironment(base, environment.prefix, seesSystemSitePackages(environment.config));
}

function ownSchemes({ paths }: ProbeReport): InstallationSchemes {
  return {
    purelib: paths.purelib,
    platlib: paths.platlib,
    scripts: paths.scripts,
    data: paths.data,
    headers: paths.include,
  };
}

/** Headers follow pip, which keeps those of distributions apart from Python's own. */
function environmentScheme({ environmentPaths, tags }: ProbeReport): Interpreter["environmentScheme"] {
  return {
    purelib: inPrefix(environmentPaths.purelib),
    platlib: inPrefix(environmentPaths.platlib),
    scripts: inPrefix(environmentPaths.scripts),
    headers: `include/site/python${tags.version.join(".")}`,
  };
}

/** `{base}/lib/x` is `lib/x`. */
function inPrefix(path: string): string {
  return path.replace(/^\{(base|platbase)\}[\\/]/, "").replaceAll("\\", "/");
}

/** `python3` in a folder that also has what it points to is named by the latter, which stays when `python3` moves on. */
function stableName(executable: string): string {
  const target = realpathSync(executable);
  const beside = join(dirname(executable), basename(target));
  return relative(realpathSync(dirname(executable)), target) === basename(target) && existsSync(beside)
    ? beside
    : executable;
}

function homeExecutable(executable: string, report: ProbeReport, { config }: EnvironmentFolder): string {
  const home = config.get("home") ?? dirname(report.basePrefix);
  const [major, minor] = report.tags.version;
  const names = [basename(realpathSync(executable)), `python${major}.${minor}`, `python${major}`, "python"];
  const suffix = executable.toLowerCase().endsWith(".exe") ? ".exe" : "";
  const found = names
    .map((name) => join(home, name.endsWith(suffix) ? name : name + suffix))
    .find((path) => existsSync(path));
  return found === undefined ? realpathSync(executable) : stableName(found);
}

export const runProgram: RunProgram = (program, args, { env, timeoutMs, cwd }) => {
  const result = spawnSync(program, args, {
    encoding: "utf8",
    env,
    cwd,
    timeout: timeoutMs,
    // A program that does not listen to SIGTERM would be waited for as long as it likes.
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const { stdout, stderr } = { stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
  const signal = result.signal === null ? "" : `ended by ${result.signal}`;
  return programResult(result.error ? null : result.status, { stdout, stderr }, result.error?.message ?? signal);
};

/** @param problem why it did not end by itself; empty where it did */
export function programResult(
  exitCode: number | null,
  { stdout, stderr }: Pick<ProgramResult, "stdout" | "stderr">,
  problem: string,
): ProgramResult {
  return { exitCode, stdout, stderr: [stderr.trimEnd(), problem].filter((line) => line !== "").join("\n") };
}
