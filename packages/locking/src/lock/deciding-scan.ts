import { isRemote, refuseLink, randomDigits } from "@murre/files";
import { closeSync, openSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isGone } from "../errors.ts";

/**
 * One listing of a folder that a decision rests on: every entry that exists from before this call until its end is in it (G7, POSIX).
 * On a network file system the client may answer from an older listing; a change of one's own in that folder makes it ask again (protocols/nfs.md, N2).
 * @returns undefined when there is no such folder.
 * @throws a link is none: who decides by what lies behind it would decide about somebody else's files.
 */
export function decidingScan(folder: string): string[] | undefined {
  try {
    refuseLink(folder);
    if (isRemote(folder)) refreshListing(folder);
    return readdirSync(folder);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function refreshListing(folder: string): void {
  // A name that is no ticket: other scans ignore it.
  const probe = join(folder, `.${randomDigits()}`);
  closeSync(openSync(probe, "wx"));
  unlinkSync(probe);
}
