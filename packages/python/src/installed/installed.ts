import { NotAFile, readBeginning, readSmallText } from "@murre/files";
import { existsSync, readdirSync, statSync, type Dirent } from "node:fs";
import { basename, join, posix } from "node:path";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { parseEntryPoints, parseMetadata, parseRecord, type CoreMetadata, type RecordEntry } from "@murre/wheel";
import { parseDirectUrl, type DirectUrl } from "./direct-url.ts";
import { UnreadableDistribution } from "../errors.ts";

/** A distribution in a site-packages folder, as far as one directory listing tells. */
export interface InstalledDistribution {
  /** As its folder has it, which escapes dashes: `ruamel.yaml`, `typing_extensions`. */
  readonly name: string;
  readonly normalizedName: NormalizedName;
  readonly version: string;
  /** The site-packages folder, absolute. */
  readonly sitePackages: string;
  /** The dist-info or egg-info folder, or the file, absolute. */
  readonly path: string;
  /** `dist-info` is how installers write it (PEP 376); the others are what setuptools left of old. */
  readonly format: "dist-info" | "egg-info" | "egg-info-file" | "egg-link";
}

/**
 * What is installed in these folders, by normalized name. A distribution of an earlier folder hides its namesakes in later
 * ones, as it does for `importlib.metadata`. Reads each folder once and opens no file, but for egg-links and folders of old names.
 * @throws {UnreadableDistribution} when a folder exists and cannot be listed.
 */
export function readInstalled(sitePackagesFolders: readonly string[]): InstalledDistribution[] {
  const found = new Map<NormalizedName, InstalledDistribution>();
  for (const folder of new Set(sitePackagesFolders)) {
    const here = new Map<NormalizedName, InstalledDistribution>();
    for (const entry of listFolder(folder)) {
      const distribution = distributionOf(folder, entry);
      if (!distribution || found.has(distribution.normalizedName)) continue;
      const other = here.get(distribution.normalizedName);
      // An egg-link is an editable install, which stands before what it shadows.
      if (!other || distribution.format === "egg-link") here.set(distribution.normalizedName, distribution);
    }
    for (const [name, distribution] of here) found.set(name, distribution);
  }
  return [...found.values()].sort((a, b) => (a.normalizedName < b.normalizedName ? -1 : 1));
}

/**
 * Everything that is installed in these folders, also what a namesake hides: a change has to know of both, so that one of them goes.
 * @throws {UnreadableDistribution} when a folder exists and cannot be listed.
 */
export function readAllInstalled(sitePackagesFolders: readonly string[]): InstalledDistribution[] {
  return [...new Set(sitePackagesFolders)]
    .flatMap((folder) => listFolder(folder).map((entry) => distributionOf(folder, entry)))
    .filter((distribution) => distribution !== undefined)
    .sort((a, b) => (a.normalizedName < b.normalizedName ? -1 : a.normalizedName > b.normalizedName ? 1 : 0));
}

/** In the order of names, whatever the file system's is, so that of two dist-infos the same one is read each time. */
function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new UnreadableDistribution(folder, "the folder cannot be listed", { cause });
  }
}

function distributionOf(folder: string, entry: Dirent): InstalledDistribution | undefined {
  const match = /^(.+)\.(dist-info|egg-info|egg-link)$/.exec(entry.name);
  const [, stem = "", ending] = match ?? [];
  // pip renames what it is about to remove to names that begin with a tilde. A name is one word, whoever reads it in a list.
  if (!match || stem.startsWith("~") || UNSEEN.test(stem)) return undefined;
  if (ending === "egg-link") return egglink(folder, entry.name, stem);
  const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && isFolderLink(join(folder, entry.name)));
  if (ending === "dist-info") {
    if (!isFolder) return undefined;
    return describe(folder, entry.name, stem, "dist-info");
  }
  return describe(folder, entry.name, stem, isFolder ? "egg-info" : "egg-info-file");
}

/** Spaces, and whatever ends a line or cannot be seen. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function isFolderLink(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * `NAME-VERSION.dist-info`; `NAME-VERSION-pyX.Y.egg-info`, where an old NAME may have dashes of its own. In a dist-info with more dashes than one
 * only METADATA tells which of them is meant: `x-1.0-post1`, `old-x-1.0`.
 */
function describe(
  sitePackages: string,
  entry: string,
  stem: string,
  format: InstalledDistribution["format"],
): InstalledDistribution | undefined {
  const pattern = format === "dist-info" ? /^(.+?)-([^-]+)$/ : /^(.+?)-(\d[^-]*(?:-\d+)?)(?:-py\d[\d.]*)?$/;
  const [, name, version] = pattern.exec(stem) ?? [];
  const path = join(sitePackages, entry);
  if (format === "dist-info" && stem.indexOf("-") !== stem.lastIndexOf("-")) {
    const told = fromMetadata(sitePackages, path, format);
    if (told !== undefined) return told;
  }
  if (name !== undefined && version !== undefined)
    return { name, normalizedName: normalizeName(name), version, sitePackages, path, format };
  if (format === "dist-info") return undefined;
  return fromMetadata(sitePackages, path, format);
}

/** A folder that does not tell its version, `x.egg-info` as of `setup.py develop`. */
function fromMetadata(
  sitePackages: string,
  path: string,
  format: InstalledDistribution["format"],
): InstalledDistribution | undefined {
  const file = format === "egg-info-file" ? path : join(path, format === "dist-info" ? "METADATA" : "PKG-INFO");
  const text = readIfThere(file);
  const name = /^Name:\s*(\S+)/im.exec(text ?? "")?.[1];
  const version = /^Version:\s*(\S+)/im.exec(text ?? "")?.[1];
  if (name === undefined || version === undefined || UNSEEN.test(name + version)) return undefined;
  return { name, normalizedName: normalizeName(name), version, sitePackages, path, format };
}

/** The first line of `NAME.egg-link` is the folder that holds `NAME.egg-info`. */
function egglink(sitePackages: string, entry: string, name: string): InstalledDistribution | undefined {
  const project = readIfThere(join(sitePackages, entry))?.split(/\r?\n/)[0]?.trim();
  if (!project) return undefined;
  const wanted = normalizeName(name);
  const info = listFolder(project).find(
    (child) => child.name.endsWith(".egg-info") && normalizeName(child.name.slice(0, -".egg-info".length)) === wanted,
  );
  const described = info && fromMetadata(project, join(project, info.name), "egg-info");
  return described && { ...described, sitePackages, format: "egg-link" };
}

/**
 * The files a distribution brought, relative to its site-packages folder: RECORD (PEP 376), or an egg-info's `installed-files.txt`. Empty when it has
 * neither, as system packages have none.
 */
export function readInstalledRecord(distribution: InstalledDistribution): readonly RecordEntry[] {
  const { format, path } = distribution;
  if (format === "egg-info") return readInstalledFiles(path);
  const text = format === "dist-info" ? readIfThere(join(path, "RECORD")) : undefined;
  return text === undefined ? [] : parseRecord(text, join(path, "RECORD"));
}

/** One path a line, relative to the egg-info. */
function readInstalledFiles(eggInfo: string): RecordEntry[] {
  const lines = readIfThere(join(eggInfo, "installed-files.txt"))?.split(/\r?\n/) ?? [];
  const folder = basename(eggInfo);
  return lines
    .filter((line) => line !== "")
    .map((line) => ({ path: posix.isAbsolute(line) ? line : posix.join(folder, line.replaceAll("\\", "/")) }));
}

/**
 * The core metadata: METADATA, or PKG-INFO of an egg-info.
 * @throws {UnreadableDistribution} when there is none; {InvalidMetadata} when it is malformed.
 */
export function readInstalledMetadata(distribution: InstalledDistribution): CoreMetadata {
  const { path, format } = distribution;
  const file = { "dist-info": "METADATA", "egg-info": "PKG-INFO", "egg-link": "PKG-INFO", "egg-info-file": "" }[format];
  const text = readIfThere(file === "" ? path : join(path, file));
  if (text === undefined) throw new UnreadableDistribution(path, `has no ${file}`);
  return parseMetadata(text, file === "" ? path : join(path, file));
}

/** So much of METADATA is looked at for its name, which stands in one of its first lines. */
const beginningBytes = 1024;

/**
 * The name as METADATA writes it, of which no more is read where its first lines tell.
 * @throws as {@link readInstalledMetadata}
 */
export function readInstalledName(distribution: InstalledDistribution): string {
  return (
    (distribution.format === "dist-info" && nameAtTheTop(distribution.path)) || readInstalledMetadata(distribution).name
  );
}

/** `Metadata-Version: …`, and then the name, as every tool writes them; undefined for any other beginning. */
function nameAtTheTop(distInfo: string): string | undefined {
  try {
    const text = readBeginning(join(distInfo, "METADATA"), beginningBytes).toString("utf8");
    return /^Metadata-Version: [12]\.\d+\nName: ([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\nVersion: [^\s]+\n(?![ \t])/.exec(
      text,
    )?.[1];
  } catch {
    return undefined; // whoever reads all of it says why
  }
}

/** `entry_points.txt`; empty when there is none. */
export function readInstalledEntryPoints(distribution: InstalledDistribution): ReturnType<typeof parseEntryPoints> {
  return parseEntryPoints(readBeside(distribution, "entry_points.txt") ?? "");
}

/** Who installed it (PEP 376): `murre`, `pip`, `uv`. */
export function readInstaller(distribution: InstalledDistribution): string | undefined {
  return readBeside(distribution, "INSTALLER")?.trim().split(/\r?\n/, 1)[0] || undefined;
}

/** Whether a user asked for it by name, not another distribution (PEP 376). */
export function readRequested(distribution: InstalledDistribution): boolean {
  return distribution.format === "dist-info" && readBeside(distribution, "REQUESTED") !== undefined;
}

/**
 * PEP 610; undefined when it came from an index. `dir_info.editable` says whether it is editable, and an egg-link is.
 * @throws {UnreadableDistribution} when the file is not of that form, or holds what would be more than one line.
 */
export function readDirectUrl(distribution: InstalledDistribution): DirectUrl | undefined {
  if (distribution.format !== "dist-info") return undefined;
  const file = join(distribution.path, "direct_url.json");
  // Most have none, and a look is cheaper than a file that cannot be opened.
  const text = existsSync(file) ? readIfThere(file) : undefined;
  if (text === undefined) return undefined;
  try {
    return parseDirectUrl(text);
  } catch (cause) {
    throw new UnreadableDistribution(file, (cause as Error).message, { cause });
  }
}

function readBeside(distribution: InstalledDistribution, name: string): string | undefined {
  return distribution.format === "egg-info-file" ? undefined : readIfThere(join(distribution.path, name));
}

function readIfThere(path: string): string | undefined {
  try {
    return readSmallText(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UnreadableDistribution(path, whyUnreadable(cause), { cause });
  }
}

function whyUnreadable(cause: unknown): string {
  return cause instanceof NotAFile ? `is a ${cause.kind}, where a file belongs` : "cannot be read";
}
