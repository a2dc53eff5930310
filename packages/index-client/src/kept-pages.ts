import type { Documents } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { decodePageDocument, type PageDocument } from "./page-document.ts";

/** The pages in the cache, of which those that were found damaged are no more. */
export interface KeptPages {
  read<Source>(segments: readonly string[], page: KeptPage<Source>): PageDocument<Source> | undefined;
  /** Without a cache nothing is kept. */
  write(segments: readonly string[], document: Buffer): void;
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
      const key = segments.join("/");
      const data = damaged.has(key) ? undefined : documents?.read(...segments);
      if (data === undefined) return undefined;
      return decodePageDocument(data, {
        ...page,
        onDamage() {
          damaged.add(key);
          documents?.write(segments, "");
          onDamage();
        },
      });
    },
    write(segments, document) {
      documents?.write(segments, document);
    },
  };
}
