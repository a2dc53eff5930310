import { hasCode } from "@murre/files";
import type { FlightFailed, LockingErrorCode } from "@murre/locking";
import { SharedBuildFailure, type BuildErrorCode } from "../errors.ts";

const whereNoneIsTold: BuildErrorCode = "MURRE_BUILD_FAILED";

/**
 * Runs work that one process does for all. Another process's failure is this one's too: the same build would fail again.
 * @throws {SharedBuildFailure} and what the work throws
 */
export async function sharingFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode<LockingErrorCode>(error, "MURRE_FLIGHT_FAILED")) throw error;
    const { code, message } = (error as FlightFailed).failure;
    throw new SharedBuildFailure(code ?? whereNoneIsTold, message, { cause: error });
  }
}
