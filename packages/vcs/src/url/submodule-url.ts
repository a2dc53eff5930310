import { isLocalUrl } from "@murre/pep508";
import { UnsafeRepository } from "../errors.ts";
import { parseVcsUrl, type GitCredentials, type VcsUrl } from "./vcs-url.ts";

/**
 * Where a submodule is. A relative URL is meant relative to the repository that has it, with its credentials; a repository that came over the
 * network names nothing of this machine.
 * @throws {UnsafeRepository}
 */
export function submoduleUrl(written: string, parent: VcsUrl, path: string): VcsUrl {
  const refuse = (why: string) => new UnsafeRepository(parent.shown, `its submodule ${JSON.stringify(path)} ${why}`);
  const isRelative = /^\.\.?\//.test(written);
  const url = isRelative ? relativeTo(parent.repository, written) : absolute(written);
  if (url === undefined) throw refuse(`has a URL that git is not let to use: ${JSON.stringify(withoutUser(written))}`);
  if (isLocalUrl(url) && !isLocalUrl(parent.repository))
    throw refuse("names what lies on this machine, and the repository came over the network");
  let found: VcsUrl;
  try {
    found = parseVcsUrl(
      `git+${url.replaceAll("@", (at, offset: number) => (offset > authorityEnd(url) ? "%40" : at))}`,
    );
  } catch (error) {
    throw refuse(`has a URL that git is not let to use (${(error as Error).message})`);
  }
  return isRelative && parent.credentials !== undefined ? withCredentials(found, parent.credentials) : found;
}

function withCredentials(url: VcsUrl, credentials: GitCredentials): VcsUrl {
  return { ...url, credentials };
}

/** Where the path of a URL begins. */
function authorityEnd(url: string): number {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path < 0 ? url.length : path;
}

/** `host:path` and `/path` are what git takes besides URLs. */
function absolute(written: string): string | undefined {
  if (/^[a-z]+:\/\//i.test(written)) return written;
  if (written.startsWith("/")) return `file://${encodeURI(written)}`;
  const scp = /^((?:[^/@:\s]+@)?[^/@:\s-][^/@:\s]*):(?!:)([^:].*)$/.exec(written);
  return scp === null ? undefined : `ssh://${scp[1] ?? ""}/${(scp[2] ?? "").replace(/^\//, "")}`;
}

/** Each `../` takes a part of the path away, as git does; it does not take the host. */
function relativeTo(parent: string, written: string): string | undefined {
  const start = authorityEnd(parent);
  const parts = parent
    .slice(start)
    .split("/")
    .filter((part) => part !== "");
  let rest = written;
  while (rest.startsWith("./") || rest.startsWith("../")) {
    if (rest.startsWith("../") && parts.pop() === undefined) return undefined;
    rest = rest.slice(rest.indexOf("/") + 1);
  }
  return rest.split("/").includes("..") ? undefined : `${parent.slice(0, start)}/${[...parts, rest].join("/")}`;
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//****@");
}
