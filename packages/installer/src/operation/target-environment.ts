import { canonicalDestination, openFolders, type Destination } from "@murre/linker";
import {
  findInterpreter,
  isRelocatable,
  readLauncherStubs,
  userSchemesOf,
  withoutWaiting,
  type Interpreter,
  type LauncherStubs,
  type ProbeCache,
  type PythonContext,
} from "@murre/python";
import type { MarkerEnvironment } from "@murre/pep508";
import { supportedTags, type SupportedTags } from "@murre/platform-tags";
import { isAbsolute, join, parse, relative, resolve } from "node:path";
import { ExternallyManaged, UserSiteInvisible, VirtualenvRequired } from "../errors.ts";
import type { OnEvent } from "../api/events.ts";
import type { ChangeOptions, OperationContext, PythonOptions } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describePython, type TargetPython } from "../options/target-python.ts";
import type { FileDecision } from "./decisions.ts";
import { heardVariables, isSwitchedOn } from "./said.ts";

/** What is read and changed: an interpreter's own folders, or `--target`, or `--prefix`. */
export interface TargetEnvironment {
  readonly interpreter: Interpreter;
  readonly destination: Destination;
  /** The folders whose distributions count as installed, each once. */
  readonly sitePackages: readonly string[];
  /** These, and what the environment sees of the interpreter below (`--system-site-packages`). */
  readonly visible: readonly string[];
  /** What messages call it: the environment's folder. */
  readonly folder: string;
}

export function pythonContext(settings: InstallerSettings, cache: ProbeCache): PythonContext {
  const { env, cwd, platform, home } = settings;
  return { env, cwd, platform, home, cache };
}

/** Does not hold up the event loop where an interpreter has to be asked. @throws {NoInterpreter} and what else finding one throws. */
export async function findTarget(
  settings: InstallerSettings,
  options: PythonOptions & OperationContext,
  cache: ProbeCache,
  preference: "environment" | "any" = "environment",
): Promise<TargetEnvironment> {
  const interpreter = await withoutWaiting(pythonContext(settings, cache), options.signal, (context) =>
    findInterpreter(options.python, context, {
      // What goes into a folder of its own needs no environment (uv), nor does what is the user's own.
      preference:
        options.system === true ? "system" : isElsewhere(options) || options.user === true ? "any" : preference,
    }),
  );
  return targetOf(interpreter, settings, options);
}

/** The environment of an interpreter that is known. */
export function targetOf(
  interpreter: Interpreter,
  settings: InstallerSettings,
  options: PythonOptions = {},
): TargetEnvironment {
  const schemes = schemesOf(interpreter, options, settings);
  // Elsewhere a backslash is a letter like any other.
  const slashed = (path: string) => (settings.platform === "win32" ? path.replaceAll("\\", "/") : path);
  // Every entry point of every wheel asks for them.
  let launchers: LauncherStubs | undefined;
  const isOutside = isElsewhere(options) || options.user === true;
  const destination: Destination = {
    schemes: mapValues(schemes, slashed),
    executable: interpreter.executable,
    platform: settings.platform,
    relocatable: () => interpreter.isVirtual && !isOutside && isRelocatable(interpreter.prefix),
    launchers: () => (launchers ??= readLauncherStubs(interpreter)),
    boundary: slashed(isOutside ? schemes.data : interpreter.prefix),
  };
  // Where `lib64` is a link to `lib` the two are one.
  const canonical = canonicalDestination(destination, openFolders(destination));
  const sitePackages = [...new Set([canonical.schemes.purelib, canonical.schemes.platlib])];
  const below = isElsewhere(options) ? [] : foldersBelow(interpreter, options);
  return {
    interpreter,
    destination: canonical,
    sitePackages,
    visible: [...new Set([...sitePackages, ...below])],
    folder: schemes.data,
  };
}

function isElsewhere({ target, prefix, root }: PythonOptions): boolean {
  return target !== undefined || prefix !== undefined || root !== undefined;
}

/** What the environment, or the user, sees besides. */
function foldersBelow({ schemes, systemSitePackages, baseSitePackages }: Interpreter, { user }: PythonOptions) {
  const own = user === true ? [schemes.purelib, schemes.platlib] : [];
  return [...own, ...(systemSitePackages || user === true ? baseSitePackages : [])];
}

type Schemes = Interpreter["schemes"];

/** `--root` stands before whatever the others say (pip). @throws {UserSiteInvisible} */
function schemesOf(interpreter: Interpreter, options: PythonOptions, settings: InstallerSettings): Schemes {
  const schemes =
    options.user === true ? userSchemes(interpreter, settings) : ownSchemes(interpreter, options, settings);
  if (options.root === undefined) return schemes;
  const root = resolve(settings.cwd, options.root);
  return mapValues(schemes, (path) => join(root, path.slice(parse(path).root.length)));
}

/** @throws {UserSiteInvisible} where what is installed there would never be seen (pip) */
function userSchemes(interpreter: Interpreter, settings: InstallerSettings): Schemes {
  if (interpreter.isVirtual && !interpreter.systemSitePackages) throw new UserSiteInvisible(interpreter.prefix);
  return userSchemesOf(interpreter, settings);
}

/** `--target` puts everything below one folder, as pip does; `--prefix` moves the interpreter's own layout. */
function ownSchemes(interpreter: Interpreter, options: PythonOptions, { cwd }: InstallerSettings): Schemes {
  if (options.target !== undefined) {
    const folder = resolve(cwd, options.target);
    return { purelib: folder, platlib: folder, scripts: `${folder}/bin`, headers: `${folder}/include`, data: folder };
  }
  if (options.prefix === undefined) return interpreter.schemes;
  const prefix = resolve(cwd, options.prefix);
  return mapValues(interpreter.schemes, (path) => {
    const below = relative(interpreter.prefix, path);
    return below.startsWith("..") || isAbsolute(below) ? path : resolve(prefix, below);
  });
}

function mapValues(schemes: Schemes, change: (path: string) => string): Schemes {
  const { purelib, platlib, scripts, headers, data } = schemes;
  return {
    purelib: change(purelib),
    platlib: change(platlib),
    scripts: change(scripts),
    headers: change(headers),
    data: change(data),
  };
}

/** @throws {ExternallyManaged} (PEP 668), unless the user insists or the change goes elsewhere. */
export function refuseExternallyManaged({ interpreter }: TargetEnvironment, options: PythonOptions): void {
  if (interpreter.externallyManaged !== undefined && !isElsewhere(options) && options.breakSystemPackages !== true)
    throw new ExternallyManaged(interpreter.executable, interpreter.externallyManaged);
}

/** @throws {VirtualenvRequired} where users want virtual environments only (pip's `--require-virtualenv`), and this is none. */
export function refuseOutsideEnvironment(
  { interpreter }: TargetEnvironment,
  options: Pick<ChangeOptions, "requireVirtualenv" | "ignoreConfiguration" | "isolated">,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const isRequired =
    options.requireVirtualenv ?? isSwitchedOn(heardVariables({ options, variables }), "PIP_REQUIRE_VIRTUALENV");
  if (isRequired && !interpreter.isVirtual) throw new VirtualenvRequired(interpreter.executable);
}

export function describeTarget({ interpreter }: TargetEnvironment, onEvent: OnEvent): void {
  const { executable, version, isVirtual: environment } = interpreter;
  onEvent({ type: "interpreter", executable, version, environment });
}

/** What decides which file of a release is usable. */
export interface WheelTarget extends Pick<
  FileDecision,
  "formats" | "prereleases" | "prefersWheels" | "uploadedBefore"
> {
  readonly tags: SupportedTags;
  readonly ignoresRequiresPython: boolean;
  /** For Requires-Python. */
  readonly markerEnvironment: MarkerEnvironment;
  /** For messages: `CPython 3.11.7 on linux x86_64`. */
  readonly description: string;
}

export function wheelTarget(
  python: TargetPython,
  { formats, prereleases, prefersWheels, uploadedBefore }: FileDecision,
): WheelTarget {
  return {
    tags: supportedTags(python.tagTarget),
    ignoresRequiresPython: python.ignoresRequiresPython === true,
    markerEnvironment: python.markerEnvironment,
    description: describePython(python),
    formats,
    prereleases,
    prefersWheels,
    uploadedBefore,
  };
}
