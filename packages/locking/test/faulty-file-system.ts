import { spawnSync } from "node:child_process";
import fs, { mkdirSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

export type Fault = "no inode" | "no space" | "read-only";

/** A folder whose file system goes bad when `begin` is called; `end` always makes it good again, and removes a mount. */
export interface FaultyFolder {
  readonly folder: string;
  begin(fault: Fault): void;
  end(): void;
}

const canMount =
  process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

/** Injected errors run everywhere; a real file system of its own where this process may mount one. */
export const faultMakers: readonly (readonly [string, (folder: string) => FaultyFolder])[] = [
  ["injected errors", injected],
  ...(canMount ? ([["a tmpfs", mounted]] as const) : []),
];

function mounted(folder: string): FaultyFolder {
  const mount = (...args: string[]): void => {
    const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
  };
  mount("-t", "tmpfs", "-o", "size=256k,nr_inodes=64", "none", folder);
  return {
    folder,
    begin: (fault) => {
      if (fault === "read-only") mount("-o", "remount,ro", folder);
      else fill(join(folder, "filling"), fault);
    },
    end: () => void spawnSync("umount", ["--lazy", folder]),
  };
}

function fill(folder: string, fault: "no inode" | "no space"): void {
  mkdirSync(folder);
  try {
    for (let n = 0; n < 1000; n++)
      writeFileSync(
        join(folder, fault === "no inode" ? String(n) : "one"),
        "x".repeat(fault === "no inode" ? 0 : 4096),
        { flag: "a" },
      );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** What each fault refuses: the functions of node:fs, and for openSync only those that create. */
const refused = {
  "no inode": { code: "ENOSPC", calls: ["openSync", "mkdirSync", "linkSync"] },
  "no space": { code: "ENOSPC", calls: ["writeSync", "writeFileSync"] },
  "read-only": { code: "EROFS", calls: ["openSync", "mkdirSync", "linkSync", "unlinkSync", "rmdirSync", "renameSync"] },
} as const;

function injected(folder: string): FaultyFolder {
  const restore: (() => void)[] = [];
  const writable = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  return {
    folder,
    begin: (fault) => {
      const { code, calls } = refused[fault];
      for (const call of calls) {
        const original = writable[call] as (...args: unknown[]) => unknown;
        restore.push(() => (writable[call] = original));
        writable[call] = (target, ...rest) => {
          const changed = call === "linkSync" ? rest[0] : target;
          const inside = typeof changed === "number" || String(changed).startsWith(folder);
          const reads = call === "openSync" && rest[0] !== "wx";
          if (inside && !reads) throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });
          return original(target, ...rest);
        };
      }
      syncBuiltinESMExports();
    },
    end: () => {
      for (const one of restore.splice(0)) one();
      syncBuiltinESMExports();
    },
  };
}
