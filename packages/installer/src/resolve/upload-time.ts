import type { DistributionFile } from "@murre/index-client";
import { parseTimestamp, type Moment } from "../options/moments.ts";

/** Why a file counts as not there yet, if it does. What nobody gives a time for may have been uploaded a minute ago. */
export function whyTooNew({ filename, uploadTime }: DistributionFile, before: Moment | undefined): string | undefined {
  if (before === undefined) return undefined;
  const uploaded = uploadTime === undefined ? undefined : parseTimestamp(uploadTime);
  if (uploaded !== undefined && uploaded < before) return undefined;
  const limit = `--exclude-newer takes what was there before ${new Date(before).toISOString()}`;
  return uploaded === undefined
    ? `the index does not say when ${filename} was uploaded, and ${limit}`
    : `${filename} was uploaded at ${uploadTime}, and ${limit}`;
}
