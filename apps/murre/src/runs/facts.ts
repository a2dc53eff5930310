import { accessSync, lstatSync, realpathSync, statSync, type BigIntStats, type Stats } from "node:fs";

/**
 * What a run was told of the file system: how it asked, of which path, and what was said. How:
 * `s` what a path leads to, `l` the path itself, and `S`, `L` the same of folders whose times were looked at, or whose names were read;
 * `r` its real path, and `n` the one that the system itself says; digits, whether it may be accessed in this mode.
 */
export type Fact = readonly [how: string, path: string, said: string];

/** What is said of a path where nothing is. */
export const nothing = "";

/** Whether the file system says the same again. */
export function stillSays([how, path, said]: Fact): boolean {
  return ask(how, path) === said;
}

function ask(how: string, path: string): string | undefined {
  try {
    switch (how) {
      case "s":
      case "S":
        return saidOf(statSync(path, { throwIfNoEntry: false }), how === "S");
      case "l":
      case "L":
        return saidOf(lstatSync(path, { throwIfNoEntry: false }), how === "L");
      case "r":
        return realpathSync(path);
      case "n":
        return realpathSync.native(path);
      default:
        accessSync(path, Number(how));
        return "ok";
    }
  } catch (error) {
    return codeOf(error);
  }
}

/** What was said by an error; nothing where the path, or a folder on the way to it, is missing. */
export function codeOf(error: unknown): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" ? nothing : `!${code}`;
}

/**
 * Device, inode, kind with permissions, owner, and of what is no folder size and times. Times of a folder are those of its names: they
 * count where somebody looked at them.
 */
export function saidOf(stats: Stats | BigIntStats | undefined, withTimes: boolean): string {
  if (stats === undefined) return nothing;
  const { dev, ino, mode, uid, gid } = stats;
  const what = `${dev}:${ino}:${mode}:${uid}:${gid}`;
  if (stats.isDirectory()) return withTimes ? `${what}:${timesOf(stats)}` : what;
  return `${what}:${stats.size}:${timesOf(stats)}`;
}

function timesOf(stats: Stats | BigIntStats): string {
  const { mtimeMs, ctimeMs } =
    "mtimeNs" in stats ? { mtimeMs: msOf(stats.mtimeNs), ctimeMs: msOf(stats.ctimeNs) } : stats;
  return `${mtimeMs}:${ctimeMs}`;
}

/** As Node makes them of seconds and nanoseconds. */
function msOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) * 1000 + Number(ns % 1_000_000_000n) / 1_000_000;
}

/** The youngest time of what is no folder, or of a folder whose times count (milliseconds since 1970). */
export function youngest(stats: Stats | BigIntStats): number {
  return Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs));
}
