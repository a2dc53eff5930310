import { refuseLink } from "@murre/files";
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readdirSync, statfsSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isGone } from "../errors.ts";

// f_type of file systems whose clients keep directory listings for a while.
const remoteTypes = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9p
  0x65735546, // FUSE (sshfs, virtiofs, gcsfuse)
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x5346414f, // AFS
]);

const remote = new Map<string, boolean>();
const remembered = 1000;

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

/** Whether the folder lies on a file system that other machines change as well. */
export function isRemote(folder: string): boolean {
  const known = remote.get(folder);
  if (known !== undefined) return known;
  const answer = remoteTypes.has(statfsSync(folder).type);
  if (remote.size >= remembered) remote.clear();
  remote.set(folder, answer);
  return answer;
}

function refreshListing(folder: string): void {
  // A name that is no ticket: other scans ignore it.
  const probe = join(folder, `.${randomUUID()}`);
  closeSync(openSync(probe, "wx"));
  unlinkSync(probe);
}
