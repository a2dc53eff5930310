import { streamFile } from "@murre/files";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { HashReport } from "../api/inspection-reports.ts";
import type { HashOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** `murre pip hash`. */
export async function hashFiles({ cwd }: InstallerSettings, options: HashOptions): Promise<HashReport> {
  const { algorithm = "sha256", signal } = options;
  const files: HashReport["files"][number][] = [];
  for (const file of options.files) {
    const hash = createHash(algorithm);
    await pipeline(streamFile(resolve(cwd, file)), hash, signal === undefined ? {} : { signal });
    files.push({ file, digest: hash.digest("hex") });
  }
  return { algorithm, files };
}
