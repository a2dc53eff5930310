import { readFileSync, statSync, statfsSync } from "node:fs";
import { parentOf } from "../environment/paths.ts";

/**
 * What renames need, as far as it is known: an operation begins with what can be seen, and learns from each EXDEV. A transaction that met one was
 * taken back, and is planned anew with what it taught.
 */
export interface RenameConditions {
  /** Folders can be renamed; on an overlay those of its lower layer cannot. */
  movesFolders: boolean;
  /** Folders that cannot be renamed though nothing stays in them: other file systems are mounted there. */
  readonly fixed: Set<string>;
  /** Folders on other file systems, whose targets are staged there. */
  readonly apart: Set<string>;
}

const OVERLAYFS = 0x794c7630;

/**
 * Adds the other file systems on which targets lie. A target's own folder decides: what is placed there is new.
 * @param roots the outermost folders of the environment
 */
export function findApart(targets: Iterable<string>, sitePackages: string, roots: readonly string[]): string[] {
  const own = deviceOf(sitePackages);
  const apart = new Set<string>();
  const seen = new Set<string>();
  for (const target of targets) {
    const parent = parentOf(target);
    if (seen.has(parent)) continue;
    seen.add(parent);
    const device = deviceOf(parent);
    if (device === undefined || device === own) continue;
    let top = parent;
    while (!roots.includes(top) && deviceOf(parentOf(top)) === device) top = parentOf(top);
    apart.add(top);
  }
  return [...apart];
}

function deviceOf(folder: string): number | undefined {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.dev;
  } catch {
    return undefined;
  }
}

/** The folder that a path's file system is mounted at, for one whose device number does not tell (a bind mount). */
export function mountPoint(path: string, platform: NodeJS.Platform, mounts: () => string = readMounts): string {
  const parent = parentOf(path);
  if (platform !== "linux") return parent;
  let found = "";
  for (const line of mounts().split("\n")) {
    const point = decodeOctal(line.split(" ")[4] ?? "");
    if (point.length > found.length && (parent === point || parent.startsWith(`${point}/`))) found = point;
  }
  return found === "" ? parent : found;
}

function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

/** proc(5): space, tab, newline and backslash are written as `\040` and so on. */
function decodeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}

/** Whether folders may be refused by rename(2) with EXDEV there, although nothing else is on another file system. */
export function isOverlay(folder: string): boolean {
  try {
    return statfsSync(folder).type === OVERLAYFS;
  } catch {
    return false;
  }
}
