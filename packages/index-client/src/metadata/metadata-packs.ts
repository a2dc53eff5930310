import { crc32 } from "node:zlib";
import type { Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";

/** As much of a project's metadata is read at once (bytes); what is longer is a miss, and is fetched again. */
const largestPackBytes = 64 << 20;

interface Pack {
  /** Of the document as it was read, or as this process added to it. */
  stamp: string;
  /** Checksum, a tab, JSON of the text, by key. */
  readonly texts: Map<string, string>;
}

/**
 * The metadata of all files of a project in one document, `metadata/<project>/pack`: one read serves all versions that a resolution looks at.
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
  find(project: NormalizedName, keys: readonly string[]): { readonly key: string; readonly text: string } | undefined {
    const known = this.#packs.get(project) ?? this.#read(project);
    const found = firstOf(known, keys);
    // A miss: another process may have added it meanwhile.
    if (found !== undefined || this.#documents.stampOf(segmentsOf(project)) === known.stamp) return found;
    return firstOf(this.#read(project), keys);
  }

  add(project: NormalizedName, key: string, text: string): void {
    const pack = this.#packs.get(project) ?? this.#read(project);
    const sealed = seal(JSON.stringify(text));
    const line = Buffer.from(`\n${key}\t${sealed}\n`);
    const before = pack.stamp;
    this.#documents.append(segmentsOf(project), line);
    pack.texts.set(key, sealed);
    const after = this.#documents.stampOf(segmentsOf(project));
    // What others added in between is read with the next miss.
    if (grownBy(before, after, line.length)) pack.stamp = after;
  }

  #read(project: NormalizedName): Pack {
    const segments = segmentsOf(project);
    // Before the read: what is added meanwhile is read again.
    const stamp = this.#documents.stampOf(segments);
    const texts = new Map<string, string>();
    for (const bytes of this.#documents.readAll(segments, largestPackBytes)) readLines(bytes.toString("utf8"), texts);
    const pack = { stamp, texts };
    this.#packs.set(project, pack);
    return pack;
  }
}

const segmentsOf = (project: NormalizedName): readonly string[] => ["metadata", project, "pack"];

function readLines(content: string, texts: Map<string, string>): void {
  for (let from = 0; from < content.length;) {
    const end = content.indexOf("\n", from);
    if (end < 0) return;
    const tab = content.indexOf("\t", from);
    if (tab > from && tab < end) texts.set(content.slice(from, tab), content.slice(tab + 1, end));
    from = end + 1;
  }
}

function firstOf(pack: Pack, keys: readonly string[]): { readonly key: string; readonly text: string } | undefined {
  for (const key of keys) {
    const text = textOf(pack, key);
    if (text !== undefined) return { key, text };
  }
  return undefined;
}

const sealLength = 9;

function seal(json: string): string {
  return `${crc32(json).toString(16).padStart(8, "0")}\t${json}`;
}

function textOf({ texts }: Pack, key: string): string | undefined {
  const sealed = texts.get(key);
  const json = sealed?.slice(sealLength);
  if (json === undefined || sealed !== seal(json)) return undefined;
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

/** The fields of METADATA that resolution reads. The rest, of which the description is by far the most, is not kept. */
const kept = /^(?:metadata-version|name|version|requires-python|requires-dist|provides-extra|dynamic):/i;

/** METADATA without what resolution does not read. */
export function essentialMetadata(text: string): string {
  let essential = "";
  let isKept = false;
  for (let from = 0; from < text.length;) {
    const next = text.indexOf("\n", from);
    const end = next < 0 ? text.length : next + 1;
    const line = text.slice(from, end);
    if (line.trim() === "") break;
    // A line that begins with white space goes on with the field before it.
    if (!/^[ \t]/.test(line)) isKept = kept.test(line.slice(0, 20));
    if (isKept) essential += line;
    from = end;
  }
  return essential;
}
