import { sha256Hex } from "@murre/files";
import { redactUrl } from "@murre/pep508";
import { posix, win32 } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidIndexLocation } from "../errors.ts";
import { parseUrl as readUrl, urlProblem } from "./file-url.ts";
import { filenameOfUrl, kindOfFilename } from "./page-link.ts";
import type { IndexLocation } from "./types.ts";

export interface LocationContext {
  readonly cwd: string;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
}

const scheme = /^[a-z][a-z0-9+.-]+:/i;

/**
 * Makes a location from what a user wrote: a URL, or a path, where `~` is the home folder and a relative path starts at
 * `cwd`. A simple index's URL gets a slash at its end.
 * @throws {InvalidIndexLocation} for schemes other than http, https and file, and for what is no URL.
 */
export function parseIndexLocation(
  kind: IndexLocation["kind"],
  text: string,
  context: LocationContext,
  origin?: string,
): IndexLocation {
  const url = scheme.test(text) && !isDrivePath(text, context.platform) ? parseUrl(text) : urlOfPath(text, context);
  if (kind === "simple" && !url.pathname.endsWith("/")) url.pathname += "/";
  // Only a single distribution has hashes in its URL.
  if (kindOfFilename(filenameOfUrl(url.href) ?? "") === undefined) url.hash = "";
  return { kind, url: url.href, ...(origin === undefined ? {} : { origin }) };
}

function isDrivePath(text: string, platform: string): boolean {
  return platform === "win32" && /^[a-z]:[\\/]/i.test(text);
}

function parseUrl(text: string): URL {
  const problem = urlProblem(text);
  if (problem !== undefined) throw new InvalidIndexLocation(text, `this ${problem}`);
  return new URL(text);
}

function urlOfPath(text: string, { cwd, home, platform }: LocationContext): URL {
  const windows = platform === "win32";
  const path = windows ? win32 : posix;
  const expanded = /^~(?=$|[/\\])/.test(text) ? path.join(home, text.slice(1)) : text;
  return pathToFileURL(path.resolve(cwd, expanded), { windows });
}

/** The URL without user name and password, which is how it is shown, compared and stored. */
export function withoutCredentials(url: string): string {
  if (!url.includes("@")) return url;
  const parsed = readUrl(url);
  if (parsed === undefined) return redactUrl(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}

/**
 * A short name for an index in the cache: 16 hexadecimal digits of the sha256 of its URL without credentials. Two users
 * of one index share its pages, and no password is written or can be guessed from the name.
 */
export function indexKey(url: string): string {
  const known = indexKeys.get(url);
  if (known !== undefined) return known;
  const key = sha256Hex(withoutCredentials(url)).slice(0, 16);
  if (indexKeys.size >= mostIndexKeys) indexKeys.clear();
  indexKeys.set(url, key);
  return key;
}

/** All pages and files come from a few indexes. */
const indexKeys = new Map<string, string>();
const mostIndexKeys = 100;
