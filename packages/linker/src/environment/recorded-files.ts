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
  for (const row of record) {
    if (ABSOLUTE.test(row.path)) {
      foreign.push({ path: row.path, reason: "is absolute" });
      continue;
    }
    // pip moves what it installs with `--target` to there afterwards, and leaves `../../bin/tool` in RECORD for what is `bin/tool` then.
    const below = site === prefix ? row.path.replace(/^\.\.\/\.\.\/(?!\.\.\/)/, "") : row.path;
    const path =
      placeOf(site, below, folders) ?? (site === sitePackages ? undefined : placeOf(sitePackages, below, folders));
    if (path === undefined) foreign.push({ path: row.path, reason: "lies outside the environment" });
    else files.set(path, row);
  }
  return { files, foreign };
}

function placeOf(site: string, below: string, folders: Folders): string | undefined {
  const path = posix.join(site, below).replace(/\/$/, "");
  const place = `${folders.of(parentOf(path))}/${baseOf(path)}`;
  return liesBelow(folders.roots, place) ? place : undefined;
}
