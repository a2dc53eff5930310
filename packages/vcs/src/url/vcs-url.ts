import { canonicalUrl, isLocalUrl, redactUrl } from "@murre/pep508";
import { InvalidVcsUrl, UnsupportedVcs } from "../errors.ts";

/** What a `git+…` URL says. */
export interface VcsUrl {
  /** For git, without user and password where they go by other ways: `https://host/path.git`. */
  readonly repository: string;
  /** How the repository is called in messages: without credentials. */
  readonly shown: string;
  /** As `direct_url.json` has it (PEP 610): of who asks only `git@` for ssh and names of variables (`${TOKEN}@`). */
  readonly recorded: string;
  /** One text for all spellings of the repository, without credentials. */
  readonly key: string;
  readonly credentials?: GitCredentials;
  /** Branch, tag, commit or `refs/…`, as it was written. Undefined: what the repository has as its HEAD. */
  readonly revision?: string;
}

/** For HTTP. They are never on a command line, nor in any file. */
export interface GitCredentials {
  readonly username: string;
  /** Empty where the URL has none. */
  readonly password: string;
}

const called: Readonly<Record<string, string>> = { hg: "Mercurial", svn: "Subversion", bzr: "Bazaar" };

/** Whether a text is the URL of a repository of any kind, or is meant as one. */
export function isVcsUrl(url: string): boolean {
  return /^(?:git|hg|svn|bzr)[+:]/i.test(url);
}

/**
 * Reads `git+https://host/path@REVISION#…`, as pip writes it. What the fragment says is the caller's.
 * @param origin where it stands, for messages: `requirements.txt:3`
 * @throws {InvalidVcsUrl} {UnsupportedVcs}
 */
export function parseVcsUrl(url: string, origin?: string): VcsUrl {
  const shown = redactUrl(url);
  const refuse = (problem: string) => new InvalidVcsUrl(shown, problem, origin);
  const plain = url.replace(/#.*$/s, "");
  const vcs = /^[a-z]+/i.exec(url)?.[0].toLowerCase() ?? "";
  const other = called[vcs];
  if (other !== undefined) throw new UnsupportedVcs(shown, vcs, other, origin);
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(plain)) throw refuse("holds a blank or a control character; write it as %20");
  const named = /^git\+([a-z]+):\/\/(.*)$/is.exec(plain);
  if (named === null) throw refuse(hintFor(plain));
  const [, scheme = "", rest = ""] = named;
  const protocol = scheme.toLowerCase();
  if (!protocols.has(protocol))
    throw refuse(`git+${protocol} is not known; it can be git+https, git+ssh, git+http, git+git or git+file`);
  const { place, revision } = splitRevision(rest);
  if (revision === "") throw refuse("names an empty revision behind its last @; name one, or leave the @ out");
  const problem = revision === undefined ? undefined : revisionProblem(revision);
  if (problem !== undefined) throw refuse(`its revision ${JSON.stringify(revision)} ${problem}`);
  const { address, credentials } = splitCredentials(protocol, place, refuse);
  return {
    repository: address,
    shown: redactUrl(address),
    recorded: recordedUrl(`${protocol}://${place}`, address),
    key: keyOf(address),
    ...(credentials === undefined ? {} : { credentials }),
    ...(revision === undefined ? {} : { revision }),
  };
}

const protocols = new Set(["https", "http", "ssh", "git", "file"]);

function hintFor(url: string): string {
  const scp = /^(?:git\+)?(?:ssh:)?([^/@:]+@[^/:]+):(.*)$/is.exec(url);
  if (scp !== null) return `is no URL; write it as git+ssh://${scp[1] ?? ""}/${(scp[2] ?? "").replace(/^\/+/, "")}`;
  if (/^git:\/\//i.test(url)) return "write it as git+git://…";
  return "is no URL of a repository; write it as git+https://HOST/PATH@REVISION";
}

/** The revision stands behind the last `@` of the path; what is before the path may have one of its own. */
function splitRevision(rest: string): { readonly place: string; readonly revision: string | undefined } {
  const path = rest.indexOf("/");
  const query = rest.indexOf("?", path);
  const end = query < 0 ? rest.length : query;
  const at = rest.slice(0, end).lastIndexOf("@");
  if (path < 0 || at < path) return { place: rest, revision: undefined };
  return { place: rest.slice(0, at) + rest.slice(end), revision: decoded(rest.slice(at + 1, end)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What git-check-ref-format refuses, and what a pattern or an option could be taken for. */
export function revisionProblem(revision: string): string | undefined {
  if (revision.startsWith("-")) return "begins with a -, so that it could be an option";
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(revision))
    return "is no name of a branch, tag or commit";
  return undefined;
}

function splitCredentials(
  protocol: string,
  place: string,
  refuse: (problem: string) => InvalidVcsUrl,
): { readonly address: string; readonly credentials?: GitCredentials } {
  const slash = place.indexOf("/");
  const authority = slash < 0 ? place : place.slice(0, slash);
  const path = slash < 0 ? "" : place.slice(slash);
  if (!/[^/]/.test(path)) throw refuse("names no repository on its host");
  if (protocol === "file") {
    if (authority !== "" && authority.toLowerCase() !== "localhost")
      throw refuse("names a file of another machine; write it as git+file:///PATH");
    return { address: `file://${path}` };
  }
  const at = authority.lastIndexOf("@");
  const [user, host] = [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)];
  const scp = /^([^:[\]]+):(?!\d*$)(.*)$/.exec(host);
  if (scp !== null && protocol === "ssh")
    throw refuse(
      `has a : where a / belongs; write it as git+ssh://${user === "" ? "" : `${redactUser(user)}@`}${scp[1] ?? ""}/${scp[2] ?? ""}${path}`,
    );
  const isPossible = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?)(?::\d{0,5})?$/i.test(host);
  if (!isPossible || !URL.canParse(`http://${host}/`)) throw refuse("names no host that can be");
  const colon = user.indexOf(":");
  const username = decoded(colon < 0 ? user : user.slice(0, colon));
  const password = colon < 0 ? "" : decoded(user.slice(colon + 1));
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (username.startsWith("-") || /[\u0000-\u001f\u007f]/.test(username + password))
    throw refuse("names no user that can be");
  // ssh takes no password from a URL, and its user is part of the address.
  if (protocol === "ssh")
    return { address: `ssh://${user === "" ? "" : `${encodeURIComponent(username)}@`}${host}${path}` };
  const address = `${protocol}://${host}${path}`;
  return user === "" || protocol === "git" ? { address } : { address, credentials: { username, password } };
}

/** Servers have one repository under both names; on a disk `a` and `a.git` can be two. */
function keyOf(address: string): string {
  const url = canonicalUrl(address);
  return isLocalUrl(address) ? url : url.replace(/\.git$/, "");
}

const VARIABLES = /^[a-z]+:\/\/\$\{[\w-]+\}(?::\$\{[\w-]+\})?@/;

function recordedUrl(written: string, address: string): string {
  if (VARIABLES.test(written) || address.startsWith("ssh://git@"))
    return written.startsWith("ssh:") ? address : written;
  return address.replace(/^ssh:\/\/[^/]*@/, "ssh://");
}

function redactUser(user: string): string {
  return user.includes(":") ? "USER" : user;
}
