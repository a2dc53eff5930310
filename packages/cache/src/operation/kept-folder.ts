import { isRealFolder } from "@murre/files";
import { lstatSync, renameSync, utimesSync } from "node:fs";
import { withParent } from "../documents/documents.ts";
import type { CacheLayout } from "../folder/layout.ts";
import { isOfThisUser } from "../folder/trust.ts";
import { nothing, removeTree } from "../reclaim/trash.ts";

/**
 * `repositories/<name>`: a folder that several operations add to, one after the other. Nobody works in it there: who wants it takes it by one
 * rename to a temporary path of its own, which is swept with its lease alone, and gives it back by another one. So a cleaner never meets it in use,
 * what a killed process left half done is never found again, and two that take it at once have it and nothing.
 */
export function takeFolder({ repositories }: CacheLayout, name: string, temporary: string): void {
  try {
    withParent(temporary, () => renameSync(`${repositories}/${name}`, temporary));
  } catch {
    return; // there is none, or somebody has it, or nothing can be written: who wants it makes a new one
  }
  // Others who share the cache may have put it there.
  if (!isRealFolder(temporary) || !isOfThisUser(lstatSync(temporary))) removeTree(temporary, nothing());
}

/** Never fails: what cannot be kept is made again. */
export function keepFolder({ repositories }: CacheLayout, temporary: string, name: string): void {
  const place = `${repositories}/${name}`;
  try {
    // When it was last used decides what prune removes.
    utimesSync(temporary, new Date(), new Date());
    withParent(place, () => renameSync(temporary, place));
  } catch {
    // Somebody else's stands there, or the cache was removed.
    removeTree(temporary, nothing());
  }
}
