import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoTemporaryFolder } from "./errors.ts";

/** Where Python's tempfile looks, after what TMPDIR and the like name. */
const others = ["/tmp", "/var/tmp", "/usr/tmp"];

/**
 * Makes a folder that only this user can enter, under a name that nobody knew before: in the system's folder for temporary files, or where
 * that is missing or cannot be written to, in another one of those that everybody has.
 * @throws {NoTemporaryFolder}
 */
export function makeTemporaryFolder(prefix: string): string {
  const places = temporaryPlaces();
  let cause: unknown;
  for (const place of places)
    try {
      return mkdtempSync(join(place, prefix));
    } catch (error) {
      cause ??= error;
    }
  throw new NoTemporaryFolder(places, { cause });
}

/** Where temporary files can be made; TMPDIR's own where none can. */
export function temporaryPlace(): string {
  const places = temporaryPlaces();
  return places.find(canBeWritten) ?? places[0] ?? tmpdir();
}

function temporaryPlaces(): string[] {
  return [...new Set([tmpdir(), ...(process.platform === "win32" ? [] : others)])];
}

function canBeWritten(place: string): boolean {
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
