import type { OpenDocument } from "@murre/cache";

/** The text of the files of a page, in UTF-8: in memory, or in the document that the page was kept in. */
export interface PageBody {
  /** Bytes. */
  readonly length: number;
  /** From one byte to another. @throws where a document cannot be read any more */
  text(start: number, end: number): string;
  /** @throws as `text` */
  whole(): Buffer;
}

export function bodyInMemory(bytes: Buffer): PageBody {
  return {
    length: bytes.length,
    text: (start, end) => bytes.toString("utf8", start, end),
    whole: () => bytes,
  };
}

/** Who looks at more releases than this looks at most of them. */
const mostParts = 32;

/** A body that stays in its document, of which the releases that are looked at are read: a page may have megabytes, of which a few hundred bytes count. */
export class BodyInDocument implements PageBody {
  readonly length: number;
  readonly #document: OpenDocument;
  readonly #start: number;
  #whole: Buffer | undefined;
  #parts = 0;

  /** @param start where in the document it begins */
  constructor(document: OpenDocument, start: number) {
    this.#document = document;
    this.#start = start;
    this.length = document.size - start;
  }

  text(start: number, end: number): string {
    if (this.#whole === undefined && ++this.#parts <= mostParts)
      return this.#document.read(this.#start + start, end - start).toString("utf8");
    return this.whole().toString("utf8", start, end);
  }

  whole(): Buffer {
    return (this.#whole ??= this.#document.read(this.#start, this.length));
  }
}
