import type { ArchiveEntry } from "./archive-entries.ts";
import type { WheelProblem } from "./errors.ts";
import type { RecordEntry } from "./record.ts";

/** Digests that RECORD may use (PEP 427: sha256 or better; md5 and sha1 are not allowed). */
const allowedAlgorithms = new Set(["sha256", "sha384", "sha512"]);

/** The members that need no row with a hash: RECORD itself, and its signatures (PEP 427). */
function isExempt(path: string, distInfo: string): boolean {
  return path === `${distInfo}/RECORD` || path === `${distInfo}/RECORD.jws` || path === `${distInfo}/RECORD.p7s`;
}

/** The row of each member that has one, and every disagreement that shows before any data is read. */
export interface CheckedRecord {
  readonly rows: ReadonlyMap<string, RecordEntry>;
  readonly problems: readonly WheelProblem[];
}

/** Every member must have a row with an allowed hash, every row a member, and sizes must agree. */
export function checkRecord(
  record: readonly RecordEntry[],
  entries: readonly ArchiveEntry[],
  distInfo: string,
): CheckedRecord {
  const problems: WheelProblem[] = [];
  const report = (path: string, expected: string, actual: string) =>
    problems.push({
      code: "MURRE_RECORD_MISMATCH",
      path,
      expected,
      actual,
      text: `${path}: RECORD lists ${expected}, the archive holds ${actual}`,
    });
  const rows = new Map<string, RecordEntry>();
  for (const row of record) {
    const earlier = rows.get(row.path);
    if (earlier && (earlier.digest !== row.digest || earlier.sizeBytes !== row.sizeBytes))
      report(row.path, "two different rows", "one file");
    rows.set(row.path, row);
  }
  const unmatched = new Set(rows.keys());
  for (const { path, sizeBytes } of entries) {
    if (path === undefined) continue;
    unmatched.delete(path);
    if (isExempt(path, distInfo)) continue;
    const row = rows.get(path);
    if (!row) report(path, "nothing", "a file");
    else if (row.algorithm === undefined) report(path, "no hash", "a file");
    else if (!allowedAlgorithms.has(row.algorithm))
      report(path, `a hash by ${row.algorithm}, which is not allowed`, "a file");
    else if (row.sizeBytes !== undefined && row.sizeBytes !== sizeBytes)
      report(path, `${row.sizeBytes} bytes`, `${sizeBytes} bytes`);
  }
  for (const path of unmatched) if (!isExempt(path, distInfo)) report(path, "a file", "nothing");
  return { rows, problems };
}

/** The disagreement between a row and the digest of what was read. */
export function digestProblem(row: RecordEntry, actual: string): WheelProblem {
  const expected = `${row.algorithm}=${row.digest}`;
  const shown = `${row.algorithm}=${actual}`;
  const text = `${row.path}: RECORD lists ${expected}, the archive holds ${shown}`;
  return { code: "MURRE_RECORD_MISMATCH", path: row.path, expected, actual: shown, text };
}
