import type { CacheOperation, EntryContents, EntryMaker, StoreEntry } from "@murre/cache";
import { installableWheel, type KnownArchive, type Unpacker } from "@murre/wheel";
import { keepArchive } from "./keep-archive.ts";
import { refuseOtherBytes, verifyArchive, type ArchiveBytes } from "./verify-archive.ts";
import type { ArchiveSource, ResolvedDistribution } from "../wanted/resolved.ts";

export const isWheel = ({ filename }: Pick<ArchiveSource, "filename">): boolean => filename.endsWith(".whl");

/** Every check of the file is made here, before it can be looked up, let alone linked into an environment. */
export async function addToStore(
  distribution: ResolvedDistribution,
  archive: ArchiveBytes,
  { unpacker, cache }: { readonly unpacker: () => Unpacker; readonly cache: CacheOperation },
  { add, signal }: EntryMaker,
  known?: KnownArchive,
): Promise<StoreEntry> {
  const { name, source } = distribution;
  const verified = async <Contents extends EntryContents>(contents: Contents): Promise<Contents> => {
    await verifyArchive(distribution, archive, contents.sha256, cache.documents);
    return contents;
  };
  if (typeof archive === "string" && !isWheel(source))
    return add(name, async (folder) => verified(await keepArchive(archive, folder, name, source.filename)));
  const job = {
    ...(typeof archive === "string" ? { wheelPath: archive } : { wheelPath: source.filename, bytes: archive }),
    filename: source.filename,
    expectedHashes: source.hashes,
    ...(known === undefined ? {} : { known }),
  };
  const bound = { ...job, ...(signal === undefined ? {} : { signal }) };
  return add(name, async (destination) => {
    try {
      return await verified(installableWheel(await unpacker().unpack({ ...bound, destination })));
    } catch (error) {
      await refuseOtherBytes(distribution, archive, cache.documents);
      throw error;
    }
  });
}
