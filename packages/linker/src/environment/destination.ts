import { posix } from "node:path";
import { PathLeavesEnvironment } from "../errors.ts";

/** The keys of a wheel's `.data` folder (PEP 427) that say where its files go. */
export type Scheme = "purelib" | "platlib" | "scripts" | "headers" | "data";

/**
 * Where distributions are installed to: the interpreter's installation schemes, absolute, with `/` as separator, and what
 * scripts need. `headers` is the folder below which each distribution gets one of its own name.
 */
export interface Destination {
  readonly schemes: Readonly<Record<Scheme, string>>;
  /** The interpreter that scripts start. */
  readonly executable: string;
  readonly platform: NodeJS.Platform;
  /** Whether scripts find the interpreter beside them, because the environment may be moved; asked for when there are some. Default: no. */
  readonly relocatable?: () => boolean;
  /** On Windows, what entry points are started by; asked for when there are some. Without, they become scripts. */
  readonly launchers?: () => LauncherStubs | undefined;
  /** No file is placed outside of it: the environment's prefix, or the target folder. */
  readonly boundary: string;
}

/** Programs that start the interpreter named behind them with the archive behind that: those of distlib, which pip brings along. */
export interface LauncherStubs {
  readonly console: Uint8Array;
  /** Opens no console window. */
  readonly gui: Uint8Array;
}

/** A directory of a wheel, and where it goes. */
export interface PlacedDirectory {
  /** POSIX path inside the archive. */
  readonly source: string;
  /** Absolute. */
  readonly target: string;
  readonly scheme: Scheme;
}

/** Where a wheel's directory goes; undefined for the `.data` folder itself, which holds no files. */
export function placeDirectory(
  destination: Destination,
  wheel: { readonly name: string; readonly distInfo: string; readonly rootIsPurelib: boolean },
  source: string,
): PlacedDirectory | undefined {
  const root: Scheme = wheel.rootIsPurelib ? "purelib" : "platlib";
  const dataFolder = dataFolderOf(wheel.distInfo);
  if (source !== dataFolder && !source.startsWith(`${dataFolder}/`))
    return { source, scheme: root, target: join(destination.schemes[root], source) };
  const [scheme, ...rest] = source.slice(dataFolder.length + 1).split("/");
  if (scheme === undefined || scheme === "") return undefined;
  if (!isScheme(scheme)) throw new PathLeavesEnvironment(wheel.name, source);
  return { source, scheme, target: join(schemeRoot(destination, wheel.name, scheme), rest.join("/")) };
}

export function dataFolderOf(distInfo: string): string {
  return `${distInfo.slice(0, -".dist-info".length)}.data`;
}

/** Where the files of `.data/<scheme>` of a distribution go. */
export function schemeRoot({ schemes }: Destination, name: string, scheme: Scheme): string {
  return scheme === "headers" ? join(schemes.headers, name) : schemes[scheme];
}

function join(base: string, path: string): string {
  return path === "" ? base : `${base}/${path}`;
}

function isScheme(text: string): text is Scheme {
  return text === "purelib" || text === "platlib" || text === "scripts" || text === "headers" || text === "data";
}

/** Whether an absolute path with `/` as separator lies in the environment or a folder of its schemes, however many `..` it holds. */
export function liesInside({ boundary, schemes }: Destination, path: string): boolean {
  const normal = path.includes("/.") ? posix.normalize(path) : path;
  return liesBelow([boundary, ...Object.values(schemes)], normal);
}

/** The environment's folder, and those of its schemes that lie elsewhere. */
export function outermost({ boundary, schemes }: Destination): string[] {
  return [...new Set([boundary, ...Object.values(schemes).filter((folder) => !liesBelow([boundary], folder))])];
}

/** Whether a path is one of these folders or below one. */
export function liesBelow(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** The path as RECORD has it: relative to the folder that holds the dist-info, with `/` (PEP 376). */
export function recordPath(sitePackages: string, target: string): string {
  // Nearly everything lies there, and is in its names already.
  const isBelow = target.startsWith(`${sitePackages}/`) && !/\/(?:\.{0,2}(?:\/|$))/.test(target);
  return isBelow ? target.slice(sitePackages.length + 1) : posix.relative(sitePackages, target);
}
