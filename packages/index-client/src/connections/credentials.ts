import { NotAFile, readSmallText } from "@murre/files";
import { posix, win32 } from "node:path";
import { credentialsInNetrc, type Credentials } from "./netrc.ts";

export interface CredentialsContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
}

/** Finds the credentials for a URL. They are never asked for an origin that they were not given for. */
export type CredentialsSource = (url: URL) => Credentials | undefined;

/**
 * Credentials in the order: the URL's own, those of the configured location on the same origin with the longest common
 * path, those of the host in netrc (`NETRC`, `~/.netrc`, on Windows `~/_netrc` as well), which is read at most once.
 * @param locations may grow
 */
export function createCredentials(locations: ReadonlySet<string>, context: CredentialsContext): CredentialsSource {
  let configured: readonly URL[] = [];
  let known = -1;
  let netrc: string | undefined;
  return (url) => {
    const own = credentialsOf(url);
    if (own !== undefined) return own;
    if (known !== locations.size) configured = withCredentials(locations);
    known = locations.size;
    const sameOrigin = configured.filter((location) => location.origin === url.origin);
    const nearest = sameOrigin.find((location) => url.pathname.startsWith(location.pathname)) ?? sameOrigin[0];
    if (nearest !== undefined) return credentialsOf(nearest);
    netrc ??= readNetrc(context);
    return credentialsInNetrc(netrc, url.hostname);
  };
}

function withCredentials(locations: ReadonlySet<string>): readonly URL[] {
  return [...locations]
    .filter((location) => location.includes("@"))
    .map((location) => new URL(location))
    .filter((url) => url.username !== "" || url.password !== "")
    .toSorted((a, b) => b.pathname.length - a.pathname.length);
}

/** Those that stand in a URL, decoded. */
export function credentialsOf(url: URL): Credentials | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return { username: decode(url.username), password: decode(url.password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readNetrc({ env, home, platform }: CredentialsContext): string {
  const path = platform === "win32" ? win32 : posix;
  const named = env["NETRC"];
  const candidates =
    named !== undefined && named !== ""
      ? [named]
      : [path.join(home, ".netrc"), ...(platform === "win32" ? [path.join(home, "_netrc")] : [])];
  for (const candidate of candidates)
    try {
      return readSmallText(candidate);
    } catch (error) {
      // No netrc, or none that this user may read: then it gives no credentials, as for curl and pip. They would wait for a pipe.
      if (error instanceof NotAFile && error.kind !== "folder") throw error;
    }
  return "";
}

/** RFC 7617, in UTF-8. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
