import { rmdirSync, rmSync } from "node:fs";
import type { EnvironmentState } from "../state/environment-state.ts";
import { parseStamp, readStampText } from "../state/stamp.ts";
import { guardState } from "../state/state-guard.ts";
import { committed } from "./recover.ts";

/** Ends a state that was only for the duration of a change, unless somebody else is using it or an environment's own commands keep it. */
export function removeState(state: EnvironmentState): void {
  try {
    guardState(state);
  } catch {
    return; // not murre's
  }
  const stamp = parseStamp(readStampText(state.stamp));
  if (stamp !== undefined && stamp.temporary !== true) return;
  if (committed(state) !== undefined) return;
  rmSync(state.stamp, { force: true });
  const { lock, commit, torn, trash, folder } = state;
  for (const empty of [`${lock}/choosing`, `${lock}/tickets`, lock, commit, torn, trash, folder])
    removeEmptyFolder(empty);
}

export function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or not there: what needs it empty says so.
  }
}
