import type { Documents, OpenDocument } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import { DamagedPage } from "../errors.ts";
import { BodyInDocument } from "./page-body.ts";
import { decodePageDocument, type DocumentPlace, type PageDocument } from "./page-document.ts";

/** The pages in the cache, of which those that were found damaged are no more. */
export interface KeptPages {
  /** With the stamp that it had: {@link Documents.stampOf}. */
  read<Source>(
    segments: readonly string[],
    page: KeptPage<Source>,
  ): (PageDocument<Source> & { readonly stamp: string }) | undefined;
  /** Returns the stamp of what was written. Without a cache nothing is kept. */
  write(segments: readonly string[], document: readonly Buffer[]): string | undefined;
  /** See {@link Documents.stampOf}. */
  stampOf(segments: readonly string[]): string;
  /** Ends the reading of pages. */
  close(): void;
}

export interface KeptPage<Source> {
  readonly project: NormalizedName;
  /** The location's address without credentials. */
  readonly index: string;
  readonly readSource: (kept: unknown) => Source | undefined;
}

/** A document of this size is read whole; of a larger one its head, and the releases that are looked at. */
const wholeBelowBytes = 128 * 1024;
/** Most heads are shorter. */
const beginningBytes = 64 * 1024;
/** So many documents are open at a time: many systems allow a process no more than a few hundred files. */
const mostOpen = 64;

/**
 * @param onDamage called when a page turns out to be damaged while one of its releases is looked at
 * @param platform as `process.platform`
 */
export function keptPages(
  documents: Documents | undefined,
  onDamage: () => void,
  platform: NodeJS.Platform = process.platform,
): KeptPages {
  // Where nothing can be written, the document stays; it is not read again.
  const damaged = new Set<string>();
  const open = new Set<OpenDocument>();
  let isClosed = false;
  // Windows does not put another file in the place of one that is open.
  const most = platform === "win32" ? 0 : mostOpen;
  const decode = <Source>(document: OpenDocument, place: DocumentPlace<Source>) => {
    if (document.size < wholeBelowBytes || open.size >= most) return decodeWhole(document, place);
    const beginning = document.read(0, beginningBytes);
    if (!beginning.includes(0x0a)) return decodeWhole(document, place);
    const found = decodePageDocument(beginning, place, (start) => new BodyInDocument(document, start));
    if (found !== undefined) open.add(document);
    return found;
  };
  return {
    read(segments, page) {
      if (damaged.has(segments.join("/"))) return undefined;
      const document = documents?.open(segments);
      if (document === undefined) return undefined;
      try {
        const decoded = decode(document, {
          ...page,
          damaged() {
            damaged.add(segments.join("/"));
            // After the end nothing can be read, which says nothing of the document.
            if (!isClosed) documents?.write(segments, "");
            onDamage();
            return new DamagedPage(page.index, page.project);
          },
        });
        return decoded && { ...decoded, stamp: document.stamp };
      } catch {
        return undefined; // it cannot be read
      } finally {
        if (!open.has(document)) document.close();
      }
    },
    write(segments, document) {
      return documents?.write(segments, document);
    },
    stampOf: (segments) => documents?.stampOf(segments) ?? "",
    close() {
      isClosed = true;
      for (const document of open) document.close();
      open.clear();
    },
  };
}

function decodeWhole<Source>(document: OpenDocument, place: DocumentPlace<Source>): PageDocument<Source> | undefined {
  return decodePageDocument(document.read(0, document.size), place);
}
