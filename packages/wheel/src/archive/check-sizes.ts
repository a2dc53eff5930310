import { flags, type ArchiveEntry } from "./archive-entries.ts";
import { enoughProblems, type WheelProblem } from "../errors.ts";
import type { UnpackLimits } from "./unpack-limits.ts";

/** An archive that unpacks to less costs little, whatever its ratio. */
const ratioCountsAboveBytes = 64 * 1024 ** 2;

/**
 * Bytes of the files of the dist-info folder that are held in memory and taken apart. Of about 950 wheels in use, the largest METADATA has 0.23 MB,
 * the largest WHEEL 224 bytes, the largest entry_points.txt 2.4 KB.
 */
const largestDistInfoBytes: Readonly<Record<string, number>> = {
  METADATA: 4 * 1024 ** 2,
  WHEEL: 256 * 1024,
  "entry_points.txt": 1024 ** 2,
};

/**
 * RECORD may have so many bytes for each byte of a member's path and of a row's other fields: the largest of those wheels have a third of it.
 */
const recordFactor = 2;
const recordFieldsBytes = 200;
const recordSpareBytes = 64 * 1024;

/** Text is packed to a tenth of its size at best; more than this, above so many bytes, is made to fill the memory. */
const largestDistInfoRatio = 100;
const distInfoRatioCountsAboveBytes = 256 * 1024;

/**
 * What is wrong with the size of a file that is read whole: one of the dist-info folder.
 * @param name METADATA, WHEEL, RECORD or entry_points.txt
 * @param members all of the archive: RECORD grows with them
 */
export function distInfoSizeProblem(
  name: string,
  { path = name, sizeBytes, compressedSize }: ArchiveEntry,
  members: readonly ArchiveEntry[],
): WheelProblem | undefined {
  const limit = largestDistInfoBytes[name] ?? largestRecordBytes(members);
  const largest = Math.max(sizeBytes, compressedSize);
  const isBlownUp = sizeBytes > distInfoRatioCountsAboveBytes && sizeBytes > compressedSize * largestDistInfoRatio;
  if (largest <= limit && !isBlownUp) return undefined;
  const text =
    largest > limit
      ? `${path} has ${largest} bytes, more than the limit of ${limit}`
      : `${path} unpacks to ${sizeBytes} bytes from ${compressedSize}, more than ${largestDistInfoRatio} times as much`;
  return { code: "MURRE_ARCHIVE_TOO_LARGE", path, text };
}

function largestRecordBytes(members: readonly ArchiveEntry[]): number {
  let bytes = 0;
  for (const { rawName } of members) bytes += rawName.length + recordFieldsBytes;
  return recordSpareBytes + recordFactor * bytes;
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
