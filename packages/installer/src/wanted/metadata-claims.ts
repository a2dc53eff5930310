import type { Documents, WheelEntry } from "@murre/cache";
import { rememberOwnMetadata } from "@murre/index-client";
import { parseLenientRequirement } from "@murre/pep508";
import { parseMetadata } from "@murre/wheel";
import { readFileSync } from "node:fs";
import { MetadataRefuted } from "../errors.ts";
import type { ResolvedDistribution } from "./resolved.ts";
import { withoutFragment } from "./source-url.ts";

/** A distribution that was told of and is there now. */
interface Present {
  readonly distribution: ResolvedDistribution;
  readonly entry: WheelEntry;
}

/**
 * What distributions were found to hold, by the URL of their file, where something else had been told of them. A set that was resolved from
 * other words than those does not hold, and is never installed.
 */
export class MetadataClaims {
  readonly #own = new Map<string, string>();

  /** Whether something turned out otherwise than it had been told. */
  get hasAny(): boolean {
    return this.#own.size > 0;
  }

  own(url: string): string | undefined {
    return this.#own.get(withoutFragment(url));
  }

  /**
   * Compares what was told of distributions with what they hold, now that they are there, and keeps that for later operations.
   * @throws {MetadataRefuted} where the requirements are others; resolved again, they are the distribution's own.
   */
  compare(prepared: readonly Present[], documents: Documents): void {
    const refuted: string[] = [];
    for (const { distribution, entry } of prepared) {
      const { claimed, name, source } = distribution;
      const own = claimed === undefined ? undefined : readOwn(entry);
      if (claimed === undefined || own === undefined) continue;
      if (source.filename.endsWith(".whl")) rememberOwnMetadata(documents, name, entry.sha256, own);
      if (isSameNeed(claimed, own)) continue;
      this.#own.set(withoutFragment(source.url), own);
      refuted.push(source.filename);
    }
    if (refuted.length > 0) throw new MetadataRefuted(refuted);
  }
}

/** Undefined where the entry is damaged, which whoever links it finds out. */
function readOwn({ filesFolder, manifest }: WheelEntry): string | undefined {
  try {
    return readFileSync(`${filesFolder}/${manifest.head.distInfo}/METADATA`, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether both say the same of what decides about a resolution. Nearly always they are the same text. */
function isSameNeed(claimed: string, own: string): boolean {
  return claimed === own || needOf(claimed) === needOf(own);
}

function needOf(text: string): string {
  const { requiresDist, requiresPython = "" } = parseMetadata(text);
  return JSON.stringify([requiresDist.map(plainRequirement).toSorted(), requiresPython.replaceAll(" ", "")]);
}

function plainRequirement(text: string): string {
  try {
    const { normalizedName, extras, specifiers, url = "", marker } = parseLenientRequirement(text);
    return JSON.stringify([normalizedName, extras, `${specifiers}`, url, marker?.toString()]);
  } catch {
    return text;
  }
}

/** So often may what was told turn out to be wrong in one operation: each time one more wheel has been fetched for it. */
export const mostRefutations = 10;

/** Runs a piece of work again where something was found to hold other requirements than it was taken to have. */
export async function untilMetadataHolds<Result>(
  work: () => Promise<Result>,
  onRefuted: (error: MetadataRefuted) => void,
): Promise<Result> {
  for (let refutations = 1; ; refutations++)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MetadataRefuted) || refutations === mostRefutations) throw error;
      onRefuted(error);
    }
}
