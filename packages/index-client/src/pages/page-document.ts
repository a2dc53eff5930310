import type { NormalizedName } from "@murre/pep508";
import { isCount, isText } from "../location/json-values.ts";
import { readRelations } from "./namespaces.ts";
import { judgeLinks } from "../location/page-link.ts";
import { versionOf } from "./page-releases.ts";
import { bodyInMemory, type PageBody } from "./page-body.ts";
import type { PageText } from "./page-text.ts";
import { resolveUrl } from "./resolve-url.ts";
import { linksOfJson } from "./simple-json.ts";
import type { DistributionFile, PageRelease, ProjectPage, SkippedFile } from "../location/types.ts";

/**
 * A page as the cache keeps it, in ONE document `index/<index key>/<project>`, so that what it says and how long it holds
 * cannot disagree: `source` is whatever decides whether the page still holds, `page` is the parsed form.
 */
export interface PageDocument<Source> {
  readonly source: Source;
  readonly page: ProjectPage;
  readonly head: Head<Source>;
  readonly body: PageBody;
}

/** A document is one line of JSON, the head, and behind it the files' text. A reader parses the head and, of the text, only the releases that are looked at. */
interface Head<Source> extends Omit<PageText, "body"> {
  readonly format: typeof format;
  readonly source: Source;
}

/** Increased when a reader of this version would misread, or must not believe, what an older one wrote. */
const format = 6;

export function encodePageDocument<Source>(source: Source, { body, ...text }: PageText): readonly Buffer[] {
  return [headLine({ format, source, ...text }), body.whole()];
}

const headLine = (head: Head<unknown>): Buffer => Buffer.from(`${JSON.stringify(head)}\n`);

/** The document with another source: the page was found unchanged. */
export function withSource<Source>({ head, body }: PageDocument<Source>, source: Source): readonly Buffer[] {
  return [headLine({ ...head, source }), body.whole()];
}

/** Where a document is from, and what becomes of it. */
export interface DocumentPlace<Source> extends PagePlace {
  /** What decides whether the page still holds; undefined where that cannot be read. */
  readonly readSource: (kept: unknown) => Source | undefined;
}

/** Where a page is from, and what becomes of it. */
export interface PagePlace {
  readonly project: NormalizedName;
  readonly index: string;
  /** Called when a release turns out to be damaged, so that nobody finds it again. @returns what is thrown then */
  readonly damaged: () => Error;
}

/**
 * The document's page, or undefined when it is of another format or damaged: then it is fetched again.
 * @param data the document, or its beginning with the whole head
 * @param bodyFrom what follows in the document from a byte on
 */
export function decodePageDocument<Source>(
  data: Buffer,
  place: DocumentPlace<Source>,
  bodyFrom = (start: number): PageBody => bodyInMemory(data.subarray(start)),
): PageDocument<Source> | undefined {
  const end = data.indexOf(0x0a);
  const head = readHead(data.toString("utf8", 0, Math.max(0, end)), place.index);
  if (head === undefined) return undefined;
  const source = place.readSource(head.source);
  const body = bodyFrom(end + 1);
  if (source === undefined || wholeLength(head.lengths) !== body.length) return undefined;
  return { source, page: pageOfText({ ...head, body }, place), head: { ...head, source }, body };
}

const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => accepts(item));

const isSkipped = (file: unknown): boolean => {
  const { filename, reason } = (file ?? {}) as Partial<SkippedFile>;
  return isText(filename) && isText(reason);
};

function readHead(line: string, index: string): Head<unknown> | undefined {
  const head = parseJson(line) as Partial<Record<keyof Head<unknown>, unknown>> | null | undefined;
  const isSound =
    head?.format === format &&
    typeof head.own === "boolean" &&
    // What the page of this index may have led to.
    isText(head.url) &&
    resolveUrl(head.url, index) === head.url &&
    isListOf(head.versions, (version) => version === 0 || isText(version)) &&
    isListOf(head.lengths, isCount) &&
    isListOf(head.yanked, isCount) &&
    (head.ascending === undefined || isCount(head.ascending)) &&
    isListOf(head.skipped, isSkipped) &&
    readRelations(head.relations) !== null &&
    (head.versions as unknown[]).length === (head.lengths as unknown[]).length;
  return isSound ? (head as Head<unknown>) : undefined;
}

/** Of the text of releases, with a comma between two. */
function wholeLength(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length + 1, lengths.length === 0 ? 0 : -1);
}

/** The page, whose files are read when they are looked at. */
export function pageOfText(text: PageText, place: PagePlace): ProjectPage {
  const yanked = new Set(text.yanked);
  let start = 0;
  const releases = text.versions.map((_, number) => {
    const release = new TextRelease(text, place, number, start, yanked.has(number));
    start += text.lengths[number]! + 1;
    return release;
  });
  const { project, index } = place;
  return {
    project,
    index,
    releases,
    get files() {
      return releases.flatMap(({ files }) => files);
    },
    skipped: text.skipped,
    ...(text.ascending === undefined ? {} : { ascending: text.ascending }),
    ...(text.relations === undefined ? {} : { relations: text.relations }),
  };
}

/** A release whose files are made when they are looked at, and then kept: whoever looks twice sees the same objects. */
class TextRelease implements PageRelease {
  readonly version: string | undefined;
  readonly yanked: boolean;
  readonly #text: PageText;
  readonly #place: PagePlace;
  readonly #number: number;
  readonly #start: number;
  #files: readonly DistributionFile[] | undefined;

  constructor(text: PageText, place: PagePlace, number: number, start: number, yanked: boolean) {
    this.version = text.versions[number] || undefined;
    this.yanked = yanked;
    this.#text = text;
    this.#place = place;
    this.#number = number;
    this.#start = start;
  }

  /** @throws {DamagedPage} {InvalidIndexPage}, whose page it is */
  get files(): readonly DistributionFile[] {
    return (this.#files ??= this.#read());
  }

  #read(): readonly DistributionFile[] {
    const { project, index } = this.#place;
    const end = this.#start + this.#text.lengths[this.#number]!;
    const found = parseJson(`[${this.#textTo(end)}]`);
    if (!Array.isArray(found)) throw this.#place.damaged();
    const links = linksOfJson(found, this.#text.url, this.#text.own ? textsOf : undefined);
    const { files } = judgeLinks(links, index);
    if (files.some((file) => versionOf(file, project) !== this.version)) throw this.#place.damaged();
    return files;
  }

  #textTo(end: number): string {
    try {
      return this.#text.body.text(this.#start, end);
    } catch {
      throw this.#place.damaged();
    }
  }
}

/** Hashes that murre wrote: one that none can be is kept, so that no file has it. */
const textsOf = (value: object): Record<string, string> =>
  Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1])));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
