import type { Documents } from "@murre/cache";
import { isNormalizedName } from "@murre/pep508";
import { keyLength, readingLength, type Witnessed, type WitnessedMetadata } from "../answers/witness.ts";
import { isCount, isText } from "../location/json-values.ts";
import { packOf, readSeals } from "./metadata-packs.ts";

/**
 * Whether a client would be told the same again, without asking anybody.
 * @returns undefined where it might not; else what to keep for the next time.
 */
export function stillHolds(
  witnessed: Witnessed,
  documents: Documents,
  { offline, now }: { readonly offline: boolean; readonly now: number },
): Witnessed | undefined {
  // A clock that was set back makes everything seem fresh.
  if (now < witnessed.at) return undefined;
  for (const [document, stamp, holdsUntil] of witnessed.pages)
    if ((!offline && now >= holdsUntil) || documents.stampOf(document.split("/")) !== stamp) return undefined;
  let isNew = false;
  const metadata: WitnessedMetadata[] = [];
  for (const one of witnessed.metadata) {
    const [project, stamp, readings] = one;
    if (documents.stampOf(packOf(project)) === stamp) {
      metadata.push(one);
      continue;
    }
    // Lines were added to the pack, most of them about other files.
    const pack = readSeals(documents, project);
    if (!saysTheSame(readings, pack.seals)) return undefined;
    metadata.push([project, pack.stamp, readings]);
    isNew = true;
  }
  return isNew ? { ...witnessed, metadata } : witnessed;
}

function saysTheSame(readings: string, seals: ReadonlyMap<string, string>): boolean {
  const byKey = new Map<string, string>();
  for (const [key, seal] of seals) {
    const short = shortKey(key);
    // Files of one hash and two names, of which an index says different things, are not told apart.
    byKey.set(short, byKey.has(short) && byKey.get(short) !== seal ? "" : seal);
  }
  for (let from = 0; from < readings.length; from += readingLength) {
    const own = readings.slice(from, from + keyLength);
    const index = readings.slice(from + keyLength, from + 2 * keyLength);
    const seal = readings.slice(from + 2 * keyLength, from + readingLength);
    if ((byKey.get(own) ?? byKey.get(`${index}.${own}`)) !== seal) return false;
  }
  return true;
}

/** `<sha256>.own` and `<index>.<sha256>.<name>`, with the first digits of the hash alone. */
function shortKey(key: string): string {
  return key.endsWith(".own") ? key.slice(0, keyLength) : key.slice(0, 2 * keyLength + 1);
}

/** What a document of the cache says that was witnessed; undefined where it has not the form. */
export function readWitnessed(value: unknown): Witnessed | undefined {
  const { at, pages, metadata } = (value ?? {}) as { at?: unknown; pages?: unknown; metadata?: unknown };
  const isSound =
    isCount(at) && Array.isArray(pages) && pages.every(isPage) && Array.isArray(metadata) && metadata.every(isMetadata);
  return isSound ? (value as Witnessed) : undefined;
}

const pagePath = /^index\/[0-9a-f]{16}\/[a-z0-9._-]+$/;

function isPage(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [document, stamp, holdsUntil] = value as unknown[];
  return isText(document) && pagePath.test(document) && isText(stamp) && typeof holdsUntil === "number";
}

function isMetadata(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [project, stamp, readings] = value as unknown[];
  return (
    isText(project) &&
    isNormalizedName(project) &&
    isText(stamp) &&
    isText(readings) &&
    readings.length % readingLength === 0
  );
}
