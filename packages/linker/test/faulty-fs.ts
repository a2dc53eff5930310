import fs, { type Stats } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { afterEach } from "vitest";

type Call =
  | "copyFileSync"
  | "linkSync"
  | "mkdirSync"
  | "readdirSync"
  | "renameSync"
  | "rmdirSync"
  | "unlinkSync"
  | "writeFileSync";

const originals = new Map<keyof typeof fs, unknown>();

function replace(functions: Partial<typeof fs>): void {
  for (const name of Object.keys(functions) as (keyof typeof fs)[])
    if (!originals.has(name)) originals.set(name, fs[name]);
  Object.assign(fs, functions);
  syncBuiltinESMExports();
}

/** For a file that lets calls fail: after each of its tests none does any more. */
export function mendAfterEach(): void {
  afterEach(mend);
}

export function mend(): void {
  replace(Object.fromEntries(originals));
  originals.clear();
}

/** Looks at each call of `name` before it is done: the code that is answered is what it fails with. For the length of one test. */
export function onCall(name: Call, look: (path: string, other: string) => string | undefined | void): void {
  const whole = fs[name] as (...values: unknown[]) => unknown;
  replace({
    [name]: (...values: unknown[]) => {
      const [path, other] = values.map(String);
      const code = look(path ?? "", other ?? "");
      const hasTwo = name === "copyFileSync" || name === "linkSync" || name === "renameSync";
      if (code !== undefined) throw systemError(code, name, path, hasTwo ? other : undefined);
      return whole(...values);
    },
  });
}

function systemError(code: string, name: string, path?: string, dest?: string): Error {
  return Object.assign(new Error(`${code}: made up, ${name} '${path}'`), {
    code,
    path,
    ...(dest === undefined ? {} : { dest }),
  });
}

/** How a folder behaves as if another file system was mounted there. */
export interface MadeUpMount {
  readonly folder: string;
  /** Whether its device number is the same (a bind mount): then only the list of mounts tells. */
  readonly isBound?: boolean;
}

/** Nothing is renamed or linked from one file system to another, and a folder that one is mounted at stays. */
export function mountMadeUp(mounts: readonly MadeUpMount[]): void {
  const at = (path: string) => mounts.findLastIndex(({ folder }) => path === folder || path.startsWith(`${folder}/`));
  const isPoint = (path: string) => mounts.some(({ folder }) => folder === path);
  const between = (path: string, other: string) => {
    if (isPoint(path)) return "EBUSY";
    return at(path) === at(other) ? undefined : "EXDEV";
  };
  onCall("renameSync", between);
  onCall("linkSync", between);
  onCall("rmdirSync", (path) => (isPoint(path) ? "EBUSY" : undefined));
  const { readFileSync, statSync } = fs;
  const look = statSync as (path: string, options?: object) => Stats | undefined;
  const read = readFileSync as (path: string, options?: unknown) => unknown;
  replace({
    statSync(path: string, options?: object) {
      const stats = look(path, options);
      const mount = mounts[at(path)];
      if (stats !== undefined && mount !== undefined && mount.isBound !== true) stats.dev += 1 + at(path);
      return stats;
    },
    readFileSync(path: string, options?: unknown) {
      if (path !== "/proc/self/mountinfo") return read(path, options);
      const points = ["/", ...mounts.map(({ folder }) => folder)];
      return points.map((point, id) => `${id} 1 0:1 / ${point.replaceAll(" ", "\\040")} rw - tmpfs none rw\n`).join("");
    },
  } as Partial<typeof fs>);
}

/** As on an overlay: folders that were there before cannot be renamed, whatever is in them. */
export function overlay(isLower: (path: string) => boolean): void {
  const { lstatSync } = fs;
  onCall("renameSync", (path) => {
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return isFolder && isLower(path) ? "EXDEV" : undefined;
  });
}
