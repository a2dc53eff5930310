import type { NormalizedName } from "@murre/pep508";
import { judgeLinks, type PageLink, type ParsedPage } from "./page-link.ts";
import type { ProjectPage, SkippedFile } from "./types.ts";

/**
 * A page as the cache keeps it, in ONE document `index/<index key>/<project>`, so that what it says and how long it holds
 * cannot disagree: `source` is whatever decides whether the page still holds, `page` is the parsed form.
 */
export interface PageDocument<Source> {
  readonly source: Source;
  readonly page: ProjectPage;
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

interface Stored<Source> {
  readonly format: typeof format;
  readonly source: Source;
  readonly base: string;
  readonly pythons: readonly string[];
  readonly files: readonly Row[];
  readonly skipped: readonly SkippedFile[];
}

/** Increased when a reader of this version would misread what an older one wrote. */
const format = 1;

export function encodePageDocument<Source>(source: Source, page: ParsedPage): string {
  const base = commonBase(page.files.map((file) => file.url));
  const pythons = new Map<string, number>();
  const numberOf = (python: string): number => {
    const known = pythons.get(python) ?? pythons.size + 1;
    pythons.set(python, known);
    return known;
  };
  const files = page.files.map((file): Row => {
    const rest = file.url.slice(base.length);
    const row: Row = [
      file.filename,
      rest.endsWith(file.filename) ? rest.slice(0, -file.filename.length) : [rest],
      encodeHashes(file.hashes),
      file.requiresPython === undefined ? 0 : numberOf(file.requiresPython),
      file.yanked === false ? 0 : file.yanked,
      encodeMetadata(file.coreMetadata),
      file.sizeBytes ?? -1,
      file.uploadTime ?? "",
    ];
    return trimRow(row);
  });
  const stored: Stored<Source> = { format, source, base, pythons: [...pythons.keys()], files, skipped: page.skipped };
  return JSON.stringify(stored);
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
  for (const url of urls)
    while (!url.startsWith(base)) base = base.slice(0, base.lastIndexOf("/", base.length - 2) + 1);
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
  let stored: Stored<Source>;
  try {
    stored = JSON.parse(data.toString("utf8")) as Stored<Source>;
    if (stored.format !== format) return undefined;
    const { files } = judgeLinks(linksOf(stored), index);
    return { source: stored.source, page: { project, index, files, skipped: stored.skipped } };
  } catch {
    return undefined;
  }
}

function* linksOf(stored: Stored<unknown>): Generator<PageLink> {
  for (const [
    filename,
    where,
    hashes = "",
    python = 0,
    yanked = 0,
    metadata = 0,
    sizeBytes = -1,
    upload = "",
  ] of stored.files)
    yield {
      filename,
      url: stored.base + (typeof where === "string" ? where + filename : where[0]),
      hashes: decodeHashes(hashes),
      requiresPython: python === 0 ? undefined : stored.pythons[python - 1],
      yanked: yanked === 0 ? false : yanked,
      coreMetadata: metadata === 0 ? undefined : metadata === 1 ? true : decodeHashes(metadata),
      sizeBytes: sizeBytes < 0 ? undefined : sizeBytes,
      uploadTime: upload === "" ? undefined : upload,
    };
}

const decodeHashes = (hashes: string | Readonly<Record<string, string>>): Record<string, string> =>
  typeof hashes === "string" ? (hashes === "" ? {} : { sha256: hashes }) : { ...hashes };
