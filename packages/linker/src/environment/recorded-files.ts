import type { RecordEntry } from "@murre/wheel";
import { posix } from "node:path";
import { liesBelow } from "./destination.ts";
import type { Folders } from "./folders.ts";
import { baseOf, parentOf } from "./paths.ts";

/** An installed distribution with its RECORD. */
export interface RecordedDistribution {
  readonly name: string;
  readonly version: string;
  /** The folder that holds the dist-info, absolute with `/`. */
  readonly sitePackages: string;
  readonly distInfo: string;
  readonly record: readonly RecordEntry[];
}

/** A row of an installed RECORD that names no file of its distribution: nothing is done to what stands there. */
export interface ForeignRow {
  /** Absolute; as RECORD has it where that is no place in the environment. */
  readonly path: string;
  readonly reason: string;
}

export interface RecordedFiles {
  /** By absolute path, in the names of the environment's folders. */
  readonly files: ReadonlyMap<string, RecordEntry>;
  readonly foreign: readonly ForeignRow[];
}

const ABSOLUTE = /^(?:[/\\]|[A-Za-z]:)/;

/**
 * Where the files lie that a RECORD lists (PEP 376). What a wheel brought wrote it, or another program: a row that is absolute, or that leads out
 * of the environment and the folders of its schemes, is no file of the distribution. A row may lead through a link.
 */
export function recordedFiles(
  { sitePackages, record }: Pick<RecordedDistribution, "sitePackages" | "record">,
  folders: Folders,
): RecordedFiles {
  const files = new Map<string, RecordEntry>();
  const foreign: ForeignRow[] = [];
  const site = folders.of(sitePackages);
  const [prefix = ""] = folders.roots;
  const placeOf = placesBelow(folders);
  for (const row of record) {
    if (ABSOLUTE.test(row.path)) {
      foreign.push({ path: row.path, reason: "is absolute" });
      continue;
    }
    // pip moves what it installs with `--target` to there afterwards, and leaves `../../bin/tool` in RECORD for what is `bin/tool` then.
    const below = site === prefix ? row.path.replace(/^\.\.\/\.\.\/(?!\.\.\/)/, "") : row.path;
    const path = placeOf(site, below) ?? (site === sitePackages ? undefined : placeOf(sitePackages, below));
    if (path === undefined) foreign.push({ path: row.path, reason: "lies outside the environment" });
    else files.set(path, row);
  }
  return { files, foreign };
}

/** What has to be normalised: an empty part, `.` or `..`, or a slash at the end. */
const UNUSUAL = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Each folder is looked at once, however many files it has. */
function placesBelow({ of, roots }: Folders): (site: string, below: string) => string | undefined {
  const known = new Map<string, { readonly name: string; readonly isInside: boolean }>();
  return (site, below) => {
    const path = UNUSUAL.test(below) ? posix.join(site, below).replace(/\/$/, "") : `${site}/${below}`;
    const parent = parentOf(path);
    let folder = known.get(parent);
    if (folder === undefined) {
      const name = of(parent);
      folder = { name, isInside: liesBelow(roots, name) };
      known.set(parent, folder);
    }
    const place = folder.name === parent ? path : `${folder.name}/${baseOf(path)}`;
    return folder.isInside || liesBelow(roots, place) ? place : undefined;
  };
}
