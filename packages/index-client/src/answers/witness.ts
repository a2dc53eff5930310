import type { NormalizedName } from "@murre/pep508";

/** A page: its document, with slashes; the stamp that it had; and until when (ms since 1970) it need not be asked for again. */
export type WitnessedPage = readonly [document: string, stamp: string, holdsUntil: number];

/** The metadata of a project's files: the stamp of the pack, and for each file what {@link readingOf} makes of it, one behind the other. */
export type WitnessedMetadata = readonly [project: NormalizedName, stamp: string, readings: string];

/** What the answers of a client rest on. As long as all of it {@link stillHolds}, another client would be given the same ones from the cache. */
export interface Witnessed {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pages: readonly WitnessedPage[];
  readonly metadata: readonly WitnessedMetadata[];
}

/** Under which keys a file's metadata may lie in a pack, and the seal of the text that was taken. */
export interface MetadataReading {
  readonly project: NormalizedName;
  readonly own: string;
  readonly claimed: string;
  readonly seal: string;
}

/** Digits of each key, and of a reading. */
export const keyLength = 16;
export const readingLength = 2 * keyLength + 8;

/** The beginning of the file's sha256, the key of the index, and the seal. */
function readingOf({ own, claimed, seal }: MetadataReading): string {
  return `${own.slice(0, keyLength)}${claimed.slice(0, keyLength)}${seal}`;
}

/** Notes what a client's answers rest on while it gives them. */
export class Witness {
  readonly #pages = new Map<string, readonly [stamp: string, holdsUntil: number]>();
  readonly #readings = new Map<NormalizedName, Set<string>>();
  #isSpoilt = false;

  page(document: readonly string[], stamp: string, holdsUntil: number): void {
    this.#pages.set(document.join("/"), [stamp, holdsUntil]);
  }

  metadata(reading: MetadataReading): void {
    const readings = this.#readings.get(reading.project);
    if (readings === undefined) this.#readings.set(reading.project, new Set([readingOf(reading)]));
    else readings.add(readingOf(reading));
  }

  /** Something was told that no document keeps. */
  spoil(): void {
    this.#isSpoilt = true;
  }

  /**
   * @param stampOf the stamp of a project's pack, as far as it was read
   * @returns undefined where an answer rests on something that a later run could not compare.
   */
  taken(stampOf: (project: NormalizedName) => string, at: number): Witnessed | undefined {
    if (this.#isSpoilt) return undefined;
    return {
      at,
      pages: [...this.#pages].map(([document, [stamp, holdsUntil]]) => [document, stamp, holdsUntil]),
      metadata: [...this.#readings].map(([project, readings]) => [project, stampOf(project), [...readings].join("")]),
    };
  }
}
