import type { NormalizedName } from "@murre/pep508";
import { longestFilename, mostLinks } from "../location/answer-limits.ts";
import { bodyInMemory, type PageBody } from "./page-body.ts";
import { kindOfFilename, reasonToSkip, type ParsedPage } from "../location/page-link.ts";
import { releasesOf, versionText } from "./page-releases.ts";
import type { DistributionFile, ProjectRelations, SkippedFile } from "../location/types.ts";

/**
 * The files of a project page as text, and where the releases are in it: all that is needed of thousands of files, of which a few are looked at.
 * The text is the inside of the list `files` of PEP 691's JSON.
 */
export interface PageText {
  /** Whether murre wrote the text, of what it had read; else the index did. */
  readonly own: boolean;
  /** What the files' addresses are relative to. */
  readonly url: string;
  /** For each release: its version, or 0 where the files' names state none. */
  readonly versions: readonly (string | 0)[];
  /** So many releases, from the first on, have valid versions that differ and ascend, and the others have none; undefined where nobody has put them in order. */
  readonly ascending?: number | undefined;
  /** For each release: the bytes of its files and of the commas between them. Between releases stands one comma more. */
  readonly lengths: readonly number[];
  /** The numbers, from 0, of the releases that are yanked. */
  readonly yanked: readonly number[];
  readonly skipped: readonly SkippedFile[];
  readonly relations?: ProjectRelations | undefined;
  readonly body: PageBody;
}

/** The text of files that were read. */
export function writePageText(
  { files, skipped, relations }: ParsedPage,
  url: string,
  project: NormalizedName,
): PageText {
  const releases = releasesOf(files, project);
  const lists = releases.map((release) => release.files.map((file) => JSON.stringify(jsonOf(file))).join(","));
  return {
    own: true,
    url: withoutQuery(url),
    versions: releases.map(({ version }) => version ?? 0),
    lengths: lists.map((list) => Buffer.byteLength(list)),
    yanked: releases.flatMap(({ yanked }, number) => (yanked ? [number] : [])),
    skipped,
    relations,
    body: bodyInMemory(Buffer.from(lists.join(","))),
  };
}

const jsonOf = (file: DistributionFile): object => ({
  filename: file.filename,
  url: file.url,
  hashes: file.hashes,
  "requires-python": file.requiresPython,
  yanked: file.yanked === "" ? true : file.yanked || undefined,
  "core-metadata": file.coreMetadata,
  size: file.sizeBytes,
  "upload-time": file.uploadTime,
  provenance: file.provenance,
});

/** What a page was asked for with may be secret, and nothing on it is relative to that. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, "");

/**
 * Finds the files in the JSON of a page without parsing them, which is several times as fast. Only where nothing can be mistaken for what it is not:
 * in compact JSON without a backslash each quote begins or ends a string, and each key and bracket is known by its neighbours.
 * @param content in UTF-8
 * @returns undefined where the page has to be parsed, be it damaged or only written in another way; else `rest`, which is the page without its files.
 */
export function findPageText(
  content: Buffer,
  url: string,
  project: NormalizedName,
): { readonly text: PageText; readonly rest: string } | undefined {
  // Of each byte a character: what is looked for is ASCII, which is part of nothing else in UTF-8.
  const json = plainJson(content.toString("latin1"));
  if (json === undefined) return undefined;
  const start = find(json, "[", filesKey, 0) + filesKey.length + 1;
  if (start <= filesKey.length) return undefined;
  const end = find(json, "]", "}", start) + 1;
  // No file has a list of objects, and a page has no other one.
  if (end === 0 || find(json, "[", filesKey, start) >= 0 || find(json, "]", "}", end + 1) >= 0) return undefined;
  const found = new FoundFiles(project);
  if (!found.read(json.slice(start, end))) return undefined;
  const releases = found.end();
  const body = bodyInMemory(content.subarray(start, releases.versions.length === 0 ? start : end));
  const text = { own: false, url: withoutQuery(url), ...releases, body };
  return { text, rest: Buffer.from(json.slice(0, start) + json.slice(end), "latin1").toString() };
}

const filesKey = '"files":';

/** Where the first text from `from` on begins that `rare` follows: a page has few lists, and one letter is looked for many times as fast as a word. */
function find(json: string, rare: string, text: string, from: number): number {
  for (let at = json.indexOf(rare, from); at >= 0; at = json.indexOf(rare, at + 1))
    if (json.startsWith(text, at - text.length)) return at - text.length;
  return -1;
}

/** Why a file was yanked is what people wrote. */
const reasonText = /"yanked":"((?:[^"\\]|\\.)+)"/g;

/** The JSON, where need be with other letters in place of reasons; undefined where that is not plain. */
function plainJson(json: string): string | undefined {
  if (isPlain(json)) return json;
  const masked = json.replace(reasonText, (_, reason: string) => `"yanked":"${"x".repeat(reason.length)}"`);
  return isPlain(masked) ? masked : undefined;
}

/** Whether there is no escape, no space but within strings, and no sign of a password in an address. */
function isPlain(json: string): boolean {
  for (const sign of ["\\", "\n", "\r", "\t", "@"]) if (json.includes(sign)) return false;
  for (let at = json.indexOf(" "); at >= 0; at = json.indexOf(" ", at + 1)) {
    const before = json[at - 1] ?? "";
    if ('"{}[]'.includes(before) || '"{}[]:,'.includes(json[at + 1] ?? "") || (before === ":" && json[at - 2] === '"'))
      return false;
  }
  return true;
}

const nameKey = '"filename":"';
/** Most indexes write the keys of a file in their order, so that this one is the last. */
const notYanked = '"yanked":false}';
const yanked = /"yanked":(?:true|"(?!"))/;

/** The releases of a list of files, one file after the other. */
class FoundFiles {
  readonly #project: NormalizedName;
  readonly #versions: (string | 0)[] = [];
  readonly #starts: number[] = [];
  readonly #yanked: number[] = [];
  readonly #skipped: SkippedFile[] = [];
  #areYanked = false;
  #end = 0;
  /** What the names of the last release's wheels begin with; empty where the last file was none. */
  #prefix = "";

  constructor(project: NormalizedName) {
    this.#project = project;
  }

  /**
   * A page has thousands of files, and is read once: little is done for each, most of it by one call of the system's own code.
   * @returns false where a file is not written as is usual.
   */
  read(files: string): boolean {
    const names = /"filename":"/g;
    const plainName = /[\w.+!-]+"/y;
    let count = 0;
    /** Where the name lies in an object: mostly where it lay in the one before. */
    let offset = 0;
    for (let at = 0; at < files.length; at = this.#end + 1) {
      const end = files.indexOf('},{"', at);
      this.#end = end < 0 ? files.length : end + 1;
      if (!files.startsWith(nameKey, at + offset)) {
        names.lastIndex = at;
        offset = (names.exec(files)?.index ?? files.length) - at;
      }
      const from = at + offset + nameKey.length;
      plainName.lastIndex = from;
      if (from >= this.#end || !plainName.test(files)) return false;
      const to = plainName.lastIndex - 1;
      if (to - from > longestFilename || ++count > mostLinks || !isKey(files, this.#end + 3)) return false;
      const isYanked =
        !files.startsWith(notYanked, this.#end - notYanked.length) && yanked.test(files.slice(at, this.#end));
      if (this.#prefix !== "" && files.startsWith(this.#prefix, from) && files.startsWith(".whl", to - 4))
        this.#areYanked &&= isYanked;
      else this.#add(files.slice(from, to), at, isYanked);
    }
    return true;
  }

  #add(filename: string, at: number, isYanked: boolean): void {
    this.#prefix = "";
    const kind = kindOfFilename(filename);
    if (kind === undefined) {
      this.#skipped.push({ filename: copied(filename), reason: reasonToSkip(filename) });
      return;
    }
    const version = versionText(filename, kind, this.#project) ?? 0;
    if (kind === "wheel" && version !== 0)
      this.#prefix = filename.slice(0, filename.indexOf("-", filename.indexOf("-") + 1) + 1);
    if (this.#starts.length > 0 && this.#versions.at(-1) === version) {
      this.#areYanked &&= isYanked;
      return;
    }
    this.#endRelease();
    this.#versions.push(version === 0 ? version : copied(version));
    // What no release has is left to a neighbour.
    this.#starts.push(this.#starts.length === 0 ? 0 : at);
    this.#areYanked = isYanked;
  }

  #endRelease(): void {
    if (this.#areYanked) this.#yanked.push(this.#versions.length - 1);
  }

  end(): Pick<PageText, "versions" | "lengths" | "yanked" | "skipped"> {
    this.#endRelease();
    const lengths = this.#starts.map((start, number) => (this.#starts[number + 1] ?? this.#end + 1) - 1 - start);
    return { versions: this.#versions, lengths, yanked: this.#yanked, skipped: this.#skipped };
  }
}

/** Behind `},{"` a string cannot go on but with what ends a value; a key begins with a letter. */
function isKey(files: string, at: number): boolean {
  const letter = files.charCodeAt(at);
  return at > files.length || (letter >= 0x61 && letter <= 0x7a);
}

/** V8 keeps a part of a string that is longer than this as a view of the whole, which would stay in memory for it. */
const longestCopy = 12;

const copied = (part: string): string =>
  part.length <= longestCopy ? part : Buffer.from(part, "latin1").toString("latin1");
