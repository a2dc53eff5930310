// The floor: the same calls with nothing else, as programs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The floor in C; undefined where there is no gcc. */
export function compileFloor(folder) {
  const binary = join(folder, "floor-in-c");
  const { status } = spawnSync("gcc", ["-O2", "-pthread", "-o", binary, join(here, "floor.c")]);
  return status === 0 && existsSync(binary) ? binary : undefined;
}

export const nodeFloor = join(here, "floor.mjs");
