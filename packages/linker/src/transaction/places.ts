import { errorCode } from "@murre/files";
import { readFileSync, statSync } from "node:fs";
import { liesBelow, outermost, type Destination } from "../environment/destination.ts";
import { parentOf } from "../environment/paths.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import type { Step } from "../state/journal.ts";

/**
 * What renames need in an environment, as far as it is known: an operation begins with what can be seen, and learns from each refusal. A
 * transaction that met one was taken back, and is planned anew with what it taught.
 */
export interface RenameConditions {
  /** Folders can be renamed; on an overlay those of its lower layer cannot. */
  movesFolders: boolean;
  /** Folders that cannot be renamed though nothing stays in them: other file systems are mounted there. */
  readonly fixed: Set<string>;
  /** Folders on other file systems, whose targets are staged there. */
  readonly apart: Set<string>;
}

const conditions = new WeakMap<EnvironmentState, RenameConditions>();

/** What has been learned through this state, for as long as somebody has it: an operation has one, over all of its attempts. */
export function renameConditions(state: EnvironmentState): RenameConditions {
  const known = conditions.get(state);
  if (known !== undefined) return known;
  const fresh: RenameConditions = { movesFolders: true, fixed: new Set(), apart: new Set() };
  conditions.set(state, fresh);
  return fresh;
}

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

/**
 * What an EXDEV teaches about the place of a step, and an EBUSY about a folder.
 * @returns false for any other error, and for one that taught nothing new.
 */
export function learnFrom(
  error: unknown,
  step: Step,
  conditions: RenameConditions,
  destination: Destination,
  platform: NodeJS.Platform,
  mounts?: () => string,
): boolean {
  const code = errorCode(error);
  if (code === "EBUSY" && step.do === "retire" && !conditions.fixed.has(step.target)) {
    conditions.fixed.add(step.target);
    return true;
  }
  if (code !== "EXDEV") return false;
  // A folder may be refused for itself (an overlay's lower layer), a file only for where it lies.
  if (step.do === "retire" && conditions.movesFolders) {
    conditions.movesFolders = false;
    return true;
  }
  const point = mountPoint(step.target, platform, mounts);
  // What is mounted there may hold more than the environment.
  const place =
    outermost(destination).find((root) => liesBelow([point], root) && liesBelow([root], step.target)) ?? point;
  if (conditions.apart.has(place)) return false;
  conditions.apart.add(place);
  return true;
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
