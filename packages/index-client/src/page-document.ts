import type { NormalizedName } from "@murre/pep508";
import { InvalidIndexPage } from "./errors.ts";
import { judgeLinks, type PageLink } from "./page-link.ts";
import type { DistributionFile, PageRelease, ProjectPage, SkippedFile } from "./types.ts";

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

/** The document's page, or undefined when it is of another format or damaged: then it is fetched again. */
export function decodePageDocument<Source>(
  data: Buffer,
  project: NormalizedName,
  index: string,
): PageDocument<Source> | undefined {
  try {
    const end = data.indexOf(0x0a);
    const head = JSON.parse(data.toString("utf8", 0, Math.max(0, end))) as Head<Source>;
    const body = data.subarray(end + 1);
    if (head.format !== format || sum(head.lengths) !== body.length) return undefined;
    return { source: head.source, page: pageOfDocument(head, body, project, index), head, body };
  } catch {
    return undefined;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function pageOfDocument(head: Head<unknown>, body: Buffer, project: NormalizedName, index: string): ProjectPage {
  const yanked = new Set(head.yanked);
  let start = 0;
  const releases = head.versions.map((version, number) => {
    const end = start + head.lengths[number]!;
    const release = new StoredRelease(
      head,
      index,
      version === 0 ? undefined : version,
      yanked.has(number),
      body.subarray(start, end),
    );
    start = end;
    return release;
  });
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
  readonly #index: string;
  readonly #list: Buffer;
  #files: readonly DistributionFile[] | undefined;

  constructor(head: Head<unknown>, index: string, version: string | undefined, yanked: boolean, list: Buffer) {
    this.version = version;
    this.yanked = yanked;
    this.#head = head;
    this.#index = index;
    this.#list = list;
  }

  get files(): readonly DistributionFile[] {
    this.#files ??= judgeLinks(linksOf(this.#head, this.#rows()), this.#index).files;
    return this.#files;
  }

  #rows(): readonly Row[] {
    try {
      return JSON.parse(this.#list.toString("utf8")) as Row[];
    } catch (cause) {
      throw new InvalidIndexPage(this.#index, "its copy in the cache is damaged; remove that folder's `index`", {
        cause,
      });
    }
  }
}

function* linksOf({ base, pythons }: Head<unknown>, rows: readonly Row[]): Generator<PageLink> {
  for (const [filename, where, hashes = "", python = 0, yanked = 0, metadata = 0, sizeBytes = -1, upload = ""] of rows)
    yield {
      filename,
      url: base + (typeof where === "string" ? where + filename : where[0]),
      hashes: decodeHashes(hashes),
      requiresPython: python === 0 ? undefined : pythons[python - 1],
      yanked: yanked === 0 ? false : yanked,
      coreMetadata: metadata === 0 ? undefined : metadata === 1 ? true : decodeHashes(metadata),
      sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      uploadTime: upload === "" ? undefined : upload,
    };
}

const decodeHashes = (hashes: string | Readonly<Record<string, string>>): Record<string, string> =>
  typeof hashes === "string" ? (hashes === "" ? {} : { sha256: hashes }) : { ...hashes };
