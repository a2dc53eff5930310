import type { WheelEntry } from "@murre/cache";
import { describeRecordProblems, recordError } from "@murre/wheel";
import type { OnEvent } from "../api/events.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";

/** What becomes of a wheel whose RECORD and members disagree. */
export interface RecordJudgement {
  readonly isStrict: boolean;
  /** The archives that this operation has warned of. */
  readonly warned: Set<string>;
  readonly onEvent: OnEvent;
}

/**
 * A wheel is what its archive holds, and that is installed and recorded, with one warning. Its own RECORD says less than the archive's hash
 * does. The entry of the store knows of the disagreement, so that this costs nothing where there is none, and holds for entries of any age.
 * @throws {RecordMismatch} {InvalidRecord} where RECORD is held to the letter
 */
export function judgeRecord(
  { name, version, source: { filename } }: ResolvedDistribution,
  { manifest, sha256 }: WheelEntry,
  { isStrict, warned, onEvent }: RecordJudgement,
): void {
  const problems = manifest.head.recordProblems;
  if (problems === undefined || warned.has(sha256)) return;
  if (isStrict) throw recordError(filename, problems);
  warned.add(sha256);
  onEvent({
    type: "warning",
    code: "MURRE_WARNING_RECORD",
    message:
      `${name} ${version}: what the archive holds is installed, though its own RECORD disagrees ` +
      `(${describeRecordProblems(problems)}); --strict-record refuses such a wheel`,
  });
}
