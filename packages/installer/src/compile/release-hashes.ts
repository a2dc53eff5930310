import type { DistributionFile } from "@murre/index-client";
import { digestProblem, fragmentHashes } from "@murre/pep508";
import { tryParseVersion } from "@murre/pep440";
import type { AcceptedHashes } from "@murre/requirements";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PathNotFound } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { whyTooNew } from "../resolve/upload-time.ts";
import { sha256OfFile } from "../wanted/file-digest.ts";
import { fileVersion } from "../wanted/file-version.ts";
import { localHash } from "../wanted/local-hash.ts";
import type { ResolvedDistribution, ArchiveSource } from "../wanted/resolved.ts";
import { urlKind, withoutFragment } from "../wanted/source-url.ts";

type Digests = Readonly<Record<string, string>>;

/**
 * The hashes of every file that may be installed as a distribution: of its whole release, so that the result holds on other platforms as well;
 * of the one file at a URL. The index's word counts where it gives a strong one; other files are read. A folder and a repository have none.
 */
export async function releaseHashes(
  distribution: ResolvedDistribution,
  request: Request,
  operation: ChangeOperation,
): Promise<AcceptedHashes> {
  const { directUrl, source } = distribution;
  if (directUrl !== undefined) {
    const kind = urlKind(directUrl);
    if (kind === "directory" || kind === "version-control") return {};
    return together([
      await strongHashes({ ...source, hashes: fragmentHashes(directUrl) }, distribution, request, operation),
    ]);
  }
  const files = await filesOfRelease(distribution, request);
  return together(await Promise.all(files.map((file) => strongHashes(file, distribution, request, operation))));
}

/** Every file of the release that could be taken somewhere. */
async function filesOfRelease(
  { name, version }: ResolvedDistribution,
  { client, files: { formats, uploadedBefore } }: Request,
): Promise<readonly DistributionFile[]> {
  const key = tryParseVersion(version)?.key;
  const allowed = formats(name);
  const { releases } = await client.whilePagesHold(() => client.findFiles(name));
  return releases
    .filter((release) => release.version !== undefined && tryParseVersion(release.version)?.key === key)
    .flatMap(({ files }) => files)
    .filter((file) => allowed === "any" || allowed === (file.kind === "wheel" ? "wheels" : "sdists"))
    .filter((file) => fileVersion(file, name)?.key === key)
    .filter((file) => whyTooNew(file, uploadedBefore(name, file.index)) === undefined);
}

/** Those of one file that pip and uv accept: of the index where it gives some, else of the bytes. */
export async function strongHashes(
  file: Pick<ArchiveSource, "filename" | "url" | "hashes">,
  { name }: Pick<ResolvedDistribution, "name">,
  { client }: Pick<Request, "client">,
  { cache, signal }: ChangeOperation,
): Promise<Digests> {
  const known = Object.entries(file.hashes).filter(
    ([algorithm, digest]) => accepted.has(algorithm) && digestProblem(algorithm, digest) === undefined,
  );
  if (known.length > 0) return Object.fromEntries(known);
  const url = withoutFragment(file.url);
  if (url.startsWith("file:")) {
    const path = fileURLToPath(url);
    const sha256 = await localHash(path, cache.documents);
    if (sha256 === undefined) throw new PathNotFound(name, path);
    return { sha256 };
  }
  const into = cache.temporaryPath();
  try {
    await client.download({ url, hashes: file.hashes }, { into, ...(signal === undefined ? {} : { signal }) });
    return { sha256: await sha256OfFile(into) };
  } finally {
    rmSync(into, { force: true });
  }
}

/** What pip accepts behind `--hash`; with others alone nobody but uv could install from the file. */
const accepted = new Set(["sha256", "sha384", "sha512"]);

function together(all: readonly Digests[]): AcceptedHashes {
  const hashes: Record<string, string[]> = {};
  for (const digests of all)
    for (const [algorithm, digest] of Object.entries(digests)) (hashes[algorithm] ??= []).push(digest.toLowerCase());
  return hashes;
}
