import { UnreadableSdist } from "../errors.ts";
import { BadArchive, readGzip } from "./read-gzip.ts";
import type { OpenMember, SdistWriter } from "./sdist-writer.ts";
import { extend, extended, type Extensions } from "./tar-extensions.ts";
import { blockBytes, isZero, readHeader, type TarHeader } from "./tar-header.ts";

/**
 * Reads a gzipped tar archive once, from its beginning, into the writer. What two readers could read differently is refused.
 * @throws {UnreadableSdist}, what the writer throws, and errors of the system
 */
export async function readTar(path: string, archive: string, writer: SdistWriter): Promise<void> {
  const reader = new TarReader(writer);
  try {
    for await (const piece of readGzip(path)) reader.take(piece);
    reader.end();
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    throw new UnreadableSdist(archive, `is no tar.gz archive that can be read in one way only: it ${error.message}`, {
      cause: error,
    });
  } finally {
    reader.close();
  }
}

/** Long names and PAX headers; a few kilobytes at most in honest archives (bytes). */
const largestExtension = 1024 * 1024;
/** Zeros behind the last member: archives are filled up to a multiple of what a tape took at once (bytes). */
const largestPadding = 16 * 1024 * 1024;

const extensionTypes = new Set(["x", "g", "L", "K"]);
const specialTypes = new Map([
  ["3", "character device"],
  ["4", "block device"],
  ["6", "pipe"],
]);

/** The state of reading: pieces come as the stream has them, blocks and contents go on as the format has them. */
class TarReader {
  readonly #writer: SdistWriter;
  /** Less than one block, kept for the next piece. */
  #rest: Buffer = Buffer.alloc(0);
  readonly #extensions = new Map<string, Extensions>();
  #extension: { readonly type: string; readonly pieces: Buffer[] } | undefined;
  #member: OpenMember | undefined;
  /** Bytes of the content that are to come, and of the zeros behind it. */
  #content = 0;
  #padding = 0;
  #zeros = 0;
  #members = 0;

  constructor(writer: SdistWriter) {
    this.#writer = writer;
  }

  /** @throws {BadArchive}, and what the writer throws */
  take(piece: Buffer): void {
    let data = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (data.length > 0) {
      if (this.#content > 0) {
        const part = data.subarray(0, this.#content);
        this.#takeContent(part);
        data = data.subarray(part.length);
      } else if (this.#padding > 0) {
        const length = Math.min(this.#padding, data.length);
        this.#padding -= length;
        data = data.subarray(length);
      } else {
        if (data.length < blockBytes) break;
        this.#takeBlock(data.subarray(0, blockBytes));
        data = data.subarray(blockBytes);
      }
    }
    this.#rest = data;
  }

  /** @throws {BadArchive} where something is missing */
  end(): void {
    if (this.#content > 0 || this.#padding > 0 || this.#rest.length > 0) throw new BadArchive("is cut off");
    if (this.#extensions.size > 0) throw new BadArchive("ends with a header for a member that is not there");
    if (this.#members === 0) throw new BadArchive("is empty");
  }

  /** Ends the member that is being written, where there is one. */
  close(): void {
    this.#member?.end();
    this.#member = undefined;
  }

  #takeBlock(block: Buffer): void {
    if (isZero(block)) {
      this.#zeros += 1;
      if (this.#zeros * blockBytes > largestPadding) throw new BadArchive("is followed by zeros without an end");
      return;
    }
    if (this.#zeros > 0) throw new BadArchive("goes on behind its end");
    const header = readHeader(block);
    if (extensionTypes.has(header.type)) {
      if (header.size > largestExtension) throw new BadArchive(`has a header of ${header.size} bytes for one member`);
      this.#extension = { type: header.type, pieces: [] };
    } else {
      this.#members += 1;
      this.#startMember(extended(header, this.#extensions));
      this.#extensions.clear();
      return;
    }
    this.#expect(header.size);
  }

  #startMember(header: TarHeader): void {
    const { type, path, linkPath, mode, size } = header;
    const isFolderByName = path.endsWith("/");
    // Before POSIX a folder was a file whose name ends in a slash.
    if (type === "5" || (type === "\0" && isFolderByName)) this.#writer.directory(this.#without(size, path));
    else if (type === "0" || type === "\0" || type === "7") {
      if (isFolderByName) throw new BadArchive(`has the file ${JSON.stringify(path)} with the name of a folder`);
      this.#member = this.#writer.file(path, (mode & 0o111) !== 0);
    } else if (type === "1" || type === "2")
      this.#writer.link(this.#without(size, path), linkPath, type === "1" ? "hard" : "symbolic");
    else if (specialTypes.has(type)) this.#writer.special(path, specialTypes.get(type)!);
    else throw new BadArchive(`has a member of the unknown type ${JSON.stringify(type)}`);
    this.#expect(size);
  }

  /** Some readers pass over a content that such a member cannot have, others read it as further members. */
  #without(size: number, path: string): string {
    if (size > 0) throw new BadArchive(`has content for ${JSON.stringify(path)}, which is no file`);
    return path;
  }

  #expect(size: number): void {
    this.#content = size;
    this.#padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (size === 0) this.#finishContent();
  }

  #takeContent(part: Buffer): void {
    if (this.#extension !== undefined) this.#extension.pieces.push(part);
    else this.#member?.write(part);
    this.#content -= part.length;
    if (this.#content === 0) this.#finishContent();
  }

  #finishContent(): void {
    if (this.#extension !== undefined) {
      const { type, pieces } = this.#extension;
      this.#extension = undefined;
      extend(this.#extensions, type, Buffer.concat(pieces));
    }
    this.close();
  }
}
