import { readZip as readAnyZip, type WheelErrorCode, type ZipMember } from "@murre/wheel";
import { SdistTooLarge, UnreadableSdist, UnsafeSdist } from "../errors.ts";
import type { SdistLimits } from "./sdist-limits.ts";
import type { SdistWriter } from "./sdist-writer.ts";

/**
 * Reads a zip archive into the writer, as strictly as a wheel.
 * @throws {UnreadableSdist} {SdistTooLarge}, what the writer throws, and errors of the system
 */
export async function readZip(path: string, archive: string, writer: SdistWriter, limits: SdistLimits): Promise<void> {
  const seen = new Set<string>();
  const take = async (member: ZipMember) => {
    if (seen.has(member.path)) throw new UnreadableSdist(archive, `holds ${JSON.stringify(member.path)} twice`);
    seen.add(member.path);
    await takeMember(member, writer);
  };
  try {
    await readAnyZip(path, archive, limits, take);
  } catch (error) {
    throw asSdistError(error, archive);
  }
}

interface ArchiveError extends Error {
  readonly code: WheelErrorCode;
  readonly problems: readonly { readonly text: string; readonly path?: string }[];
}

/** What the reader of archives found wrong, in the words of this package. */
function asSdistError(error: unknown, archive: string): unknown {
  if (!(error instanceof Error && "problems" in error)) return error;
  const { code, problems } = error as ArchiveError;
  const [{ text, path = "" }] = problems as [ArchiveError["problems"][0]];
  if (code === "MURRE_ARCHIVE_TOO_LARGE") return new SdistTooLarge(archive, text);
  if (code === "MURRE_UNSAFE_PATH") return new UnsafeSdist(archive, path, "has a name that is not UTF-8");
  return new UnreadableSdist(archive, `is no zip archive that can be read in one way only (${text})`, { cause: error });
}

async function takeMember(member: ZipMember, writer: SdistWriter): Promise<void> {
  const { path, unixMode, sizeBytes } = member;
  const isFolder = path.endsWith("/");
  const type = unixMode & 0o170000;
  // pip unpacks a link as a file that holds its target.
  if (type !== 0 && type !== (isFolder ? 0o040000 : 0o100000)) writer.special(path, "link or special file");
  if (isFolder && sizeBytes > 0) throw writer.unreadable(`has content for ${JSON.stringify(path)}, which is a folder`);
  if (isFolder) writer.directory(path);
  const file = isFolder ? undefined : writer.file(path, (unixMode & 0o111) !== 0);
  try {
    for await (const piece of member.content()) file?.write(piece);
  } finally {
    file?.end();
  }
}
