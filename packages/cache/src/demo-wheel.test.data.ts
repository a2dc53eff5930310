import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WheelContents } from "./entry/wheel-manifest.ts";
import type { FillEntry } from "./operation/publish.ts";

/** The sha256 that {@link fillDemo} gives for a text. */
export const shaOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Stands for unpacking: writes one file, and says so. */
export function fillDemo(text = "print()\n", name = "a"): FillEntry<WheelContents> {
  return async (folder) => {
    writeFileSync(join(folder, "a.py"), text, { flag: "wx" });
    const sha256 = createHash("sha256").update(text).digest("base64url");
    const file = { path: "a.py", sizeBytes: Buffer.byteLength(text), executable: false, sha256 };
    return { ...demoWheel(name, [{ path: "", files: [file] }]), sha256: shaOf(text) };
  };
}

/** A wheel of these files, as whoever unpacks one describes it. */
export function demoWheel(name: string, folders: WheelContents["folders"]): WheelContents {
  const files = folders.flatMap((folder) => folder.files);
  return {
    kind: "wheel",
    name,
    version: "1.0",
    distInfo: `${name}-1.0.dist-info`,
    rootIsPurelib: true,
    requiresPython: ">=3.8",
    consoleScripts: [{ name, module: name, attribute: "main", extras: [] }],
    guiScripts: [],
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    topLevel: [],
    hasData: false,
    apart: [],
    sha256: "0".repeat(64),
    folders,
    record: files.map(({ path, sizeBytes, sha256 }) => `${path},sha256=${sha256},${sizeBytes}\n`).join(""),
    dataRecord: "",
  };
}

/** The names in a folder of the cache; none when it is not there. */
export function namesBelow(root: string, ...folder: string[]): string[] {
  const path = join(root, ...folder);
  return existsSync(path) ? readdirSync(path).toSorted() : [];
}
