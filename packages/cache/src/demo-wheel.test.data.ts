import type { UnpackedWheel } from "@murre/wheel";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FillEntry } from "./operation/publish.ts";

/** The sha256 that {@link fillDemo} gives for a text. */
export const shaOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Stands for unpacking: writes one file, and says so. */
export function fillDemo(text = "print()\n", name = "a"): FillEntry {
  return async (folder): Promise<UnpackedWheel> => {
    writeFileSync(join(folder, "a.py"), text, { flag: "wx" });
    const sha256 = createHash("sha256").update(text).digest("base64url");
    return {
      distInfo: `${name}-1.0.dist-info`,
      name,
      version: "1.0",
      rootIsPurelib: true,
      wheelTags: [],
      entryPoints: { console: [], gui: [] },
      metadataText: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
      directories: [],
      files: [{ path: "a.py", sizeBytes: Buffer.byteLength(text), executable: false, sha256 }],
      totalBytes: Buffer.byteLength(text),
      archiveSha256: shaOf(text),
      caseCollisions: [],
      warnings: [],
    };
  };
}

/** The names in a folder of the cache; none when it is not there. */
export function namesBelow(root: string, ...folder: string[]): string[] {
  const path = join(root, ...folder);
  return existsSync(path) ? readdirSync(path).toSorted() : [];
}
