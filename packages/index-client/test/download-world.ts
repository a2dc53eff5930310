import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveFolder, temporaryFolder, type FolderServer, type ServeOptions } from "@murre/test-kit";
import { createIndexClient } from "../src/client.ts";
import type { Downloaded, DownloadOptions } from "../src/http/download.ts";

export const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251));
export const sha256 = createHash("sha256").update(bytes).digest("hex");

/** A folder with "x.whl" to serve, and a place to download to. */
export function folderWithFile(): { folder: string; into: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "served"));
  writeFileSync(join(folder, "served/x.whl"), bytes);
  return { folder: join(folder, "served"), into: join(folder, "downloaded") };
}

export async function download(
  server: Pick<FolderServer, "url">,
  options: DownloadOptions,
  hashes: Readonly<Record<string, string>> = { sha256 },
  retries = 2,
): Promise<Downloaded> {
  const client = createIndexClient({
    locations: [],
    env: {},
    home: "/nowhere",
    platform: "linux",
    network: { retries },
    clock: { now: Date.now, wait: async () => {} },
  });
  try {
    return await client.download({ url: `${server.url}/x.whl`, hashes }, options);
  } finally {
    await client.close();
  }
}

export async function served(
  options: ServeOptions = {},
): Promise<{ server: FolderServer; into: string; folder: string }> {
  const { folder, into } = folderWithFile();
  return { server: await serveFolder(folder, options), into, folder };
}
