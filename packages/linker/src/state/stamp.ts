import { readSmallText } from "@murre/files";
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import type { Destination } from "../environment/destination.ts";
import { isMetadataFolder } from "../environment/metadata-folder.ts";
import type { EnvironmentState } from "./environment-state.ts";
import { identityOf, type Identity } from "./identity.ts";

/** What a transaction left: its own mark, and the metadata folders of all distributions as it left them. */
export interface Stamp {
  /** Unique for each time that one is placed: readers compare it. */
  readonly id: string;
  /** By the folder's path relative to site-packages. Empty when a transaction was stopped: then nothing is known. */
  readonly distributions: Readonly<Record<string, StampedDistribution>>;
  /** A `--target` folder, from which the state is removed at the end. */
  readonly temporary?: boolean;
}

export interface StampedDistribution {
  readonly is: Identity;
  /** The sha256 of the wheel that it was installed from. */
  readonly archive?: string;
  /** Where the index that the wheel came from said who published it (PEP 740). */
  readonly provenance?: string;
}

/** The stamp's bytes: two reads that give the same are of one transaction. @returns undefined when there is none. */
export function readStampText(path: string): string | undefined {
  try {
    return readSmallText(path, { followsLinks: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** @returns undefined for none, and for one that a power loss or another version left unreadable. */
export function parseStamp(text: string | undefined): Stamp | undefined {
  if (text === undefined) return undefined;
  try {
    const stamp = JSON.parse(text) as Partial<Record<keyof Stamp, unknown>> | null;
    const { id, distributions } = stamp ?? {};
    const isRead = typeof id === "string" && typeof distributions === "object" && distributions !== null;
    return isRead && Object.values(distributions).every(isStamped) ? (stamp as Stamp) : undefined;
  } catch {
    return undefined;
  }
}

const SHA256 = /^[\da-f]{64}$/;

function isStamped(value: unknown): boolean {
  const { is, archive, provenance } = (value ?? {}) as Partial<Record<keyof StampedDistribution, unknown>>;
  return (
    typeof is === "string" &&
    (archive === undefined || (typeof archive === "string" && SHA256.test(archive))) &&
    (provenance === undefined || (typeof provenance === "string" && /^https?:/.test(provenance)))
  );
}

/** What says which distributions are installed, as it stands now: by path relative to site-packages. */
export function currentDistributions(
  sitePackages: string,
  folders: readonly string[],
): Readonly<Record<string, Identity>> {
  const found: Record<string, Identity> = {};
  for (const folder of folders)
    for (const name of list(folder)) {
      if (!isMetadataFolder(name)) continue;
      const identity = identityOf(`${folder}/${name}`);
      if (identity !== undefined) found[posix.relative(sitePackages, `${folder}/${name}`)] = identity;
    }
  return found;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone, or not readable: then nothing is installed there that could be compared
  }
}

/** Whether {@link untouchedArchives} tells something. */
export function isUntouched(state: EnvironmentState, destination: Destination): boolean {
  return untouchedArchives(state, destination) !== undefined;
}

/**
 * Where nobody but murre has changed what is installed there since the last transaction: the sha256 of the wheel that each distribution was
 * installed from, by the absolute path of its dist-info, as far as it is known.
 */
export function untouchedArchives(
  state: EnvironmentState,
  { schemes: { purelib, platlib } }: Destination,
): ReadonlyMap<string, string | undefined> | undefined {
  const stamp = parseStamp(readStampText(state.stamp));
  if (stamp === undefined) return undefined;
  if (!isAsStamped(stamp, currentDistributions(purelib, [...new Set([purelib, platlib])]))) return undefined;
  const distributions = Object.entries(stamp.distributions);
  return new Map(distributions.map(([path, { archive }]) => [posix.join(purelib, path), archive]));
}

/**
 * Where the index said who published what is installed (PEP 740), by the absolute path of the dist-info: of what a transaction placed, and nobody
 * has changed since.
 */
export function recordedProvenances(
  state: EnvironmentState,
  { schemes: { purelib } }: Destination,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, { is, provenance }] of Object.entries(
    parseStamp(readStampText(state.stamp))?.distributions ?? {},
  )) {
    const distInfo = posix.join(purelib, path);
    if (provenance !== undefined && identityOf(distInfo) === is) found.set(distInfo, provenance);
  }
  return found;
}

/** Whether all is as the stamp says: nobody but murre changed what is installed. */
function isAsStamped(stamp: Stamp, current: Readonly<Record<string, Identity>>): boolean {
  const names = Object.keys(current);
  return (
    names.length === Object.keys(stamp.distributions).length &&
    names.every((name) => stamp.distributions[name]?.is === current[name])
  );
}
