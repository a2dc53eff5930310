import { createHash } from "node:crypto";
import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type BigIntStats,
} from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { NoSourceTree, SourceChanging } from "./errors.ts";

/**
 * What a folder with sources looked like at one moment. Two equal fingerprints mean that no file of it was changed, added or removed in
 * between; what does not count (below) neither changes a fingerprint nor is there when a wheel is built from it.
 */
export interface SourceListing {
  readonly fingerprint: string;
  /** Relative, with `/`, parents before children. */
  readonly entries: readonly SourceEntry[];
}

interface SourceEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
}

/** Folders that only tools read: bytecode, other tools' caches and environments. No build needs them, and they change on their own. */
const passedOver = new Set([
  "__pycache__",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".hypothesis",
  ".tox",
  ".nox",
  ".venv",
  "node_modules",
]);

/** What git keeps of the past. A copy borrows the objects of the original; the rest of `.git` tells the version, so it counts. */
const gitHistory = /(?:^|\/)\.git\/(?:objects|logs|hooks|lfs|modules|worktrees)$/;

/** Lists a source tree. @throws {NoSourceTree} when it cannot be read. */
export function listSource(folder: string): SourceListing {
  const entries: SourceEntry[] = [];
  const hash = createHash("sha256");
  const walk = (below: string): void => {
    const names = readdirSync(join(folder, below)).toSorted();
    for (const name of names) {
      const path = below === "" ? name : `${below}/${name}`;
      const stats = lstatSync(join(folder, path), { bigint: true, throwIfNoEntry: false });
      if (stats === undefined || isPassedOver(folder, path, name, stats)) continue;
      const kind = stats.isDirectory()
        ? "directory"
        : stats.isSymbolicLink()
          ? "link"
          : stats.isFile()
            ? "file"
            : undefined;
      if (kind === undefined) continue; // a socket, a pipe
      entries.push({ path, kind });
      hash.update(`${path}\0${describeEntry(join(folder, path), kind, stats)}\0`);
      if (kind === "directory") walk(path);
    }
  };
  try {
    walk("");
  } catch (error) {
    throw new NoSourceTree(folder, `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      cause: error,
    });
  }
  return { fingerprint: hash.digest("hex"), entries };
}

function isPassedOver(folder: string, path: string, name: string, stats: BigIntStats): boolean {
  if (!stats.isDirectory()) return name.endsWith(".pyc");
  return passedOver.has(name) || gitHistory.test(path) || existsSync(join(folder, path, "pyvenv.cfg"));
}

/**
 * The change time is there beside the modification time: no tool can set it back, and a file that was replaced by an older one (a checkout,
 * a restored backup) has a new one.
 */
function describeEntry(
  path: string,
  kind: SourceEntry["kind"],
  { mode, size, mtimeNs, ctimeNs, ino }: BigIntStats,
): string {
  if (kind === "directory") return kind;
  return kind === "link" ? `link ${readlinkSync(path)}` : `${mode} ${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** Kernels stamp files with a clock that ticks this often at the slowest (milliseconds). */
const slowestTickMs = 20;

/**
 * The fingerprint of a folder. A file that is written twice within one tick of the file system's clock would keep its fingerprint; so where
 * something was changed a moment ago, that moment is waited out, and a later change has a later time for certain.
 * @throws {NoSourceTree}
 */
export async function settledListing(folder: string): Promise<SourceListing> {
  const listing = listSource(folder);
  const newest = newestChange(folder, listing);
  if (Date.now() - newest > slowestTickMs) return listing;
  await setTimeout(slowestTickMs);
  return listSource(folder);
}

function newestChange(folder: string, { entries }: SourceListing): number {
  let newest = 0;
  for (const { path } of entries)
    newest = Math.max(newest, lstatSync(join(folder, path), { throwIfNoEntry: false })?.ctimeMs ?? Date.now());
  return newest;
}

const mostAttempts = 10;

/**
 * Copies a source tree as it is at one moment, so that what is built from the copy is built from the sources with this fingerprint,
 * whatever is edited meanwhile, and so that no backend writes into the user's folder.
 * @param destination a path at which nothing is yet
 * @throws {NoSourceTree} {SourceChanging}
 */
export async function copySource(folder: string, destination: string, seen: SourceListing): Promise<string> {
  let listing = seen;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const isCopied = copyEntries(folder, destination, listing);
    const after = await settledListing(folder);
    if (isCopied && after.fingerprint === listing.fingerprint) return listing.fingerprint;
    rmSync(destination, { recursive: true, force: true });
    listing = after;
  }
  throw new SourceChanging(folder, mostAttempts);
}

/** False when something vanished meanwhile. */
function copyEntries(folder: string, destination: string, { entries }: SourceListing): boolean {
  mkdirSync(destination);
  try {
    for (const { path, kind } of entries) {
      const [from, to] = [join(folder, path), join(destination, path)];
      if (kind === "directory") copyFolder(from, to);
      else if (kind === "link") copyLink(folder, from, to);
      else if (/(?:^|\/)\.git$/.test(path)) copyGitFile(from, to);
      else copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw new NoSourceTree(folder, `cannot be copied (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      cause: error,
    });
  }
}

/** A folder `.git` borrows the objects of the original instead of copying them (gitrepository-layout, objects/info/alternates). */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  if (basename(from) !== ".git" || !existsSync(join(from, "objects"))) return;
  mkdirSync(join(to, "objects", "info"), { recursive: true });
  writeFileSync(join(to, "objects", "info", "alternates"), `${resolve(from, "objects")}\n`);
}

/** In a submodule or a work tree `.git` is a file that says where the repository is, relative to itself. */
function copyGitFile(from: string, to: string): void {
  const place = /^gitdir: (.*)$/m.exec(readFileSync(from, "utf8"))?.[1];
  if (place === undefined) copyFileSync(from, to);
  else writeFileSync(to, `gitdir: ${resolve(from, "..", place)}\n`);
}

/** A relative link that leaves the folder would lead elsewhere from the copy: there it is an absolute one. */
function copyLink(folder: string, from: string, to: string): void {
  const target = readlinkSync(from);
  const led = resolve(from, "..", target);
  symlinkSync(relative(folder, led).startsWith("..") ? led : target, to);
}
