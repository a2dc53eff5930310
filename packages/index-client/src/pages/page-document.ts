import type { NormalizedName } from "@murre/pep508";
import { DamagedPage } from "../errors.ts";
import { isCount, isObject, isText } from "./json-values.ts";
import { judgeLinks, type PageLink } from "../location/page-link.ts";
import { resolveUrl } from "./resolve-url.ts";
import type { DistributionFile, PageRelease, ProjectPage, SkippedFile } from "../location/types.ts";

/**
 * A page as the cache keeps it, in ONE document `index/<index key>/<project>`, so that what it says and how long it holds
 * cannot disagree: `source` is whatever decides whether the page still holds, `page` is the parsed form.
 */
export interface PageDocument<Source> {
  readonly source: Source;
  readonly page: ProjectPage;
  readonly head: Head<Source>;
  readonly body: Buffer;
}

/**
 * One file of the parsed form. Trailing entries that have their default are left out.
 * `[filename, where, sha256 | hashes, python, yanked, coreMetadata, sizeBytes, uploadTime]`, where `where` is what
 * stands between the common beginning of all URLs and the file name, or, in a list of one, the rest of the URL; `python`
 * is 0 or the number, from 1, of a string in `pythons`; `coreMetadata` is 0, 1 (exists), or like the hashes.
 */
type Row = readonly [
  filename: string,
  where: string | readonly [string],
  hashes?: string | Readonly<Record<string, string>>,
  python?: number,
  yanked?: 0 | string,
  coreMetadata?: 0 | 1 | string | Readonly<Record<string, string>>,
  sizeBytes?: number,
  uploadTime?: string,
];

/**
 * A document is one line of JSON, the head, and behind it, one after the other, a JSON list of rows for each release. A
 * reader parses the head and, of the rest, only the releases that are looked at.
 */
interface Head<Source> {
  readonly format: typeof format;
  readonly source: Source;
  readonly base: string;
  readonly pythons: readonly string[];
  /** For each release: its version, or 0 where the files' names state none. */
  readonly versions: readonly (string | 0)[];
  /** For each release: the bytes of its list. */
  readonly lengths: readonly number[];
  /** The numbers, from 0, of the releases that are yanked. */
  readonly yanked: readonly number[];
  readonly skipped: readonly SkippedFile[];
}

/** Increased when a reader of this version would misread, or must not believe, what an older one wrote. */
const format = 3;

export function encodePageDocument<Source>(source: Source, page: ProjectPage): Buffer {
  const base = commonBase(page.files.map((file) => file.url));
  const pythons = new Map<string, number>();
  const lists = page.releases.map(({ files }) => JSON.stringify(files.map((file) => rowOf(file, base, pythons))));
  const { releases, skipped } = page;
  const head: Head<Source> = {
    format,
    source,
    base,
    pythons: [...pythons.keys()],
    versions: releases.map(({ version }) => version ?? 0),
    lengths: lists.map((list) => Buffer.byteLength(list)),
    yanked: releases.flatMap(({ yanked }, number) => (yanked ? [number] : [])),
    skipped,
  };
  return Buffer.from(headLine(head) + lists.join(""));
}

const headLine = (head: Head<unknown>): string => `${JSON.stringify(head)}\n`;

/** The document with another source: the page was found unchanged. */
export function withSource<Source>({ head, body }: PageDocument<Source>, source: Source): Buffer {
  return Buffer.concat([Buffer.from(headLine({ ...head, source })), body]);
}

/** `pythons` grows by what the file requires. */
function rowOf(file: DistributionFile, base: string, pythons: Map<string, number>): Row {
  const rest = file.url.slice(base.length);
  const { requiresPython } = file;
  if (requiresPython !== undefined && !pythons.has(requiresPython)) pythons.set(requiresPython, pythons.size + 1);
  return trimRow([
    file.filename,
    rest.endsWith(file.filename) ? rest.slice(0, -file.filename.length) : [rest],
    encodeHashes(file.hashes),
    requiresPython === undefined ? 0 : (pythons.get(requiresPython) ?? 0),
    file.yanked === false ? 0 : file.yanked,
    encodeMetadata(file.coreMetadata),
    file.sizeBytes ?? -1,
    file.uploadTime ?? "",
  ]);
}

const defaults: readonly unknown[] = [undefined, undefined, "", 0, 0, 0, -1, ""];

function trimRow(row: Row): Row {
  let length = row.length;
  while (length > 2 && row[length - 1] === defaults[length - 1]) length--;
  return row.slice(0, length) as unknown as Row;
}

/** The longest common beginning that ends with a slash. */
function commonBase(urls: readonly string[]): string {
  let base = urls[0] ?? "";
  for (const url of urls) {
    if (url.startsWith(base)) continue;
    let same = 0;
    while (same < url.length && url[same] === base[same]) same++;
    base = base.slice(0, base.lastIndexOf("/", same - 1) + 1);
  }
  return base.slice(0, base.lastIndexOf("/") + 1);
}

function encodeHashes(hashes: Readonly<Record<string, string>>): string | Readonly<Record<string, string>> {
  const names = Object.keys(hashes);
  if (names.length === 0) return "";
  return names.length === 1 && names[0] === "sha256" ? (hashes["sha256"] ?? "") : hashes;
}

function encodeMetadata(metadata: PageLink["coreMetadata"]): 0 | 1 | string | Readonly<Record<string, string>> {
  if (metadata === undefined) return 0;
  return metadata === true ? 1 : encodeHashes(metadata);
}

/** Where a document is from, and what becomes of it. */
export interface DocumentPlace<Source> extends Origin {
  /** What decides whether the page still holds; undefined where that cannot be read. */
  readonly readSource: (kept: unknown) => Source | undefined;
}

interface Origin {
  readonly project: NormalizedName;
  readonly index: string;
  /** Called when a release turns out to be damaged: nobody shall find the document again. */
  readonly onDamage: () => void;
}

/** The document's page, or undefined when it is of another format or damaged: then it is fetched again. */
export function decodePageDocument<Source>(
  data: Buffer,
  place: DocumentPlace<Source>,
): PageDocument<Source> | undefined {
  const end = data.indexOf(0x0a);
  const head = readHead(data.toString("utf8", 0, Math.max(0, end)));
  if (head === undefined) return undefined;
  const source = place.readSource(head.source);
  const body = data.subarray(end + 1);
  const isWhole = head.versions.length === head.lengths.length && sum(head.lengths) === body.length;
  if (source === undefined || !isWhole) return undefined;
  return { source, page: pageOfDocument(head, body, place), head: { ...head, source }, body };
}

const isHashes = (value: unknown): boolean =>
  isText(value) || (isObject(value) && Object.values(value).every((digest) => isText(digest)));
const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => accepts(item));

const isSkipped = (file: unknown): boolean => {
  const { filename, reason } = (file ?? {}) as Partial<SkippedFile>;
  return isText(filename) && isText(reason);
};

function readHead(line: string): Head<unknown> | undefined {
  const head = parseJson(line) as Partial<Record<keyof Head<unknown>, unknown>> | null | undefined;
  const isSound =
    head?.format === format &&
    isText(head.base) &&
    isListOf(head.pythons, isText) &&
    isListOf(head.versions, (version) => version === 0 || isText(version)) &&
    isListOf(head.lengths, isCount) &&
    isListOf(head.yanked, isCount) &&
    isListOf(head.skipped, isSkipped);
  return isSound ? (head as Head<unknown>) : undefined;
}

/** What a row may have, column by column. */
const columns: readonly ((value: unknown, head: Head<unknown>) => boolean)[] = [
  isText,
  (where) => isText(where) || (Array.isArray(where) && where.length === 1 && isText(where[0])),
  isHashes,
  (python, { pythons }) => isCount(python) && python <= pythons.length,
  (yanked) => yanked === 0 || isText(yanked),
  (metadata) => metadata === 0 || metadata === 1 || isHashes(metadata),
  (size) => size === -1 || isCount(size),
  isText,
];

const isRow = (row: unknown, head: Head<unknown>): boolean =>
  Array.isArray(row) &&
  row.length >= 2 &&
  row.length <= columns.length &&
  row.every((value, column) => columns[column]?.(value, head) === true);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function pageOfDocument(head: Head<unknown>, body: Buffer, place: Origin): ProjectPage {
  const yanked = new Set(head.yanked);
  let start = 0;
  const releases = head.versions.map((version, number) => {
    const end = start + head.lengths[number]!;
    const list = body.subarray(start, end);
    start = end;
    return new StoredRelease(head, place, version === 0 ? undefined : version, yanked.has(number), list);
  });
  const { project, index } = place;
  return {
    project,
    index,
    releases,
    get files() {
      return releases.flatMap(({ files }) => files);
    },
    skipped: head.skipped,
  };
}

/** A release whose files are made when they are looked at, and then kept: whoever looks twice sees the same objects. */
class StoredRelease implements PageRelease {
  readonly version: string | undefined;
  readonly yanked: boolean;
  readonly #head: Head<unknown>;
  readonly #place: Origin;
  readonly #list: Buffer;
  #files: readonly DistributionFile[] | undefined;

  constructor(head: Head<unknown>, place: Origin, version: string | undefined, yanked: boolean, list: Buffer) {
    this.version = version;
    this.yanked = yanked;
    this.#head = head;
    this.#place = place;
    this.#list = list;
  }

  /** @throws {DamagedPage} */
  get files(): readonly DistributionFile[] {
    this.#files ??= judgeLinks(linksOf(this.#head, this.#rows()), this.#place.index).files;
    return this.#files;
  }

  /** An address is what the page of this index may have led to. */
  #isUsable(row: Row): boolean {
    const url = urlOf(this.#head, row);
    return resolveUrl(url, this.#place.index) === url;
  }

  #rows(): readonly Row[] {
    const rows = parseJson(this.#list.toString("utf8"));
    if (Array.isArray(rows) && rows.every((row) => isRow(row, this.#head) && this.#isUsable(row as Row)))
      return rows as Row[];
    this.#place.onDamage();
    throw new DamagedPage(this.#place.index, this.#place.project);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const urlOf = ({ base }: Head<unknown>, [filename, where]: Row): string =>
  base + (typeof where === "string" ? where + filename : where[0]);

function* linksOf(head: Head<unknown>, rows: readonly Row[]): Generator<PageLink> {
  for (const row of rows) {
    const [filename, , hashes = "", python = 0, yanked = 0, metadata = 0, sizeBytes = -1, upload = ""] = row;
    yield {
      filename,
      url: urlOf(head, row),
      hashes: decodeHashes(hashes),
      requiresPython: python === 0 ? undefined : head.pythons[python - 1],
      yanked: yanked === 0 ? false : yanked,
      coreMetadata: metadata === 0 ? undefined : metadata === 1 ? true : decodeHashes(metadata),
      sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      uploadTime: upload === "" ? undefined : upload,
    };
  }
}

const decodeHashes = (hashes: string | Readonly<Record<string, string>>): Record<string, string> =>
  typeof hashes === "string" ? (hashes === "" ? {} : { sha256: hashes }) : { ...hashes };
