import { decodeWheelManifest, encodeManifest, type WheelEntry } from "@murre/cache";
import { installableWheel, type EntryPoint, type UnpackedWheel } from "@murre/wheel";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WheelToInstall } from "../src/plan/change-plan.ts";

export interface MadeUp {
  readonly name: string;
  readonly version?: string;
  /** Path in the archive to content. */
  readonly files: Readonly<Record<string, string>>;
  readonly console?: Readonly<Record<string, string>>;
  readonly gui?: Readonly<Record<string, string>>;
  readonly rootIsPurelib?: boolean;
}

/** A wheel as the store would hold it; written below `store` when that is given. */
export function madeUpWheel(made: MadeUp, store?: string): WheelToInstall {
  const version = made.version ?? "1.0";
  const distInfo = `${made.name}-${version}.dist-info`;
  const files = {
    ...made.files,
    [`${distInfo}/METADATA`]: `Metadata-Version: 2.1\nName: ${made.name}\nVersion: ${version}\n`,
    [`${distInfo}/RECORD`]: "",
  };
  const unpacked: UnpackedWheel = {
    distInfo,
    name: made.name,
    version,
    rootIsPurelib: made.rootIsPurelib ?? true,
    wheelTags: ["py3-none-any"],
    entryPoints: {
      console: entryPoints(made.console),
      gui: entryPoints(made.gui),
    },
    metadataText: files[`${distInfo}/METADATA`] ?? "",
    directories: directoriesOf(Object.keys(files)),
    files: Object.entries(files).map(([path, content]) => ({
      path,
      sizeBytes: Buffer.byteLength(content),
      executable: false,
      sha256: createHash("sha256").update(content).digest("base64url"),
    })),
    totalBytes: 0,
    archiveSha256: createHash("sha256").update(JSON.stringify(made)).digest("hex"),
    caseCollisions: [],
    warnings: [],
  };
  const manifest = encodeManifest(installableWheel(unpacked));
  const filesFolder = join(store ?? "/store", made.name, "pkg");
  if (store !== undefined) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(filesFolder, path)), { recursive: true });
      writeFileSync(join(filesFolder, path), content);
    }
    writeFileSync(join(filesFolder, "../manifest"), manifest);
  }
  const entry: WheelEntry = {
    kind: "wheel",
    id: made.name,
    sha256: unpacked.archiveSha256,
    filesFolder,
    manifest: decodeWheelManifest(manifest),
  };
  return { name: made.name, version, entry, requested: false };
}

function directoriesOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
      folders.add(path.slice(0, slash));
  return [...folders].toSorted();
}

function entryPoints(named: Readonly<Record<string, string>> = {}): EntryPoint[] {
  return Object.entries(named).map(([name, reference]) => {
    const [module = "", attribute = ""] = reference.split(":");
    return { name, module, attribute, extras: [] };
  });
}
