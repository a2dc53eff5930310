import { wheelError, type WheelProblem } from "../errors.ts";

/** One row of RECORD (PEP 376, PEP 627). */
export interface RecordEntry {
  /** As written: `/` between parts, relative to the folder that holds the `.dist-info`, or absolute. */
  readonly path: string;
  /** In lower case, such as `sha256`; present together with `digest`. */
  readonly algorithm?: string;
  /** URL-safe base64 without padding. */
  readonly digest?: string;
  readonly sizeBytes?: number;
}

/**
 * Reads RECORD: `row = path "," [algorithm "=" digest] "," [size]`, with the quoting of Python's csv module.
 * @param source what to call the file in errors
 * @throws {InvalidRecord} with every bad row, when there is one.
 */
export function parseRecord(text: string, source = "RECORD"): readonly RecordEntry[] {
  const { entries, problems } = readRecord(text);
  if (problems.length > 0) throw wheelError(source, problems);
  return entries;
}

/** The rows of RECORD, and what is wrong with those that are no rows. */
export interface ReadRecord {
  /** Of a bad row, what could be read of it. */
  readonly entries: readonly RecordEntry[];
  readonly problems: readonly WheelProblem[];
}

/**
 * Reads as much of RECORD as can be read. Lines end as they do for pip and uv: with LF, CR LF or CR.
 * Rows without a quotation mark take a path that only searches for commas: RECORD of a big wheel has 10,000 rows.
 */
export function readRecord(written: string): ReadRecord {
  const text = written.includes("\r") ? written.replaceAll(/\r\n?/g, "\n") : written;
  const entries: RecordEntry[] = [];
  const problems: WheelProblem[] = [];
  let line = 0;
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    line++;
    let end = text.indexOf("\n", start);
    if (end === -1) end = text.length;
    const row = text.slice(start, end);
    if (row.includes('"')) {
      const quoted = quotedRow(text, start);
      pushRow(quoted.fields, quoted.count, line, entries, problems);
      line += countOf("\n", text.slice(start, quoted.end));
      start = quoted.end + 1;
      continue;
    }
    start = end + 1;
    if (row !== "") pushPlainRow(row, line, entries, problems);
  }
  return { entries, problems };
}

function pushPlainRow(row: string, line: number, entries: RecordEntry[], problems: WheelProblem[]): void {
  const first = row.indexOf(",");
  const second = row.indexOf(",", first + 1);
  // The one shape that nearly all rows have, without the allocations of split: a digest of 43 characters, and a size.
  if (first > 0 && second === first + 8 + 43 && row.startsWith("sha256=", first + 1)) {
    const sizeBytes = decimal(row, second + 1);
    if (sizeBytes >= 0) {
      entries.push({ path: row.slice(0, first), algorithm: "sha256", digest: row.slice(first + 8, second), sizeBytes });
      return;
    }
  }
  pushRow(row.split(",", fieldsRead), countOf(",", row) + 1, line, entries, problems);
}

/** Of a row that has more fields, and it may have millions, the rest is counted. */
const fieldsRead = 3;

/** The digits from `start` to the end as a number, or -1 when there is anything else. */
function decimal(row: string, start: number): number {
  if (start === row.length || row.length - start > 15) return -1;
  let value = 0;
  for (let at = start; at < row.length; at++) {
    const digit = row.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function pushRow(
  fields: readonly string[],
  count: number,
  line: number,
  entries: RecordEntry[],
  problems: WheelProblem[],
): void {
  const [path = "", hash = "", size = ""] = fields;
  // Padding is not allowed (PEP 427), but some tools write it: it is cut off.
  const parts = /^([A-Za-z0-9_-]+)=([A-Za-z0-9_+/-]+)=*$/.exec(hash);
  const sizeBytes = decimal(size, 0);
  const problem = rowProblem(fields, count, hash !== "" && !parts, size !== "" && sizeBytes < 0);
  if (problem !== undefined)
    problems.push({ code: "MURRE_INVALID_RECORD", text: `RECORD line ${line}: ${problem}`, path });
  if (path === "") return;
  entries.push({
    path,
    ...(parts ? recordedHash(parts[1]!.toLowerCase(), parts[2]!) : {}),
    ...(sizeBytes < 0 ? {} : { sizeBytes }),
  });
}

/** The first thing that is wrong with a row. */
function rowProblem(
  fields: readonly string[],
  count: number,
  isBadHash: boolean,
  isBadSize: boolean,
): string | undefined {
  const [path = "", hash = "", size = ""] = fields;
  if (count !== 3) return `expected path, hash and size, found ${count === 1 ? "one field" : `${count} fields`}`;
  if (path === "") return "the path is empty";
  if (isBadHash) return `the hash ${hash} is not of the form algorithm=digest`;
  return isBadSize ? `the size ${size} is not a number of bytes` : undefined;
}

const hexadecimalLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Some builders write digests in hexadecimal (gmsh 4.15 does); the length tells, and it proves as much. */
function recordedHash(algorithm: string, digest: string): { algorithm: string; digest: string } {
  if (digest.length !== hexadecimalLengths[algorithm] || !/^[0-9a-fA-F]+$/.test(digest)) return { algorithm, digest };
  return { algorithm, digest: Buffer.from(digest, "hex").toString("base64url") };
}

/** The fields of the row that begins at `start`, and where its line ends; a quoted field may hold commas and line breaks. */
function quotedRow(text: string, start: number): { fields: string[]; count: number; end: number } {
  const fields: string[] = [];
  const next = /[,\n]/g;
  for (let at = start, count = 1; ; at++, count++) {
    let field = "";
    // After a closing quotation mark the field goes on as it is.
    if (text[at] === '"') [field, at] = quotedText(text, at + 1);
    next.lastIndex = at;
    const end = next.exec(text)?.index ?? text.length;
    if (count <= fieldsRead) fields.push(field + text.slice(at, end));
    at = end;
    if (text[end] !== ",") return { fields, count, end };
  }
}

/** What stands from `start` to the closing quotation mark, `""` in it as `"`; and where the text goes on. */
function quotedText(text: string, start: number): [field: string, end: number] {
  let close = text.indexOf('"', start);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close < 0) close = text.length;
  return [text.slice(start, close).replaceAll('""', '"'), Math.min(close + 1, text.length)];
}

function countOf(sign: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) count++;
  return count;
}

/** Writes RECORD with one row per entry, in the given order; {@link parseRecord} reads back the same entries. */
export function formatRecord(entries: Iterable<RecordEntry>): string {
  let text = "";
  for (const { path, algorithm, digest, sizeBytes } of entries) {
    const written = /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
    text += `${written},${digest === undefined ? "" : `${algorithm}=${digest}`},${sizeBytes ?? ""}\n`;
  }
  return text;
}
