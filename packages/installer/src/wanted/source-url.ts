import { isSourceArchive } from "@murre/platform-tags";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What a URL that the user or a distribution's metadata names leads to. */
export type UrlKind = "wheel" | "archive" | "directory" | "version-control" | "unknown";

/** Tells by the URL's form, and for `file:` by what lies there. */
export function urlKind(url: string): UrlKind {
  if (/^(?:git|hg|svn|bzr)[+:]/i.test(url)) return "version-control";
  const path = withoutFragment(url).replace(/\?.*$/s, "");
  if (/\.whl$/i.test(path)) return "wheel";
  if (/^file:/i.test(url) && isDirectory(url)) return "directory";
  return isSourceArchive(path) ? "archive" : "unknown";
}

function isDirectory(url: string): boolean {
  try {
    return statSync(fileURLToPath(withoutFragment(url))).isDirectory();
  } catch {
    return false;
  }
}

export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, "");
}

/** A project of this machine that lies inside of another folder, as a folder of its own: `file:///a#subdirectory=b` is `file:///a/b`. */
export function ownFolder(url: string): string {
  const subdirectory = subdirectoryOf(url);
  return subdirectory === undefined ? url : pathToFileURL(join(fileURLToPath(withoutFragment(url)), subdirectory)).href;
}

/** The URL of an archive, a folder or a repository, with where in it the project lies. */
export function withSubdirectory(url: string, subdirectory: string | undefined): string {
  return subdirectory === undefined ? url : `${url}#subdirectory=${encodeURIComponent(subdirectory)}`;
}

/** `#subdirectory=PATH`: where in an archive or folder the project lies. */
export function subdirectoryOf(url: string): string | undefined {
  const parts = url.includes("#") ? url.slice(url.indexOf("#") + 1).split("&") : [];
  const found = parts.findLast((part) => part.startsWith("subdirectory="))?.slice("subdirectory=".length);
  if (found === undefined || found === "") return undefined;
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}
