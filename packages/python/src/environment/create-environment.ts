import { makeFolders } from "@murre/locking";
import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { deriveEnvironment } from "../interpreter/derive-environment.ts";
import { environmentContents, writeContents, type EnvironmentContents } from "./environment-contents.ts";
import { discard, moveIn, recoverEnvironment, replace, siblingPath } from "./environment-swap.ts";
import { EnvironmentExists, EnvironmentNotCreated } from "../errors.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { readPyvenvConfig } from "../interpreter/pyvenv-config.ts";
import { refreshContents } from "./refresh-environment.ts";

export interface EnvironmentOptions {
  /** murre's version, noted in `pyvenv.cfg`, by which murre knows its own environments. */
  readonly murreVersion: string;
  /** Shown before the shell's prompt; by default the folder's name, or its parent's for `.venv`. */
  readonly prompt?: string;
  /** Default false. */
  readonly systemSitePackages?: boolean;
  /** Whether pip is going to be put in, which a sync then leaves there; noted in `pyvenv.cfg`. Default false. */
  readonly seed?: boolean;
  /** Nothing in it names its folder, so that it may be moved; noted in `pyvenv.cfg`, for who puts scripts in. Default false. */
  readonly relocatable?: boolean;
  /**
   * What is done where something is already: `refuse` (default) takes only an empty folder; `clear` replaces a folder that
   * holds a `pyvenv.cfg`; `refresh` writes the environment's own files anew and leaves all others.
   */
  readonly existing?: "refuse" | "clear" | "refresh";
}

/**
 * Makes a virtual environment (PEP 405) that appears at `path` as a whole: at any moment, whatever is killed and however
 * many do it at once, there is a whole environment or the one from before or none. Without pip; see `--seed` of murre.
 * @param interpreter what it is made from; of a virtual one, the interpreter below
 * @returns the interpreter of the new environment, as a probe would describe it
 * @throws {EnvironmentExists} and leaves everything as it was.
 * @throws {EnvironmentNotCreated} when the file system refuses; what was there before is there still.
 */
export function createEnvironment(path: string, interpreter: Interpreter, options: EnvironmentOptions): Interpreter {
  const existing = options.existing ?? "refuse";
  try {
    const target = realTarget(resolve(path));
    recoverEnvironment(target, true);
    refuseForeign(target, existing);
    const systemSitePackages = options.systemSitePackages ?? false;
    const contents = environmentContents(target, interpreter, {
      murreVersion: options.murreVersion,
      prompt: options.prompt ?? defaultPrompt(target),
      systemSitePackages,
      seed: options.seed === true || (existing === "refresh" && isNoted(target, "seed")),
      relocatable: options.relocatable === true || (existing === "refresh" && isRelocatable(target)),
    });
    if (existing === "refresh" && namesIn(target).length > 0) refreshContents(target, contents);
    else if (mustStayInPlace(target)) fillInPlace(target, contents);
    else buildAside(target, contents, existing);
    return deriveEnvironment(interpreter, target, systemSitePackages);
  } catch (error) {
    if (error instanceof EnvironmentExists) throw error;
    throw new EnvironmentNotCreated(path, { cause: error });
  }
}

function isNoted(target: string, key: "seed" | "relocatable"): boolean {
  return readPyvenvConfig(join(target, "pyvenv.cfg"))?.get(key) === "true";
}

/** Whether an environment may be moved, so that nothing in it may name its folder. */
export function isRelocatable(prefix: string): boolean {
  return isNoted(prefix, "relocatable");
}

/** A link to a folder stays; the folder behind it is what is replaced. */
function realTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    // Nothing there, perhaps only since another process began to replace it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return join(realParent(path), basename(path));
  }
}

function realParent(path: string): string {
  makeFolders(dirname(path));
  return realpathSync(dirname(path));
}

function refuseForeign(target: string, existing: "refuse" | "clear" | "refresh"): void {
  for (;;) {
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (!stats) return;
    if (!stats.isDirectory()) throw new EnvironmentExists(target, "file");
    const names = namesIn(target);
    const isEnvironment = names.includes("pyvenv.cfg");
    if (existing === "refresh" || (existing === "clear" && isEnvironment) || names.length === 0) return;
    // Another process may have put its own there, or removed this one, while it was being looked at.
    const now = lstatSync(target, { throwIfNoEntry: false });
    if (now?.ino === stats.ino && now.dev === stats.dev)
      throw new EnvironmentExists(target, isEnvironment ? "environment" : "folder");
  }
}

/** None where there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function defaultPrompt(target: string): string {
  return basename(target) === ".venv" ? basename(dirname(target)) : basename(target);
}

function buildAside(target: string, contents: EnvironmentContents, existing: "refuse" | "clear" | "refresh"): void {
  const built = siblingPath(target, "new");
  try {
    writeContents(built, contents);
    if (existing === "clear") replace(built, target, () => refuseForeign(target, existing));
    else if (!moveIn(built, target)) {
      // Another process was faster. Its environment is whole, so that this call ends as if it had begun after it.
      refuseForeign(target, existing);
      refreshContents(target, contents);
    }
  } catch (error) {
    if (!isImmovable(error)) throw error;
    fillInPlace(target, contents);
  } finally {
    if (existsSync(built)) discard(built, target);
  }
}

/** A mount point can be neither renamed nor renamed over; beside a long name there is no longer one. */
function isImmovable(error: unknown): boolean {
  return ["EBUSY", "EXDEV", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Renaming a folder over the working folder of a shell would leave that shell in a folder without a name. */
function mustStayInPlace(target: string): boolean {
  if (!existsSync(target)) return false;
  try {
    const below = relative(target, realpathSync(process.cwd()));
    return below === "" || !(below === ".." || below.startsWith("../") || below.startsWith("..\\"));
  } catch {
    return false;
  }
}

/** `pyvenv.cfg` goes first and comes last: a folder in between is no environment. */
function fillInPlace(target: string, contents: EnvironmentContents): void {
  makeFolders(target);
  rmSync(join(target, "pyvenv.cfg"), { force: true });
  for (const name of readdirSync(target)) rmSync(join(target, name), { recursive: true, force: true });
  refreshContents(target, contents);
}
