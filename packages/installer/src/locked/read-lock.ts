import { parseLockFile, readNamedFile, selectPackages, type LockedPackage } from "@murre/requirements";
import { resolve } from "node:path";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { ProjectSelection } from "../wanted/selection.ts";

/** What of a lock file is to be installed here. */
export interface Locked {
  /** As it was named. */
  readonly file: string;
  /** What its paths are relative to: a folder, or the URL of the file itself. */
  readonly base: string;
  readonly packages: readonly LockedPackage[];
}

/**
 * Reads it, and selects what is for this Python, these extras and groups.
 * @throws {InvalidRequirementsFile} {InvalidLockFile} {UnsupportedLockVersion} {UnfitLockFile}
 */
export async function readLock(
  file: string,
  { reading, python, onEvent }: ChangeOperation,
  { extras, groups }: ProjectSelection,
): Promise<Locked> {
  const text = await readNamedFile(file, reading);
  const { lock, warnings } = parseLockFile(text, file);
  for (const message of warnings) onEvent({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
  const packages = selectPackages(lock, { environment: python.markerEnvironment, extras, groups });
  return { file, base: /^https?:/i.test(file) ? file : resolve(reading.cwd, file, ".."), packages };
}
