import { parseUrl, urlProblem } from "../location/file-url.ts";

/** An address that is already in the form that a URL parser would give it: most links of a large index are. */
const plainAddress = /^(https?:\/\/[a-z0-9.-]+(?::[0-9]+)?\/)[\w.+%/-]*(?:#[\w=&]*)?$/;

/** Not all that looks like a host is one (`999.0.0.1`, `a..b`, `a:80`); the links of a page have one or two. */
let lastHost = { origin: "", isPlain: false };

function isPlainAddress(href: string): boolean {
  const origin = plainAddress.exec(href)?.[1];
  if (origin === undefined || href.includes("/.") || (href.includes("%") && /\/%2e/i.test(href))) return false;
  if (lastHost.origin !== origin) lastHost = { origin, isPlain: parseUrl(origin)?.href === origin };
  return lastHost.isPlain;
}

/** A path's last component that stays as it is, with or without a fragment: of its characters one is more than a dot; `%2e` might mean a dot. */
const plainName = /^(?!.*%2e)[.%]*[\w+~-][\w.+~%-]*(?:#[\w=&]*)?$/i;

/** The links of a page mostly differ in their last component only: the rest is resolved once. A few pages are read by turns. */
const folders = new Map<string, string>();
const mostFolders = 64;

function resolvedFolder(folder: string, base: string): string {
  const key = `${base} ${folder}`;
  const known = folders.get(key);
  if (known !== undefined) return known;
  const resolved = folderAbove(folder, base) ?? resolveSlowly(folder === "" ? "./" : folder, base) ?? "";
  if (folders.size >= mostFolders) folders.clear();
  folders.set(key, resolved);
  return resolved;
}

const plainFolder = /^((?:\.\.\/)+)((?:[\w+~-][\w.+~-]*\/)*)$/;

/** `../../files/` of a plain address, by its text; undefined where that would lead above its root, or is not so plain. */
function folderAbove(folder: string, base: string): string | undefined {
  const match = isPlainAddress(base) && !/[%#]|[^:]\/\//.test(base) ? plainFolder.exec(folder) : null;
  if (match === null) return undefined;
  const [, up = "", down = ""] = match;
  const root = base.indexOf("/", base.indexOf("//") + 2);
  let end = base.lastIndexOf("/");
  for (let left = up.length / 3; left > 0; left--) end = base.lastIndexOf("/", end - 1);
  return end < root ? undefined : `${base.slice(0, end + 1)}${down}`;
}

function resolveInFolder(href: string, base: string): string | undefined {
  const end = href.lastIndexOf("/", href.includes("#") ? href.indexOf("#") : href.length) + 1;
  const folder = href.slice(0, end);
  const name = href.slice(end);
  // Behind two slashes stands no component but a host.
  if (!plainName.test(name) || /[?#]|[\\/]{2}$/.test(folder)) return undefined;
  const resolved = resolvedFolder(folder, base);
  // What an escape means in a path is asked of the system.
  if (!resolved.endsWith("/") || (name.includes("%") && resolved.startsWith("file:"))) return undefined;
  return resolved + name;
}

/**
 * Resolves a link; `undefined` when it is no address, or one that murre does not download from. A page that came over HTTP leads to no file
 * of this machine, and a page on disk to no other machine's files but those of its own.
 */
export function resolveUrl(href: string, base: string): string | undefined {
  if (isPlainAddress(href)) return href;
  return resolveInFolder(href, base) ?? resolveSlowly(href, base);
}

/**
 * The address of a file's provenance (PEP 740); undefined for what is none. The standard wants a whole one: such a one is looked at when
 * somebody follows it, which few do, and by then it is resolved as any other.
 */
export function provenanceOf(value: unknown, pageUrl: string): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.startsWith("https://") && !value.includes("@") ? value : resolveUrl(value, pageUrl);
}

const isFileUrl = /^file:/i;

function resolveSlowly(href: string, base: string): string | undefined {
  let url: URL;
  try {
    url = new URL(href, base);
  } catch {
    return undefined;
  }
  // Whether it is a path at all; whose file it is comes next.
  if (urlProblem(url.protocol === "file:" ? `file://${url.pathname}` : url.href) !== undefined) return undefined;
  if (url.protocol === "file:" && !(isFileUrl.test(base) && new URL(base).host === url.host)) return undefined;
  if (url.username !== "" || url.password !== "") {
    url.username = "";
    url.password = "";
  }
  return url.href;
}
