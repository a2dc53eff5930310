import type { CacheOperation } from "@murre/cache";
import {
  installedBytes,
  recordedFiles,
  type Destination,
  type EnvironmentView,
  type RestoredFile,
  type Stamp,
} from "@murre/linker";
import { readInstalledRecord, type InstalledDistribution } from "@murre/python";
import type { RecordEntry } from "@murre/wheel";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Difference } from "./compare-installed.ts";

/** A distribution that stays, and a path at which its bytes could not be brought back. */
export interface Unrestored {
  readonly distribution: InstalledDistribution;
  readonly path: string;
}

export interface NextOwners {
  readonly restored: readonly RestoredFile[];
  readonly unrestored: readonly Unrestored[];
}

type Rows = ReadonlyMap<string, RecordEntry>;

/**
 * A file of a distribution that goes which others have as well stays. Where those that go had won it, the last of the others by name gets its
 * own bytes, at all of these paths alike, so that one of them is complete again: out of the store, where the stamp says from which archive it
 * came. Where another one had won, its bytes stay.
 * @param difference of what is removed, those that share files are enough
 */
export function nextOwners(
  destination: Destination,
  { remove, keep }: Pick<Difference, "remove" | "keep">,
  view: EnvironmentView,
  { stamp, cache }: { readonly stamp: Stamp | undefined; readonly cache: Pick<CacheOperation, "lookup"> },
): NextOwners {
  const restored: RestoredFile[] = [];
  const unrestored: Unrestored[] = [];
  const byName = new Map(keep.map((distribution) => [distribution.normalizedName as string, distribution]));
  const rowsOf = remembered((distribution: InstalledDistribution) => readRows(distribution, view));
  const now = remembered(view.digestOf);
  const won = wonPaths(remove.map(rowsOf), view, now);
  for (const path of new Set(remove.flatMap((distribution) => [...rowsOf(distribution).keys()]))) {
    const staying = view
      .ownersOf(path)
      .toSorted()
      .flatMap((name) => byName.get(name) ?? []);
    const next = staying.at(-1);
    const digest = next === undefined ? undefined : rowsOf(next).get(path)?.digest;
    if (next === undefined || digest === undefined || digest === now(path)) continue;
    if (!won.has(path) && staying.some((owner) => rowsOf(owner).get(path)?.digest === now(path))) continue;
    const archive = stamp?.distributions[basename(next.path)]?.archive;
    const entry = archive === undefined ? undefined : cache.lookup(next.normalizedName, archive);
    const bytes =
      entry?.kind === "wheel"
        ? installedBytes(destination, { name: next.normalizedName, entry }, view, path)
        : undefined;
    if (bytes !== undefined && digestOf(bytes.from, view) === digest) restored.push({ ...bytes, target: path });
    else unrestored.push({ distribution: next, path });
  }
  return { restored, unrestored };
}

/** The shared paths of those that have the bytes at all of theirs: the others had lost them to one that stays, and leave them to it. */
function wonPaths(
  removed: readonly Rows[],
  view: EnvironmentView,
  now: (path: string) => string | undefined,
): ReadonlySet<string> {
  const isOfRemoved = (path: string) => removed.some((rows) => rows.get(path)?.digest === now(path));
  const shared = removed.map((rows) => [...rows.keys()].filter((path) => view.ownersOf(path).length > 0));
  return new Set(shared.filter((paths) => paths.every(isOfRemoved)).flat());
}

function digestOf(from: string | Buffer, view: EnvironmentView): string | undefined {
  return typeof from === "string" ? view.digestOf(from) : createHash("sha256").update(from).digest("base64url");
}

function readRows(distribution: InstalledDistribution, { folders }: EnvironmentView): Rows {
  const record = readInstalledRecord(distribution);
  return recordedFiles({ sitePackages: distribution.sitePackages, record }, folders).files;
}

/** Each is asked about once. */
function remembered<K, V>(ask: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    if (!known.has(key)) known.set(key, ask(key));
    return known.get(key) as V;
  };
}
