import { hashAlgorithm, knownHashes } from "@murre/pep508";
import { longestFilename } from "./answer-limits.ts";
import type { DistributionFile, ProjectRelations, SkippedFile } from "./types.ts";

/** A link of a page before it is judged: what HTML attributes and JSON keys have in common. */
export interface PageLink {
  readonly filename: string;
  /** Absolute, without fragment. */
  readonly url: string;
  readonly hashes: Record<string, string>;
  readonly requiresPython?: string | undefined;
  readonly yanked: false | string;
  readonly coreMetadata?: true | Record<string, string> | undefined;
  readonly sizeBytes?: number | undefined;
  readonly uploadTime?: string | undefined;
  readonly provenance?: string | undefined;
}

/** What a page held. `version` is the API version it states (PEP 629), absent where it states none. */
export interface ParsedPage {
  readonly files: readonly DistributionFile[];
  readonly skipped: readonly SkippedFile[];
  readonly version?: string;
  readonly relations?: ProjectRelations | undefined;
}

/** A digest that none can be is kept, so that no file has it. */
const hashInFragment = /(?:^|&)([a-z0-9_]+)=([^&]+)/g;

export function hashesOfFragment(fragment: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [, name, digest] of fragment.matchAll(hashInFragment))
    if (name !== undefined && digest !== undefined && hashAlgorithm(name) !== undefined)
      hashes[name] = digest.toLowerCase();
  return hashes;
}

const hexadecimal = /^[0-9a-fA-F]+$/;
const plainHexadecimal = /^[0-9a-f]+$/;

/** The hashes of a JSON object or of a `data-core-metadata` attribute, names in lower case. */
export function hashesOfObject(value: object): Record<string, string> {
  const { sha256 } = value as { sha256?: unknown };
  if (typeof sha256 === "string" && plainHexadecimal.test(sha256) && hasOne(value)) return { sha256 };
  const hashes = Object.entries(value).flatMap(([name, digest]: [string, unknown]) =>
    typeof digest === "string" && hexadecimal.test(digest) ? [[name.toLowerCase(), digest.toLowerCase()] as const] : [],
  );
  return knownHashes(Object.fromEntries(hashes));
}

/** Nearly all files of an index have a sha256 and nothing else. */
function hasOne(value: object): boolean {
  let names = 0;
  for (const _ in value) if (++names > 1) return false;
  return names === 1;
}

const wheel = /\.whl$/i;
const sdist = /\.(?:tar\.gz|zip)$/i;
const unusable: readonly (readonly [RegExp, string])[] = [
  [/\.egg$/i, "eggs are not installed any more"],
  [/\.(?:exe|msi)$/i, "Windows installers are not installed"],
  [/\.(?:rpm|deb|dmg)$/i, "packages of an operating system are not installed"],
  [/\.(?:tgz|tar\.bz2|tbz|tar\.xz|txz|tar|tar\.Z)$/i, "sdists are .tar.gz (PEP 625), or .zip of old"],
  [/\.(?:asc|sig|metadata|provenance)$/i, "belongs to another file"],
];

/** A wheel, an sdist, or neither. */
export function kindOfFilename(filename: string): DistributionFile["kind"] | undefined {
  if (filename.endsWith(".whl")) return "wheel";
  if (filename.endsWith(".tar.gz")) return "sdist";
  if (wheel.test(filename)) return "wheel";
  return sdist.test(filename) ? "sdist" : undefined;
}

/** Sorts a page's links into distributions and the rest, in the page's order. `index` carries no credentials. */
export function judgeLinks(
  links: Iterable<PageLink>,
  index: string,
): { files: DistributionFile[]; skipped: SkippedFile[] } {
  const files: DistributionFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const link of links) {
    const kind = kindOfFilename(link.filename);
    if (link.filename.length > longestFilename)
      skipped.push({
        filename: `${link.filename.slice(0, longestFilename)}…`,
        reason: `its name has more than ${longestFilename} characters`,
      });
    else if (kind === undefined) skipped.push({ filename: link.filename, reason: reasonToSkip(link.filename) });
    else files.push(distributionFile(link, kind, index));
  }
  return { files, skipped };
}

/** Why a file that is neither a wheel nor an sdist is none. */
export function reasonToSkip(filename: string): string {
  return unusable.find(([pattern]) => pattern.test(filename))?.[1] ?? "neither a wheel nor an sdist";
}

export function distributionFile(link: PageLink, kind: DistributionFile["kind"], index: string): DistributionFile {
  const { filename, url, hashes, requiresPython, yanked, coreMetadata, sizeBytes, uploadTime, provenance } = link;
  const file: { -readonly [Key in keyof DistributionFile]: DistributionFile[Key] } = {
    filename,
    kind,
    url,
    hashes,
    yanked,
    index,
  };
  if (requiresPython !== undefined) file.requiresPython = requiresPython;
  if (coreMetadata !== undefined) file.coreMetadata = coreMetadata;
  if (sizeBytes !== undefined) file.sizeBytes = sizeBytes;
  if (uploadTime !== undefined) file.uploadTime = uploadTime;
  if (provenance !== undefined) file.provenance = provenance;
  return file;
}

/**
 * The last component of a URL's path, decoded; `undefined` where there is none, or where it would escape the folder it
 * is stored in (an encoded "/" or "\").
 */
export function filenameOfUrl(url: string): string | undefined {
  const path = url.replace(/[?#].*$/s, "");
  const last = path.slice(path.lastIndexOf("/") + 1);
  let name = last;
  if (last.includes("%"))
    try {
      name = decodeURIComponent(last);
    } catch {
      return undefined;
    }
  return name === "" || name === "." || name === ".." || /[/\\\0]/.test(name) ? undefined : name;
}

/** PEP 629 and PEP 691: a reader of 1.x must refuse another major version, and should warn about a newer minor one. */
export function judgeApiVersion(version: string): "known" | "newer" | "unsupported" {
  const match = /^(\d+)\.(\d+)$/.exec(version.trim());
  if (match === null || match[1] !== "1") return "unsupported";
  return Number(match[2]) > 4 ? "newer" : "known";
}
