import { crc32 } from "node:zlib";
import type { Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";

/** As much of a project's metadata is read at once (bytes); what is longer is a miss, and is fetched again. */
const largestPackBytes = 64 << 20;

/** A text, the key that it lies under, and its checksum. */
interface PackedText {
  readonly key: string;
  readonly text: string;
  readonly seal: string;
}

/** Whether a pack is looked at again where it has grown since. */
export type PackState = "as it is now" | "as it was read";

interface Pack {
  /** Of the document as it was read, or as this process added to it. */
  stamp: string;
  /** Checksum, a tab, JSON of the text, by key. */
  readonly texts: Map<string, string>;
}

/**
 * The metadata of all files of a project in one document, `metadata/<project>.needs`: one read serves all versions that a resolution looks at.
 * A line for each: the key, a tab, the checksum of what follows, a tab, the text as JSON. A METADATA that is cut off is still one, which requires
 * less: the checksum tells. Lines are only added, each in one write that begins with a line feed of its own, so that what a
 * crash or a full disk cut off spoils no other one; a line that is not whole is a miss.
 */
export class MetadataPacks {
  readonly #documents: Documents;
  readonly #packs = new Map<NormalizedName, Pack>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** The text of the first of the keys that has one. */
  find(project: NormalizedName, keys: readonly string[], state: PackState = "as it is now"): PackedText | undefined {
    const known = this.#packs.get(project) ?? this.#read(project);
    const found = firstOf(known, keys);
    // A miss: another process may have added it meanwhile.
    if (found !== undefined || state === "as it was read") return found;
    if (this.#documents.stampOf(packOf(project)) === known.stamp) return undefined;
    return firstOf(this.#read(project), keys);
  }

  /** The stamp of what was read or added. */
  stampOf(project: NormalizedName): string {
    return this.#packs.get(project)?.stamp ?? "";
  }

  /** Returns the checksum of the text. */
  add(project: NormalizedName, key: string, text: string): string {
    const pack = this.#packs.get(project) ?? this.#read(project);
    const json = JSON.stringify(text);
    const sealed = `${sealOf(json)}${json}`;
    const line = Buffer.from(`\n${key}\t${sealed}\n`);
    const before = pack.stamp;
    this.#documents.append(packOf(project), line);
    pack.texts.set(key, sealed);
    const after = this.#documents.stampOf(packOf(project));
    // What others added in between is read with the next miss.
    if (grownBy(before, after, line.length)) pack.stamp = after;
    return sealed.slice(0, sealLength - 1);
  }

  #read(project: NormalizedName): Pack {
    const pack = readPack(this.#documents, project);
    this.#packs.set(project, pack);
    return pack;
  }
}

function readPack(documents: Documents, project: NormalizedName): Pack {
  const segments = packOf(project);
  const texts = new Map<string, string>();
  const { stamp, copies } = documents.readAll(segments, largestPackBytes);
  for (const bytes of copies) readLines(bytes.toString("utf8"), texts);
  return { stamp, texts };
}

/** The checksum of each text of a pack, by key, without a look at the texts. */
export function readSeals(
  documents: Documents,
  project: NormalizedName,
): { readonly stamp: string; readonly seals: ReadonlyMap<string, string> } {
  const { stamp, texts } = readPack(documents, project);
  return { stamp, seals: new Map([...texts].map(([key, sealed]) => [key, sealed.slice(0, sealLength - 1)])) };
}

/** The document that the metadata of a project's files lie in. */
export const packOf = (project: NormalizedName): readonly string[] => ["metadata", `${project}.needs`];

function readLines(content: string, texts: Map<string, string>): void {
  for (let from = 0; from < content.length;) {
    const end = content.indexOf("\n", from);
    if (end < 0) return;
    const tab = content.indexOf("\t", from);
    if (tab > from && tab < end) texts.set(content.slice(from, tab), content.slice(tab + 1, end));
    from = end + 1;
  }
}

function firstOf(pack: Pack, keys: readonly string[]): PackedText | undefined {
  for (const key of keys) {
    const text = textOf(pack, key);
    if (text !== undefined) return { key, text, seal: pack.texts.get(key)!.slice(0, sealLength - 1) };
  }
  return undefined;
}

const sealLength = 9;

/** What stands before the text: its checksum, and a tab. */
function sealOf(json: string): string {
  return `${crc32(json).toString(16).padStart(8, "0")}\t`;
}

function textOf({ texts }: Pack, key: string): string | undefined {
  const sealed = texts.get(key);
  const json = sealed?.slice(sealLength);
  if (json === undefined || sealed!.slice(0, sealLength) !== sealOf(json)) return undefined;
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a document with one stamp became the one with the other by so many bytes. */
function grownBy(before: string, after: string, bytes: number): boolean {
  const [own = "", ...others] = after.split(",");
  const [ownBefore = "", ...othersBefore] = before.split(",");
  const [ino = "", size = ""] = own.split(":");
  const [inoBefore = ino, sizeBefore = "0"] = ownBefore === "" ? [] : ownBefore.split(":");
  return ino === inoBefore && Number(size) === Number(sizeBefore) + bytes && others.join() === othersBefore.join();
}
