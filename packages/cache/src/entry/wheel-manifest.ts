import { InvalidManifest } from "../errors.ts";
import { MANIFEST_FORMAT, staysBelow, type FileDetails, type ManifestHead } from "./manifest-head.ts";

export interface ManifestDirectory {
  /** POSIX path relative to the entry's `pkg/`; "" is `pkg/` itself. */
  readonly path: string;
  readonly fileCount: number;
}

/**
 * What an unpacked wheel holds, written once at unpack so that no later run lists a folder or parses RECORD.
 *
 * ```
 * <head: one line of JSON, with the length in bytes of each section>\n
 * directories   path NUL number-of-files NUL …     parents before children; the root is the empty path
 * names         name NUL …                         the linked files' base names, directory by directory in that order
 * record        RECORD rows of all linked files outside `.data`: copied verbatim into an environment
 * data record   RECORD rows of all linked files inside `.data`, paths without that folder: `data/share/doc.txt`
 * details       size SPACE sha256 SPACE x|- LF …   in the order of the names
 * ```
 *
 * Files that no environment gets as they are stand apart, in the head: an installer writes its own RECORD and INSTALLER,
 * and scripts get the environment's interpreter in their first line.
 *
 * What a planner needs of most wheels is in the head (which folders and files stand at the top); the folders and names
 * are decoded by whoever links them, the record is written without being decoded. NUL cannot stand in a path, so nothing
 * needs escaping.
 *
 * Here: a decoded head over sections that stay bytes until somebody asks.
 */
export class WheelManifest {
  readonly kind = "wheel";
  readonly head: ManifestHead;
  readonly #sections: readonly Section[];
  #directories: readonly ManifestDirectory[] | undefined;
  #names: readonly string[] | undefined;
  #details: readonly FileDetails[] | undefined;

  constructor(head: ManifestHead, sections: readonly Section[]) {
    this.head = head;
    this.#sections = sections;
  }

  /** Parents before children. */
  get directories(): readonly ManifestDirectory[] {
    return (this.#directories ??= decodeDirectories(this.#section(0)));
  }

  /** The base names of all linked files, directory by directory in the order of {@link directories}. */
  get names(): readonly string[] {
    return (this.#names ??= this.readNames().take(this.head.fileCount));
  }

  /** As {@link names}, for who goes through them once, a part at a time: they are not kept. */
  readNames(): NameReader {
    return new NameReader(this.#section(1));
  }

  /** Some of the {@link names}. For the first ones, which are those of the root, the others are not decoded. */
  namesOf({ firstFile, fileCount }: { readonly firstFile: number; readonly fileCount: number }): readonly string[] {
    if (fileCount === 0) return [];
    if (firstFile > 0 || this.#names !== undefined) return this.names.slice(firstFile, firstFile + fileCount);
    return this.readNames().take(fileCount);
  }

  /** Whether any folder's path has this text in it: asked of the bytes. */
  hasFolderWith(text: string): boolean {
    return this.#section(0).includes(text);
  }

  /** RECORD rows of the linked files outside `.data`, LF-terminated. Of a large manifest they are read now: keep them no longer than needed. */
  get recordBytes(): Buffer {
    return this.#section(2);
  }

  /** RECORD rows of the linked files inside `.data`; paths begin with the scheme. */
  get dataRecord(): string {
    return this.#section(3).toString("utf8");
  }

  /** All linked files, in the order of {@link names}; decoded once, because every contested file asks. */
  details(): readonly FileDetails[] {
    return (this.#details ??= this.#decodeDetails());
  }

  #decodeDetails(): FileDetails[] {
    const { names } = this;
    const lines = this.#section(4).toString("latin1").split("\n");
    const details: FileDetails[] = [];
    let next = 0;
    for (const { path: folder, fileCount } of this.directories)
      for (let i = 0; i < fileCount; i++, next++) {
        const [size, sha256, mode] = (lines[next] ?? "").split(" ");
        const name = names[next];
        if (size === undefined || !/^\d{1,15}$/.test(size) || sha256 === undefined || name === undefined)
          throw new InvalidManifest("details end early");
        details.push({
          path: folder === "" ? name : `${folder}/${name}`,
          sizeBytes: Number(size),
          sha256,
          executable: mode === "x",
        });
      }
    return details;
  }

  #section(index: number): Buffer {
    const section = this.#sections[index];
    if (section === undefined) throw new InvalidManifest("a section is missing");
    return typeof section === "function" ? section() : section;
  }
}

/** One of a manifest's sections, or how it is read when somebody asks for it. */
export type Section = Buffer | (() => Buffer);

/** Names one after the other, of which only those that were asked for are decoded. */
export class NameReader {
  readonly #section: Buffer;
  #at = 0;

  constructor(section: Buffer) {
    this.#section = section;
  }

  /** The next names. @throws {InvalidManifest} when there are not so many. */
  take(count: number): readonly string[] {
    const from = this.#at;
    this.skip(count);
    return from === this.#at ? [] : this.#section.toString("utf8", from, this.#at - 1).split("\0");
  }

  skip(count: number): void {
    for (let left = count; left > 0; this.#at++) {
      if (this.#at === this.#section.length) throw new InvalidManifest("names end early");
      if (this.#section[this.#at] === 0) left--;
    }
  }
}

function decodeDirectories(section: Buffer): ManifestDirectory[] {
  const parts = section.toString("utf8").split("\0");
  const directories: ManifestDirectory[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2)
    directories.push({ path: parts[i] ?? "", fileCount: Number(parts[i + 1]) });
  const isSound = ({ path, fileCount }: ManifestDirectory, at: number) =>
    (at === 0 ? path === "" : staysBelow(path)) && Number.isSafeInteger(fileCount) && fileCount >= 0;
  if (!directories.every(isSound)) throw new InvalidManifest("its folders are damaged");
  return directories;
}

/** @throws {InvalidManifest} when the sections are not those that the head announces. */
export function openWheelManifest(head: ManifestHead, sections: readonly Section[]): WheelManifest {
  const [, names] = sections;
  if (!areNames(typeof names === "function" ? names() : names))
    throw new InvalidManifest("one of its files leaves its folder");
  const manifest = new WheelManifest(head, sections);
  const linked = manifest.directories.reduce((sum, { fileCount }) => sum + fileCount, 0);
  if (linked !== head.fileCount) throw new InvalidManifest(`it has ${linked} files and announces ${head.fileCount}`);
  return manifest;
}

/** Searched as bytes: there may be 100,000. */
function areNames(section: Buffer = Buffer.alloc(0)): boolean {
  if (section.includes("/")) return false;
  return ![".\0", "..\0", "\0"].some((name) => section.includes(`\0${name}`) || section.indexOf(name) === 0);
}

/** What is to be kept of an unpacked wheel: what its manifest says, before it is written. */
export interface WheelContents extends Omit<ManifestHead, "format" | "fileCount" | "sections"> {
  readonly kind: "wheel";
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  /** The linked files, folder by folder: parents before children, the root's, "", first. */
  readonly folders: readonly { readonly path: string; readonly files: readonly FileDetails[] }[];
  /** RECORD rows of the linked files outside `.data`, in that order. */
  readonly record: string;
  /** RECORD rows of the linked files inside `.data`, paths without that folder. */
  readonly dataRecord: string;
}

/** The head and the sections; the inverse of {@link openWheelManifest}. */
export function describeWheel(wheel: WheelContents): { readonly head: ManifestHead; readonly sections: Buffer[] } {
  const { kind: _, sha256: __, folders, record, dataRecord, ...facts } = wheel;
  const parts = { directories: "", names: "", details: "" };
  let fileCount = 0;
  for (const { path: folder, files } of folders) {
    parts.directories += `${folder}\0${files.length}\0`;
    fileCount += files.length;
    for (const { path, sizeBytes, sha256, executable } of files) {
      parts.names += `${path.slice(path.lastIndexOf("/") + 1)}\0`;
      parts.details += `${sizeBytes} ${sha256} ${executable ? "x" : "-"}\n`;
    }
  }
  const sections = [parts.directories, parts.names, record, dataRecord, parts.details].map((text) => Buffer.from(text));
  const lengths = sections.map(({ length }) => length);
  return { head: { format: MANIFEST_FORMAT, ...facts, fileCount, sections: lengths }, sections };
}
