import type { EntryPoint } from "../metadata/entry-points.ts";
import { parseMetadata } from "../metadata/metadata.ts";
import type { RecordProblems } from "../metadata/record-problems.ts";
import { formatRecord } from "../metadata/record.ts";
import type { UnpackedFile, UnpackedWheel } from "../inspect/unpacked-wheel.ts";

/** An unpacked wheel as it is installed: which files go into an environment as they are, folder by folder, and what RECORD says of them. */
export interface InstallableWheel {
  readonly kind: "wheel";
  readonly name: string;
  readonly version: string;
  readonly distInfo: string;
  readonly rootIsPurelib: boolean;
  /** As METADATA has it, unparsed. */
  readonly requiresPython?: string;
  readonly consoleScripts: readonly EntryPoint[];
  readonly guiScripts: readonly EntryPoint[];
  /** Of all files, the ones apart as well. */
  readonly totalBytes: number;
  /** The folders directly in the archive's root, `.data` left out. */
  readonly topLevel: readonly string[];
  /** Whether there is a `.data` folder with files that go as they are. */
  readonly hasData: boolean;
  /** Files that no environment gets as they are: `.data/scripts`, and what an installer writes into the dist-info itself. */
  readonly apart: readonly UnpackedFile[];
  readonly recordProblems?: RecordProblems;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  /** Parents before children, the root's, "", first. */
  readonly folders: readonly { readonly path: string; readonly files: readonly UnpackedFile[] }[];
  /** RECORD rows of the files outside `.data`, in that order. */
  readonly record: string;
  /** RECORD rows of the files inside `.data`, paths without that folder. */
  readonly dataRecord: string;
}

/** What an installer writes itself (PEP 376, 610, 627), so that an archive's own copy is never linked. */
const WRITTEN_BY_INSTALLERS = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"];

export function installableWheel(wheel: UnpackedWheel): InstallableWheel {
  const { name, version, distInfo, rootIsPurelib, entryPoints, totalBytes, recordProblems, archiveSha256 } = wheel;
  const { requiresPython } = parseMetadata(wheel.metadataText);
  const dataFolder = `${distInfo.slice(0, -".dist-info".length)}.data/`;
  const written = new Set(WRITTEN_BY_INSTALLERS.map((file) => `${distInfo}/${file}`));
  const standsApart = ({ path }: UnpackedFile) => written.has(path) || path.startsWith(`${dataFolder}scripts/`);
  const folders = byFolder(
    wheel,
    wheel.files.filter((file) => !standsApart(file)),
  );
  let record = "";
  let dataRecord = "";
  for (const { files } of folders)
    for (const { path, sha256: digest, sizeBytes } of files) {
      const isData = path.startsWith(dataFolder);
      const shown = isData ? path.slice(dataFolder.length) : path;
      const row = formatRecord([{ path: shown, algorithm: "sha256", digest, sizeBytes }]);
      if (isData) dataRecord += row;
      else record += row;
    }
  return {
    kind: "wheel",
    name,
    version,
    distInfo,
    rootIsPurelib,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    consoleScripts: entryPoints.console,
    guiScripts: entryPoints.gui,
    totalBytes,
    topLevel: wheel.directories.filter((folder) => !folder.includes("/") && `${folder}/` !== dataFolder),
    hasData: dataRecord !== "",
    apart: wheel.files.filter(standsApart),
    ...(recordProblems === undefined ? {} : { recordProblems }),
    sha256: archiveSha256,
    folders,
    record,
    dataRecord,
  };
}

function byFolder({ directories }: UnpackedWheel, files: readonly UnpackedFile[]): InstallableWheel["folders"] {
  const folders = new Map<string, UnpackedFile[]>([["", []]]);
  for (const folder of directories) folders.set(folder, []);
  for (const file of files) {
    const folder = folders.get(file.path.slice(0, Math.max(0, file.path.lastIndexOf("/"))));
    if (folder === undefined) throw new TypeError(`${file.path} lies in a directory that is not listed`);
    folder.push(file);
  }
  return [...folders].map(([path, inIt]) => ({ path, files: inIt }));
}
