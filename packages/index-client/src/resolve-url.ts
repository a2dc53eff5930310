/** An address that is already in the form that a URL parser would give it: most links of a large index are. */
const plainAddress = /^https:\/\/[a-z0-9.-]+\/[\w.+%/-]*(?:#[\w=&]*)?$/;

/** Resolves a link; `undefined` when it is no address, or one that murre does not download from. */
export function resolveUrl(href: string, base: string): string | undefined {
  if (plainAddress.test(href) && !href.includes("/.")) return href;
  let url: URL;
  try {
    url = new URL(href, base);
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:" && url.protocol !== "file:") return undefined;
  if (url.username !== "" || url.password !== "") {
    url.username = "";
    url.password = "";
  }
  return url.href;
}
