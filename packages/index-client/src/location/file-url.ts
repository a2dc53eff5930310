import { fileURLToPath } from "node:url";

/** The path that a `file:` URL names; undefined where it names none: another machine's, an escaped slash or NUL, a torn escape. */
export function pathOfFileUrl(url: string | URL): string | undefined {
  try {
    const path = fileURLToPath(url);
    return path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no URL. Not by URL.canParse, which refuses more than URL in some versions of Node. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Why nothing can be had from what stands where a URL is expected, said behind it; undefined where it can be tried. */
export function urlProblem(text: string): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return "is no URL";
  if (url.protocol === "file:") return pathOfFileUrl(url) === undefined ? "names no file of this machine" : undefined;
  return url.protocol === "http:" || url.protocol === "https:"
    ? undefined
    : `has the scheme ${url.protocol}, which is not supported`;
}
