/** An address that is already in the form that a URL parser would give it: most links of a large index are. */
const plainAddress = /^https:\/\/[a-z0-9.-]+\/[\w.+%/-]*(?:#[\w=&]*)?$/;

/** A path's last component that stays as it is, with or without a fragment: of its characters one is more than a dot; `%2e` might mean a dot. */
const plainName = /^(?!.*%2e)[.%]*[\w+~-][\w.+~%-]*(?:#[\w=&]*)?$/i;

/** The links of a page mostly differ in their last component only: the rest is resolved once. */
let lastFolder = { base: "", folder: "", resolved: "" };

function resolveInFolder(href: string, base: string): string | undefined {
  const end = href.lastIndexOf("/", href.includes("#") ? href.indexOf("#") : href.length) + 1;
  const folder = href.slice(0, end);
  const name = href.slice(end);
  // Behind two slashes stands no component but a host.
  if (!plainName.test(name) || /[?#]|[\\/]{2}$/.test(folder)) return undefined;
  if (lastFolder.base !== base || lastFolder.folder !== folder)
    lastFolder = { base, folder, resolved: resolveSlowly(folder === "" ? "./" : folder, base) ?? "" };
  return lastFolder.resolved.endsWith("/") ? lastFolder.resolved + name : undefined;
}

/**
 * Resolves a link; `undefined` when it is no address, or one that murre does not download from. A page that came over HTTP leads to no file
 * of this machine, and a page on disk to no other machine's files but those of its own.
 */
export function resolveUrl(href: string, base: string): string | undefined {
  if (plainAddress.test(href) && !href.includes("/.")) return href;
  return resolveInFolder(href, base) ?? resolveSlowly(href, base);
}

const isFileUrl = /^file:/i;

function resolveSlowly(href: string, base: string): string | undefined {
  let url: URL;
  try {
    url = new URL(href, base);
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:" && url.protocol !== "file:") return undefined;
  if (url.protocol === "file:" && !(isFileUrl.test(base) && new URL(base).host === url.host)) return undefined;
  if (url.username !== "" || url.password !== "") {
    url.username = "";
    url.password = "";
  }
  return url.href;
}
