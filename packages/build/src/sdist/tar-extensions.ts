import { BadArchive } from "./read-gzip.ts";
import { decodeText, largestOctalSize, terminated, type TarHeader } from "./tar-header.ts";

/** What headers before a member's own say of it. */
export interface Extensions {
  path?: string;
  linkPath?: string;
  size?: number;
}

/**
 * Takes what one extension header says: of PAX (`x`; `g` for all members), or a long name (`L`) or target (`K`) of GNU.
 * @throws {BadArchive} where a member has two of one kind, or of both, or anything that changes how the archive is read but the three fields:
 * readers differ in which of them counts.
 */
export function extend(extensions: Map<string, Extensions>, type: string, content: Buffer): void {
  if (type === "g") {
    const decisive = [...paxRecords(content).keys()].find((key) => ofContent.has(key) || isForeign(key));
    if (decisive !== undefined) throw new BadArchive(`says ${decisive} for all of its members`);
    return;
  }
  if (extensions.has(type) || extensions.has("x") || (type === "x" && extensions.size > 0))
    throw new BadArchive("has several headers with names for one member");
  extensions.set(type, type === "x" ? ofPax(paxRecords(content)) : ofGnu(type, terminated(content)));
}

const ofGnu = (type: string, text: string): Extensions => (type === "L" ? { path: text } : { linkPath: text });

/** What decides where and how much is unpacked. */
const ofContent = new Set(["path", "linkpath", "size"]);

/** Sparse files and other encodings of names, which only some readers know. */
const isForeign = (key: string): boolean =>
  key.startsWith("GNU.") || key === "SCHILY.realsize" || key === "SUN.holesdata" || key === "hdrcharset";

function ofPax(records: ReadonlyMap<string, string>): Extensions {
  const foreign = [...records.keys()].find(isForeign);
  if (foreign !== undefined) throw new BadArchive(`has the header keyword ${foreign}, which not every reader knows`);
  const size = records.get("size");
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw new BadArchive(`has the size ${JSON.stringify(size)}`);
  return {
    ...ofName("path", records.get("path")),
    ...ofName("linkPath", records.get("linkpath")),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

function ofName(key: "path" | "linkPath", value: string | undefined): Extensions {
  if (value === undefined) return {};
  if (value === "" || value.includes("\0")) throw new BadArchive(`has the name ${JSON.stringify(value)}`);
  return { [key]: value };
}

/** POSIX.1-2001: `LENGTH KEY=VALUE\n`, the length that of the whole record. */
function paxRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const [, digits] = /^(\d{1,7}) /.exec(content.toString("latin1", at, at + 8)) ?? [];
    const end = at + Number(digits ?? 0);
    const equals = content.indexOf("=", at);
    if (digits === undefined || end > content.length || equals <= at + digits.length + 1 || equals >= end)
      throw new BadArchive("has a PAX header that cannot be read");
    if (content[end - 1] !== 0x0a) throw new BadArchive("has a PAX header that cannot be read");
    const key = content.toString("utf8", at + digits.length + 1, equals);
    if (records.has(key)) throw new BadArchive(`has the header keyword ${key} twice for one member`);
    const value = content.subarray(equals + 1, end - 1);
    records.set(key, ofContent.has(key) ? decodeText(value) : "");
    at = end;
  }
  return records;
}

/** The member as its own header and those before it have it. @throws {BadArchive} where they disagree about its size. */
export function extended(header: TarHeader, extensions: ReadonlyMap<string, Extensions>): TarHeader {
  if (extensions.size === 0) return header;
  const { size = header.size, ...names }: Extensions = Object.assign({}, ...extensions.values());
  // A size stands here because the header has no room for it: a reader that goes by the header would find other members.
  if (size !== header.size && size < largestOctalSize) throw new BadArchive("has a member with two sizes");
  return { ...header, ...names, size };
}
