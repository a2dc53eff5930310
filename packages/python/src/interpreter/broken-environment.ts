import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { interpreterIn, interpreterPaths, pathOf } from "./candidate.ts";
import { BrokenEnvironment } from "../errors.ts";
import { danglingTarget } from "./links.ts";

/** Whether a folder is an environment or was one: it has an interpreter or a `pyvenv.cfg`, or a link in its place leads nowhere. */
export function looksLikeEnvironment(folder: string, platform: NodeJS.Platform): boolean {
  return (
    interpreterIn(folder, platform) !== undefined ||
    existsSync(pathOf(platform).join(folder, "pyvenv.cfg")) ||
    danglingTarget(folder) !== undefined ||
    goneInterpreter(folder, platform) !== undefined
  );
}

/** What is wrong with an environment in which no interpreter is found, and what to do about it. */
export function brokenEnvironment(
  folder: string,
  source: string | undefined,
  platform: NodeJS.Platform,
): BrokenEnvironment {
  const { reason, remedy } = diagnose(folder, platform);
  const unset = source === "VIRTUAL_ENV" ? ["unset VIRTUAL_ENV"] : [];
  const advice = [...(remedy === undefined ? [] : [remedy]), ...unset, "name another one with -p"].join(", or ");
  return new BrokenEnvironment(folder, source, reason, advice);
}

function diagnose(folder: string, platform: NodeJS.Platform): { reason: string; remedy?: string } {
  const { join, relative } = pathOf(platform);
  const make = `make it with \`murre venv ${folder}\``;
  const gone = danglingTarget(folder);
  if (gone !== undefined) return { reason: `it leads to ${gone}, which is gone`, remedy: "remove it" };
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return { reason: "there is no such folder", remedy: make };
  if (!stats.isDirectory()) return { reason: "it is a file, not a folder" };
  const again = `make it again with \`murre venv --clear ${folder}\``;
  const interpreter = goneInterpreter(folder, platform);
  const hasConfig = existsSync(join(folder, "pyvenv.cfg"));
  if (interpreter !== undefined) {
    const reason = `its ${relative(folder, interpreter.path)} leads to ${interpreter.target}, which is gone`;
    return hasConfig ? { reason, remedy: again } : { reason };
  }
  if (hasConfig) return { reason: "it has a pyvenv.cfg, but no interpreter", remedy: again };
  if (readdirSync(folder).length === 0) return { reason: "it is an empty folder", remedy: make };
  return { reason: "it is no environment: it has neither a pyvenv.cfg nor an interpreter" };
}

function goneInterpreter(folder: string, platform: NodeJS.Platform): { path: string; target: string } | undefined {
  for (const path of interpreterPaths(folder, platform)) {
    const target = danglingTarget(path);
    if (target !== undefined) return { path, target };
  }
  return undefined;
}

/** Whether anything has this name, a link that leads nowhere included. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
