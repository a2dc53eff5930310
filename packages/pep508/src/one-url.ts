import { hashAlgorithm } from "./hash-algorithms.ts";

/**
 * The hashes in a URL's fragment, all of which the file has to have: `#sha256=…&subdirectory=…`. A digest that none can be is kept as it is,
 * so that no file has it.
 */
export function fragmentHashes(url: string): Readonly<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, digest] of fragmentOf(url))
    if (hashAlgorithm(name) !== undefined && digest !== "") hashes[name] ??= digest.toLowerCase();
  return hashes;
}

/** `name=value&name=value` behind the `#`. */
function fragmentOf(url: string): (readonly [name: string, value: string])[] {
  const start = url.indexOf("#");
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split("&")
    .map((pair) => [pair.split("=", 1)[0] ?? "", pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : ""]);
}

/**
 * One text for all spellings of one place (RFC 3986, 6.2.2 and 6.2.3; RFC 8089): without credentials, and of the fragment only the
 * subdirectory, because neither egg nor hashes say where something is. A text that is no URL is its own.
 */
export function canonicalUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return url;
  parsed.username = "";
  parsed.password = "";
  parsed.hash = "";
  const place = decode(parsed.href, parsed.protocol === "file:" ? /./ : unreserved).replace(/\/(?=\?|$)/, "");
  const subdirectory = fragmentOf(url).find(([name]) => name === "subdirectory")?.[1] ?? "";
  return subdirectory === "" ? place : `${place}#${decode(subdirectory, /./)}`;
}

const unreserved = /[A-Za-z0-9._~-]/;

/** Escapes of these characters as the characters, all others in capitals. */
function decode(text: string, characters: RegExp): string {
  return text.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const code = Number.parseInt(escape.slice(1), 16);
    const character = String.fromCharCode(code);
    return code < 0x80 && code > 0x20 && characters.test(character) ? character : escape.toUpperCase();
  });
}

/** Whether two URLs name one place, and no algorithm has two digests there. */
export function isSameUrl(one: string, other: string): boolean {
  if (one === other) return true;
  if (canonicalUrl(one) !== canonicalUrl(other)) return false;
  const hashes = fragmentHashes(one);
  return Object.entries(fragmentHashes(other)).every(([name, digest]) => (hashes[name] ?? digest) === digest);
}

/** The URL with the hashes of another spelling of it added to its own. */
export function withHashesOf(url: string, other: string): string {
  const known = fragmentHashes(url);
  const more = Object.entries(fragmentHashes(other)).filter(([name]) => known[name] === undefined);
  if (more.length === 0) return url;
  return `${url}${url.includes("#") ? "&" : "#"}${more.map(([name, digest]) => `${name}=${digest}`).join("&")}`;
}

/** Whether a URL leads to what lies on this machine, or on a share of it: `file:`, `git+file:`, a drive, a path. */
export function isLocalUrl(url: string): boolean {
  const scheme = /^\s*([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  return scheme.length < 2 || scheme === "file" || scheme.endsWith("+file");
}
