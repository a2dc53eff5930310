import type { ArchiveEntry } from "../archive/archive-entries.ts";
import type { WheelProblem } from "../errors.ts";
import type { ReadRecord, RecordEntry } from "../metadata/record.ts";

/** Digests that RECORD may use (PEP 427: sha256 or better; md5 and sha1 are not allowed). */
const allowedAlgorithms = new Set(["sha256", "sha384", "sha512"]);

/** What RECORD says of the members, as far as it can be held against them. */
export interface CheckedRecord {
  /** The row of each member whose data has to have the row's hash. */
  readonly rows: ReadonlyMap<string, RecordEntry>;
  /** Every disagreement that shows before any data is read; of one path, the first. */
  readonly problems: readonly WheelProblem[];
}

/**
 * Every member must have a row with an allowed hash, every row a member, and sizes must agree. Rows are compared and never believed: what
 * is installed, and where, follows from the members alone.
 * @param placeOf where a path of the archive belongs
 */
export function checkRecord(
  record: ReadRecord,
  members: readonly ArchiveEntry[],
  distInfo: string,
  placeOf: (path: string) => string,
): CheckedRecord {
  const problems = [...record.problems];
  const reported = new Set(problems.map(({ path }) => placeOf(plainPath(path ?? ""))));
  const report = (path: string, expected: string, actual: string, written = path) => {
    if (reported.has(path)) return;
    reported.add(path);
    problems.push(mismatch(written, expected, actual));
  };
  const recordPath = `${distInfo}/RECORD`;
  if (record.entries.length === 0) {
    report(recordPath, "nothing", `${members.length} files`);
    return { rows: new Map(), problems };
  }
  const rows = new Map<string, RecordEntry>();
  for (const row of record.entries) {
    const plain = plainPath(row.path);
    const path = placeOf(plain);
    const earlier = rows.get(path);
    if (earlier && (earlier.digest !== row.digest || earlier.sizeBytes !== row.sizeBytes))
      report(path, "two different rows", "one file");
    rows.set(path, row);
    if (path.endsWith("/")) report(path, "a folder", "files only");
    else if (plain !== row.path) report(path, "another spelling of the path", plain, row.path);
  }
  // Its signatures need no row either (PEP 427).
  const isExempt = (path: string) =>
    path.startsWith(recordPath) && /^(?:\.jws|\.p7s)?$/.test(path.slice(recordPath.length));
  if (rows.get(recordPath)?.digest !== undefined) report(recordPath, "a hash of itself", "nothing that could have it");
  const compared = new Map<string, RecordEntry>();
  for (const { path, sizeBytes } of members) {
    if (path === undefined || path === recordPath) continue;
    const row = rows.get(path);
    if (row?.algorithm === undefined) {
      if (!isExempt(path)) report(path, row === undefined ? "nothing" : "no hash", "a file");
    } else if (!allowedAlgorithms.has(row.algorithm))
      report(path, `a hash by ${row.algorithm}, which is not allowed`, "a file");
    else if (row.sizeBytes !== undefined && row.sizeBytes !== sizeBytes)
      report(path, `${row.sizeBytes} bytes`, `${sizeBytes} bytes`);
    if (row?.digest !== undefined && !reported.has(path)) compared.set(path, row);
    rows.delete(path);
  }
  for (const [path, row] of rows) if (!isExempt(path)) report(path, "a file", "nothing", row.path);
  return { rows: compared, problems };
}

/** The path as an archive has it: some tools write RECORD with backslashes, or from the current folder on. */
function plainPath(path: string): string {
  const slashed = path.includes("\\") ? path.replaceAll("\\", "/") : path;
  return slashed.startsWith("./") ? slashed.replace(/^(?:\.\/+)+/, "") : slashed;
}

function mismatch(path: string, expected: string, actual: string): WheelProblem {
  const text = `${path}: RECORD lists ${expected}, the archive holds ${actual}`;
  return { code: "MURRE_RECORD_MISMATCH", path, expected, actual, text };
}

/** The disagreement between a row and the digest of what was read. */
export function digestProblem(row: RecordEntry, actual: string): WheelProblem {
  return mismatch(row.path, `${row.algorithm}=${row.digest}`, `${row.algorithm}=${actual}`);
}
