import { posix, win32 } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequirementsContext } from "../types.ts";

const url = /^(?:https?|file):/i;

type PathContext = Pick<RequirementsContext, "cwd" | "platform">;

const pathModule = (platform: string): typeof posix => (platform === "win32" ? win32 : posix);

/** Whether a requirements file came over HTTP. */
export function isRemote(location: string): boolean {
  return /^https?:/i.test(location);
}

/**
 * What an option of a file that came over HTTP names: relative to that file's URL, and nowhere but over HTTP.
 * @returns undefined for what does not.
 */
export function remoteLocation(includer: string, named: string): string | undefined {
  const resolved = URL.canParse(named, includer) ? new URL(named, includer).href : undefined;
  return resolved !== undefined && isRemote(resolved) ? resolved : undefined;
}

/** Where a file that a file on this machine includes is: relative to the one that includes it, as pip resolves it. */
export function includedLocation(includer: string, included: string, platform: string): string {
  if (url.test(includer)) return URL.canParse(included, includer) ? new URL(included, includer).href : included;
  if (url.test(included)) return included;
  const path = pathModule(platform);
  return path.isAbsolute(included) ? included : path.join(path.dirname(includer), included);
}

/** A name by which a file that includes itself is recognised. */
export function locationKey(location: string, { cwd, platform }: PathContext): string {
  return url.test(location) ? location : pathModule(platform).resolve(cwd, location);
}

/** Undefined for the URL of another machine's file, or of none. */
function pathOf(file: string): string | undefined {
  try {
    return /^file:/i.test(file) ? fileURLToPath(file) : file;
  } catch {
    return undefined;
  }
}

/** `--find-links` in a file: a path that exists relative to the file means that, as in pip. */
export function findLinksValue(
  value: string,
  file: string,
  { cwd, platform, exists }: PathContext & Pick<RequirementsContext, "exists">,
): string {
  if (exists === undefined || /^[a-z][a-z0-9+.-]+:\/\//i.test(value)) return value;
  const path = pathModule(platform);
  const plain = pathOf(file);
  if (plain === undefined) return value;
  const beside = path.resolve(cwd, path.dirname(plain), value);
  return exists(beside) ? beside : value;
}
