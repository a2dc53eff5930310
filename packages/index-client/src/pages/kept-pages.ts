import type { Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { DamagedPage } from "../errors.ts";
import { decodePageDocument, type PageDocument } from "./page-document.ts";

/** The pages in the cache, of which those that were found damaged are no more. */
export interface KeptPages {
  read<Source>(segments: readonly string[], page: KeptPage<Source>): PageDocument<Source> | undefined;
  /** Returns the stamp of what was written. Without a cache nothing is kept. */
  write(segments: readonly string[], document: Buffer): string | undefined;
  /** See {@link Documents.stampOf}. */
  stampOf(segments: readonly string[]): string;
}

export interface KeptPage<Source> {
  readonly project: NormalizedName;
  /** The location's address without credentials. */
  readonly index: string;
  readonly readSource: (kept: unknown) => Source | undefined;
}

/** @param onDamage called when a page turns out to be damaged while one of its releases is looked at */
export function keptPages(documents: Documents | undefined, onDamage: () => void): KeptPages {
  // Where nothing can be written, the document stays; it is not read again.
  const damaged = new Set<string>();
  return {
    read(segments, page) {
      const data = damaged.has(segments.join("/")) ? undefined : documents?.read(...segments);
      if (data === undefined) return undefined;
      return decodePageDocument(data, {
        ...page,
        damaged() {
          damaged.add(segments.join("/"));
          documents?.write(segments, "");
          onDamage();
          return new DamagedPage(page.index, page.project);
        },
      });
    },
    write(segments, document) {
      return documents?.write(segments, document);
    },
    stampOf: (segments) => documents?.stampOf(segments) ?? "",
  };
}
