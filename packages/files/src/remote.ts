import { statfsSync } from "node:fs";

/** f_type of file systems whose clients keep listings and attributes for a while. */
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

const known = new Map<string, boolean>();
const mostKnown = 1000;

/**
 * Whether the folder lies on a file system that other machines change as well. Asked once for each folder.
 * @throws what the system says of a folder that is not there
 */
export function isRemote(folder: string): boolean {
  const before = known.get(folder);
  if (before !== undefined) return before;
  const answer = remoteTypes.has(statfsSync(folder).type);
  if (known.size >= mostKnown) known.clear();
  known.set(folder, answer);
  return answer;
}
