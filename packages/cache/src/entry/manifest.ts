import { formatRecord, parseMetadata, type UnpackedWheel } from "@murre/wheel";
import { InvalidManifest } from "../errors.ts";
import {
  MANIFEST_FORMAT,
  parseManifestHead,
  staysBelow,
  type FileDetails,
  type ManifestHead,
} from "./manifest-head.ts";

/** What stands for the dist-info of an entry that is no wheel: an archive of sources, kept as the only file of its entry. */
export const ARCHIVE_MARK = "sdist.dist-info";

export interface ManifestDirectory {
  /** POSIX path relative to the entry's `pkg/`; "" is `pkg/` itself. */
  readonly path: string;
  readonly fileCount: number;
}

/**
 * A manifest: what one store entry holds, written once at unpack so that no later run lists a folder or parses RECORD.
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
export class Manifest {
  readonly head: ManifestHead;
  readonly #sections: readonly Buffer[];
  #directories: readonly ManifestDirectory[] | undefined;
  #names: readonly string[] | undefined;
  #details: readonly FileDetails[] | undefined;

  constructor(head: ManifestHead, sections: readonly Buffer[]) {
    this.head = head;
    this.#sections = sections;
  }

  /** Parents before children. */
  get directories(): readonly ManifestDirectory[] {
    return (this.#directories ??= decodeDirectories(this.#section(0)));
  }

  /** The base names of all linked files, directory by directory in the order of {@link directories}. */
  get names(): readonly string[] {
    return (this.#names ??= this.#section(1).toString("utf8").split("\0").slice(0, -1));
  }

  /** RECORD rows of the linked files outside `.data`, LF-terminated. */
  get recordBytes(): Buffer {
    return this.#section(2);
  }

  /** RECORD rows of the linked files inside `.data`; paths begin with the scheme. */
  get dataRecord(): string {
    return this.#section(3).toString("utf8");
  }

  /** Of all linked files, in the order of {@link names}; decoded once, because every contested file asks. */
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
    return section;
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

/** @throws {InvalidManifest} when the bytes are torn, foreign, or of another format; the entry then counts as a miss. */
export function decodeManifest(bytes: Buffer): Manifest {
  const lineEnd = bytes.indexOf(10);
  if (lineEnd < 0) throw new InvalidManifest("it has no head");
  const head = parseManifestHead(bytes.toString("utf8", 0, lineEnd));
  if (head === undefined) throw new InvalidManifest("its head is of another format, or damaged");
  const sections: Buffer[] = [];
  let offset = lineEnd + 1;
  for (const length of head.sections) {
    sections.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== bytes.length) throw new InvalidManifest(`it has ${bytes.length} bytes and announces ${offset}`);
  if (!areNames(sections[1])) throw new InvalidManifest("one of its files leaves its folder");
  const manifest = new Manifest(head, sections);
  const linked = manifest.directories.reduce((sum, { fileCount }) => sum + fileCount, 0);
  if (linked !== head.fileCount) throw new InvalidManifest(`it has ${linked} files and announces ${head.fileCount}`);
  return manifest;
}

/** Searched as bytes: there may be 100,000. */
function areNames(section: Buffer = Buffer.alloc(0)): boolean {
  if (section.includes("/")) return false;
  return ![".\0", "..\0", "\0"].some((name) => section.includes(`\0${name}`) || section.indexOf(name) === 0);
}

/** What an installer writes itself (PEP 376, 610, 627), so that an archive's own copy is never linked. */
const WRITTEN_BY_INSTALLERS = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"];

/** Encodes what unpacking found; the inverse of {@link decodeManifest}. */
export function encodeManifest(wheel: UnpackedWheel): Buffer {
  const dataFolder = `${wheel.distInfo.slice(0, -".dist-info".length)}.data/`;
  const written = new Set(WRITTEN_BY_INSTALLERS.map((name) => `${wheel.distInfo}/${name}`));
  const standsApart = (path: string) => written.has(path) || path.startsWith(`${dataFolder}scripts/`);
  const parts = { directories: "", names: "", record: "", dataRecord: "", details: "" };
  for (const [folder, files] of linkedByFolder(wheel, standsApart)) {
    parts.directories += `${folder}\0${files.length}\0`;
    for (const file of files) {
      parts.names += `${file.path.slice(file.path.lastIndexOf("/") + 1)}\0`;
      parts.details += `${file.sizeBytes} ${file.sha256} ${file.executable ? "x" : "-"}\n`;
      const isData = file.path.startsWith(dataFolder);
      const path = isData ? file.path.slice(dataFolder.length) : file.path;
      const row = formatRecord([{ path, algorithm: "sha256", digest: file.sha256, sizeBytes: file.sizeBytes }]);
      parts[isData ? "dataRecord" : "record"] += row;
    }
  }
  const apart = wheel.files.filter((file) => standsApart(file.path));
  const topLevel = wheel.directories.filter((folder) => !folder.includes("/") && `${folder}/` !== dataFolder);
  const { directories, names, record, dataRecord, details } = parts;
  return assemble(wheel, { apart, topLevel, hasData: dataRecord !== "" }, [
    directories,
    names,
    record,
    dataRecord,
    details,
  ]);
}

function linkedByFolder(
  wheel: UnpackedWheel,
  standsApart: (path: string) => boolean,
): Map<string, UnpackedWheel["files"][number][]> {
  const byFolder = new Map<string, UnpackedWheel["files"][number][]>([["", []]]);
  for (const folder of wheel.directories) byFolder.set(folder, []);
  for (const file of wheel.files) {
    if (standsApart(file.path)) continue;
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
    const files = byFolder.get(folder);
    if (files === undefined) throw new InvalidManifest(`${file.path} lies in a directory that is not listed`);
    files.push(file);
  }
  return byFolder;
}

function assemble(
  wheel: UnpackedWheel,
  found: Pick<ManifestHead, "apart" | "topLevel" | "hasData">,
  sections: readonly string[],
): Buffer {
  const bytes = sections.map((section) => Buffer.from(section, "utf8"));
  const { requiresPython } = parseMetadata(wheel.metadataText);
  const head: ManifestHead = {
    format: MANIFEST_FORMAT,
    name: wheel.name,
    version: wheel.version,
    distInfo: wheel.distInfo,
    rootIsPurelib: wheel.rootIsPurelib,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    consoleScripts: wheel.entryPoints.console,
    guiScripts: wheel.entryPoints.gui,
    fileCount: wheel.files.length - found.apart.length,
    totalBytes: wheel.totalBytes,
    ...found,
    ...(wheel.recordProblems === undefined ? {} : { recordProblems: wheel.recordProblems }),
    sections: bytes.map((section) => section.length),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`, "utf8"), ...bytes]);
}
