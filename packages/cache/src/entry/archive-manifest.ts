import { InvalidManifest } from "../errors.ts";
import { isFolderName, type ManifestHead } from "./manifest-head.ts";
import { describeWheel, openWheelManifest, type Section } from "./wheel-manifest.ts";

/** An archive of sources, kept as it is: the only file of its entry, under its own name. */
export interface ArchiveManifest {
  readonly kind: "archive";
  readonly filename: string;
  readonly project: string;
  /** As its filename says; absent where it says none. */
  readonly version?: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

// On disk, format 1 has the fields of a wheel for an archive as well, with this in the place of a dist-info: versions that share the folder read
// each other's entries. No more than these two functions knows of it; a later format says `"kind":"archive"` and nothing else.
const MARK = "sdist.dist-info";

export const isArchiveHead = ({ distInfo }: ManifestHead): boolean => distInfo === MARK;

export function describeArchive({ filename, project, version = "", sizeBytes, sha256 }: ArchiveManifest) {
  const digest = Buffer.from(sha256, "hex").toString("base64url");
  const file = { path: filename, sizeBytes, executable: false, sha256: digest };
  return describeWheel({
    kind: "wheel",
    name: project,
    version,
    distInfo: MARK,
    rootIsPurelib: true,
    consoleScripts: [],
    guiScripts: [],
    totalBytes: sizeBytes,
    apart: [],
    topLevel: [],
    hasData: false,
    sha256,
    folders: [{ path: "", files: [file] }],
    record: "",
    dataRecord: "",
  });
}

/** @throws {InvalidManifest} */
export function openArchiveManifest(head: ManifestHead, sections: readonly Section[]): ArchiveManifest {
  const [file, ...others] = openWheelManifest(head, sections).details();
  if (file === undefined || others.length > 0 || !isFolderName(file.path))
    throw new InvalidManifest("an archive is one file");
  const { path: filename, sizeBytes, sha256 } = file;
  // Earlier versions of murre wrote "0" for all of them.
  const version = head.version === "0" ? "" : head.version;
  return {
    kind: "archive",
    filename,
    project: head.name,
    ...(version === "" ? {} : { version }),
    sizeBytes,
    sha256: Buffer.from(sha256, "base64url").toString("hex"),
  };
}
