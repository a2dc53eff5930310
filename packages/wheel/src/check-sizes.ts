import { flags, type ArchiveEntry } from "./archive-entries.ts";
import { enoughProblems, type WheelProblem } from "./errors.ts";
import type { UnpackLimits } from "./unpack-limits.ts";

const ratioCountsAboveBytes = 256 * 1024 ** 2;

/** Bytes; far above any METADATA or RECORD seen, and small enough to be held in memory. */
const largestDistInfoBytes = 128 * 1024 ** 2;

/** What is wrong with the size of a file that is read whole: one of the dist-info folder. */
export function distInfoSizeProblem({ path, sizeBytes, compressedSize }: ArchiveEntry): WheelProblem | undefined {
  const largest = Math.max(sizeBytes, compressedSize);
  if (largest <= largestDistInfoBytes) return undefined;
  const text = `${path} has ${largest} bytes, more than the limit of ${largestDistInfoBytes}`;
  return { code: "MURRE_ARCHIVE_TOO_LARGE", path: path ?? "", text };
}

/** Sizes against the limits, encryption, and unknown compression. */
export function checkSizes(
  entries: readonly ArchiveEntry[],
  archiveBytes: number,
  limits: UnpackLimits,
): WheelProblem[] {
  const problems: WheelProblem[] = [];
  const report = (code: WheelProblem["code"], text: string) => {
    if (problems.length < enoughProblems) problems.push({ code, text });
  };
  let total = 0;
  for (const { path, sizeBytes, flags: general, compressionMethod } of entries) {
    total += sizeBytes;
    if ((general & flags.encrypted) !== 0) report("MURRE_UNSUPPORTED_WHEEL", `${path} is encrypted`);
    else if (compressionMethod !== 0 && compressionMethod !== 8)
      report(
        "MURRE_UNSUPPORTED_WHEEL",
        `${path} is compressed by method ${compressionMethod}, only stored and deflated are known`,
      );
  }
  if (total > limits.maxTotalBytes)
    report("MURRE_ARCHIVE_TOO_LARGE", `unpacks to ${total} bytes, more than the limit of ${limits.maxTotalBytes}`);
  else if (total > ratioCountsAboveBytes && total > archiveBytes * limits.maxRatio)
    report(
      "MURRE_ARCHIVE_TOO_LARGE",
      `unpacks to ${total} bytes from ${archiveBytes}, more than ${limits.maxRatio} times as much`,
    );
  return problems;
}
