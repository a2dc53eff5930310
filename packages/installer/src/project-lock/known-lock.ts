import { readSmallText } from "@murre/files";
import { InvalidLockFile, parseLockFile, parseUvPins, type LockFileReading } from "@murre/requirements";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OnEvent } from "../api/events.ts";
import { lockedPreferences, preferred, type Preferences, type Upgrade } from "../compile/preferences.ts";
import { OutdatedLock } from "../errors.ts";

/**
 * A project's lock file; undefined where there is none. Only `murre lock` writes a damaged one anew, for the versions that it has are lost then.
 * @param damaged what becomes of one that cannot be read
 * @throws {OutdatedLock} for a damaged one that is to stay. {UnsupportedLockVersion}: its author knows more
 */
export function readKnown(path: string, damaged: "refuse" | "replace", onEvent?: OnEvent): LockFileReading | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return parseLockFile(readSmallText(path), path);
  } catch (error) {
    if (!(error instanceof InvalidLockFile)) throw error;
    const problem = `it cannot be read (${error.problems.map((text) => text.split("\n", 1)[0]).join("; ")})`;
    if (damaged === "refuse") throw new OutdatedLock(path, problem, { cause: error });
    warn(`${path}: ${problem}, and is written anew`, onEvent);
    return undefined;
  }
}

/** The versions that are to stay: of the lock file; where there is none yet, of the `uv.lock` beside it. */
export function knownPreferences(
  known: LockFileReading | undefined,
  lockFile: string,
  upgrade: Upgrade,
  onEvent: OnEvent,
): Preferences {
  if (known !== undefined) return lockedPreferences(known.lock, upgrade);
  const path = join(dirname(lockFile), "uv.lock");
  if (upgrade.all || !existsSync(path)) return new Map();
  try {
    return preferred(parseUvPins(readSmallText(path), path), upgrade);
  } catch (error) {
    if (!(error instanceof InvalidLockFile)) throw error;
    warn(`${error.message}; the versions that it has are not kept`, onEvent);
    return new Map();
  }
}

function warn(message: string, onEvent: OnEvent | undefined): void {
  onEvent?.({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
}
