import { makeFolders } from "@murre/locking";
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { activationScripts } from "./activation-scripts.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { formatPyvenvConfig } from "../interpreter/pyvenv-config.ts";

/** What a new environment consists of, in the order in which it is written; paths are relative to its folder. */
export interface EnvironmentContents {
  /** Parents before children. */
  readonly directories: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly copies: readonly { readonly path: string; readonly source: string }[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Written last: without it, the folder is no environment. */
  readonly config: { readonly path: "pyvenv.cfg"; readonly text: string };
}

export interface ContentsOptions {
  readonly murreVersion: string;
  readonly prompt: string;
  readonly systemSitePackages: boolean;
  readonly seed: boolean;
  readonly relocatable: boolean;
}

/** Says that backup programs may leave the folder out (bford.info/cachedir). The signature must be the first 43 bytes. */
const CACHEDIR_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A virtual environment, which can be made again.\n";

/** @param prefix where the environment will stand, which its scripts name */
export function environmentContents(
  prefix: string,
  interpreter: Interpreter,
  options: ContentsOptions,
): EnvironmentContents {
  const { environmentScheme: scheme } = interpreter;
  const isWindows = interpreter.markerEnvironment.os_name === "nt";
  const sitePackages = [...new Set([scheme.purelib, scheme.platlib])];
  const scripts = activationScripts({
    prefix: options.relocatable ? undefined : prefix,
    prompt: options.prompt,
    scripts: scheme.scripts,
    sitePackages: sitePackages.map((folder) => relative(scheme.scripts, folder).replaceAll("\\", "/")),
  });
  return {
    directories: withParents([scheme.scripts, ...sitePackages, isWindows ? "Include" : "include"]),
    links: isWindows ? [] : posixLinks(interpreter),
    copies: isWindows ? windowsLaunchers(interpreter) : [],
    files: [
      { path: ".gitignore", text: "*\n" },
      { path: "CACHEDIR.TAG", text: CACHEDIR_TAG },
      ...Object.entries(scripts).map(([name, text]) => ({ path: join(scheme.scripts, name), text })),
    ],
    config: { path: "pyvenv.cfg", text: configText(interpreter, options) },
  };
}

/** `home` is what Python itself reads (PEP 405); the other keys are for tools, and `base-executable` is virtualenv's. */
function configText(interpreter: Interpreter, options: ContentsOptions): string {
  return formatPyvenvConfig([
    ["home", dirname(interpreter.baseExecutable)],
    ["implementation", interpreter.markerEnvironment.platform_python_implementation],
    ["murre", options.murreVersion],
    ["version_info", interpreter.version],
    ["include-system-site-packages", String(options.systemSitePackages)],
    ...(options.seed ? ([["seed", "true"]] as const) : []),
    ...(options.relocatable ? ([["relocatable", "true"]] as const) : []),
    ["base-executable", interpreter.baseExecutable],
    ["prompt", options.prompt],
  ]);
}

function posixLinks(interpreter: Interpreter): EnvironmentContents["links"] {
  const { scripts } = interpreter.environmentScheme;
  const [major, minor] = interpreter.tagTarget.version;
  const threads = interpreter.tagTarget.freeThreaded ? [`python${major}.${minor}t`] : [];
  const own = ["cpython", "python"].includes(interpreter.implementation)
    ? []
    : ["", major, `${major}.${minor}`].map((version) => `${interpreter.implementation}${version}`);
  const names = [`python${major}`, `python${major}.${minor}`, ...threads, ...own];
  return [
    { path: join(scripts, "python"), target: interpreter.baseExecutable },
    ...names.map((name) => ({ path: join(scripts, name), target: "python" })),
    ...(wantsLib64(interpreter) ? [{ path: "lib64", target: "lib" }] : []),
  ];
}

/** As CPython's venv does on 64-bit systems but macOS, for programs that look for modules there. */
function wantsLib64({ tagTarget, environmentScheme }: Interpreter): boolean {
  const { platform } = tagTarget;
  const isWide = platform.os === "linux" && !/^(i\d86|arm|x86$)/.test(platform.architecture);
  return isWide && tagTarget.implementation === "cpython" && !environmentScheme.platlib.startsWith("lib64");
}

/**
 * Python's own small launchers, which start the interpreter that `home` names. They have been called by both pairs of names;
 * where there are none, the interpreter itself is copied with the libraries beside it.
 */
function windowsLaunchers(interpreter: Interpreter): EnvironmentContents["copies"] {
  const { scripts } = interpreter.environmentScheme;
  const folder = join(interpreter.standardLibrary, "venv", "scripts", "nt");
  const home = dirname(interpreter.baseExecutable);
  const choices = [
    [join(folder, "venvlauncher.exe"), join(folder, "venvwlauncher.exe")],
    [join(folder, "python.exe"), join(folder, "pythonw.exe")],
  ] as const;
  const launchers = choices.find(([console]) => existsSync(console)) ?? [
    interpreter.baseExecutable,
    join(home, "pythonw.exe"),
  ];
  const libraries =
    launchers[0] === interpreter.baseExecutable ? listFolder(home).filter((n) => /\.dll$/i.test(n)) : [];
  return [
    { path: join(scripts, "python.exe"), source: launchers[0] },
    { path: join(scripts, "pythonw.exe"), source: launchers[1] },
    ...libraries.map((name) => ({ path: join(scripts, basename(name)), source: join(home, name) })),
  ].filter(({ source }) => existsSync(source));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function withParents(folders: readonly string[]): string[] {
  const all = new Set<string>();
  for (const folder of folders) {
    const parts = folder.split("/");
    for (let length = 1; length <= parts.length; length++) all.add(parts.slice(0, length).join("/"));
  }
  return [...all];
}

/** Writes the contents into a folder that nobody else knows. */
export function writeContents(folder: string, contents: EnvironmentContents): void {
  makeFolders(folder);
  for (const directory of contents.directories) mkdirSync(join(folder, directory));
  for (const { path, target } of contents.links) symlinkSync(target, join(folder, path));
  for (const { path, source } of contents.copies) copyFileSync(source, join(folder, path));
  for (const { path, text } of [...contents.files, contents.config])
    writeFileSync(join(folder, path), text, { flag: "wx" });
}
