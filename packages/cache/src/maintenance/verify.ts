import { condemn } from "../reclaim/condemn.ts";
import type { CacheLayout } from "../folder/layout.ts";
import { compareTexts, pointers, type PointerPlace } from "./inventory.ts";
import type { CacheProblem, LargeFile, VerifyFindings, VerifyJob } from "./verify-entry.ts";
import { ownLane, threadLanes } from "./verify-lanes.ts";

export interface VerifyReport {
  readonly entries: number;
  readonly files: number;
  readonly problems: readonly CacheProblem[];
  /** Archives that were taken out of the cache, to be fetched again when they are needed. */
  readonly repaired: number;
}

/** How far it is: archives whose small files were compared, of all, and the bytes of what was compared. */
export interface VerifyProgress {
  readonly archives: number;
  readonly of: number;
  readonly bytes: number;
}

export interface VerifyOptions {
  readonly repair?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  /** How much is worth threads; for tests. */
  readonly threadsFrom?: { readonly archives: number; readonly bytes: number };
}

/** Threads cost some tens of milliseconds to start, which this much takes without them. */
const worthThreads = { archives: 500, bytes: 64 * 1024 * 1024 };
const archivesAtOnce = 32;

/**
 * Hashes every file of every entry against its manifest. With `repair` a damaged archive is condemned like one that is cleaned: those who
 * use it keep it, and the next one fetches it again. An environment that links a changed file has the change, and is not touched.
 */
export async function verify(layout: CacheLayout, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { signal, threadsFrom = worthThreads } = options;
  signal?.throwIfAborted();
  const places = [...pointers(layout)];
  const problems: CacheProblem[] = [];
  const large: LargeFile[] = [];
  const counts = { entries: 0, files: 0 };
  let compared = { archives: 0, bytes: 0 };
  const note = (found: VerifyFindings): void => {
    counts.entries += found.entries;
    counts.files += found.files;
    problems.push(...found.problems);
    large.push(...found.large);
    compared = { archives: compared.archives + found.archives, bytes: compared.bytes + found.bytes };
    options.onProgress?.({ ...compared, of: places.length });
  };
  let lanes = places.length < threadsFrom.archives ? ownLane(layout, signal) : threadLanes(layout, signal);
  try {
    await lanes.run(batchesOf(places), note);
    const largeFirst = large.splice(0).toSorted((a, b) => b.details.sizeBytes - a.details.sizeBytes);
    const largeBytes = largeFirst.reduce((sum, { details }) => sum + details.sizeBytes, 0);
    if (!lanes.areThreads && largeBytes >= threadsFrom.bytes) lanes = threadLanes(layout, signal);
    await lanes.run(
      largeFirst.map((file) => ({ file })),
      note,
    );
  } finally {
    lanes.close();
  }
  problems.sort((a, b) => compareTexts(a.project, b.project) || compareTexts(a.sha256, b.sha256));
  const damaged = new Set(problems.map(({ project, sha256 }) => layout.pointer(project, sha256)));
  const repaired = options.repair === true ? condemn(layout, [...damaged]) : 0;
  return { ...counts, problems, repaired };
}

function batchesOf(places: readonly PointerPlace[]): VerifyJob[] {
  const jobs: VerifyJob[] = [];
  for (let from = 0; from < places.length; from += archivesAtOnce)
    jobs.push({ places: places.slice(from, from + archivesAtOnce) });
  return jobs;
}
