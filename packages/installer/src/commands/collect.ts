import { streamFile } from "@murre/files";
import type { IndexClient } from "@murre/index-client";
import { makeFolders } from "@murre/locking";
import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import { openRequest } from "../operation/open-request.ts";
import { askedBy } from "../operation/read-requirements.ts";
import { PathNotFound } from "../errors.ts";
import { nothingPresent, resolveRequirements } from "../resolve/resolve.ts";
import type { CollectOptions } from "../api/operations.ts";
import type { CollectReport } from "../api/reports.ts";
import { sha256OfFile } from "../wanted/file-digest.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { urlKind, withoutFragment } from "../wanted/source-url.ts";
import { verifyArchive } from "../prepare/verify-archive.ts";
import { withSources, type Sources } from "../sources/lazy-sources.ts";

/**
 * `murre pip wheel` and `murre pip download`: resolves as an installation into an empty environment would, and leaves files: `wheels` builds what
 * has none, `files` takes what the index has. The store keeps archives unpacked, so that files come from where they are.
 */
export function collectDistributions(
  settings: InstallerSettings,
  options: CollectOptions,
  kind: "wheels" | "files",
): Promise<CollectReport> {
  const folder = resolve(settings.cwd, options.outputFolder ?? ".");
  return withChangeOperation(
    settings,
    // What leaves this machine imports nothing from it (pip).
    { ...options, noEditable: "all" },
    async (operation) => {
      const { isDryRun } = operation.decisions.change;
      const asked = await openRequest(operation, askedBy(options, operation.decisions));
      return withSources(operation, asked, async (request, sources) => {
        const { resolved } = await resolveRequirements(operation, request, sources, nothingPresent);
        if (!isDryRun) makeFolders(folder);
        const collect = async (distribution: ResolvedDistribution) => {
          const { name, version, source } = distribution;
          if (isDryRun) return { name, version, filename: source.filename };
          const filename = isTakenAsItIs(distribution, kind)
            ? await fetchFile(distribution, request.client, folder, operation)
            : await buildFile(distribution, sources, folder);
          return { name, version, filename };
        };
        return { folder, files: await Promise.all(resolved.map(collect)) };
      });
    },
    "use",
  );
}

/** Neither a folder nor a repository is a file, so that they become a wheel in either case. */
function isTakenAsItIs({ source }: ResolvedDistribution, kind: "wheels" | "files"): boolean {
  if (source.filename.endsWith(".whl")) return true;
  const place = urlKind(source.url);
  return kind === "files" && place !== "directory" && place !== "version-control";
}

async function buildFile(distribution: ResolvedDistribution, sources: Sources, folder: string): Promise<string> {
  const path = await sources.wheelFile(distribution);
  await appear(folder, basename(path), (aside) => copyFile(path, aside));
  return basename(path);
}

async function fetchFile(
  distribution: ResolvedDistribution,
  client: IndexClient,
  folder: string,
  { cache: { documents }, signal }: ChangeOperation,
): Promise<string> {
  const { name, source } = distribution;
  const url = withoutFragment(source.url);
  await appear(folder, source.filename, async (aside) => {
    if (url.startsWith("file:")) await copyLocal(fileURLToPath(url), aside, name);
    else await client.download({ ...source, url }, { into: aside, ...(signal === undefined ? {} : { signal }) });
    await verifyArchive(distribution, aside, await sha256OfFile(aside), documents);
  });
  return source.filename;
}

async function copyLocal(path: string, target: string, name: string): Promise<void> {
  if (!existsSync(path)) throw new PathNotFound(name, path);
  await pipeline(streamFile(path), createWriteStream(target, { flags: "wx" }));
}

/** A file appears whole, or not at all. */
async function appear(folder: string, filename: string, write: (aside: string) => Promise<void>): Promise<void> {
  const aside = join(folder, `.${filename}.${randomUUID()}`);
  try {
    await write(aside);
    renameSync(aside, join(folder, filename));
  } finally {
    rmSync(aside, { force: true });
  }
}
