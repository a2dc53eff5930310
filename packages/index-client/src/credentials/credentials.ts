import { NotAFile, readSmallText } from "@murre/files";
import { posix, win32 } from "node:path";
import { withoutCredentials } from "../location/index-location.ts";
import type { Keyring, KeyringProvider } from "./keyring.ts";
import { credentialsInNetrc, type Credentials } from "./netrc.ts";

export interface CredentialsContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
  /** "auto" unless told otherwise. */
  readonly keyringProvider?: KeyringProvider | undefined;
}

/** Finds the credentials for a URL. They are never asked for an origin that they were not given for. */
export interface CredentialsSource {
  /** What the first request is sent with. */
  known(url: URL): Promise<Credentials | undefined>;
  /** What is tried after the server has answered 401 to all of these. */
  afterRefusal(url: URL, refused: readonly Credentials[]): Promise<Credentials | undefined>;
  /** The server took them: they are sent with the first request from now on. */
  accepted(url: URL, credentials: Credentials): void;
}

/**
 * Credentials in the order: the URL's own, those of the configured location on the same origin with the longest common
 * path, those that a keyring gave for it before, those of the host in netrc (`NETRC`, `~/.netrc`, on Windows `~/_netrc` as well). Where only the
 * user is known, the first of these that has this user's password. A keyring is asked for what a server refuses; where it was chosen by
 * name, also for the password of a known user.
 * @param locations may grow
 */
export function createCredentials(
  locations: ReadonlySet<string>,
  context: CredentialsContext,
  openKeyring: () => Promise<Keyring | undefined>,
): CredentialsSource {
  return new Sources(locations, context, openKeyring);
}

class Sources implements CredentialsSource {
  readonly #locations: ReadonlySet<string>;
  readonly #context: CredentialsContext;
  readonly #openKeyring: () => Promise<Keyring | undefined>;
  #parsed: readonly URL[] = [];
  readonly #learned = new Map<string, Credentials>();
  #netrc: string | undefined;

  constructor(
    locations: ReadonlySet<string>,
    context: CredentialsContext,
    openKeyring: () => Promise<Keyring | undefined>,
  ) {
    this.#locations = locations;
    this.#context = context;
    this.#openKeyring = openKeyring;
  }

  async known(url: URL): Promise<Credentials | undefined> {
    const stated = this.#stated(url);
    const username = userOf(stated);
    const found = this.#written(url, stated);
    if (found !== undefined) return found;
    if (username !== undefined && isNamed(this.#context.keyringProvider)) {
      const kept = await this.#kept(url, username);
      if (kept !== undefined) return kept;
    }
    return stated;
  }

  async afterRefusal(url: URL, refused: readonly Credentials[]): Promise<Credentials | undefined> {
    const isNew = (one: Credentials | undefined) => one !== undefined && !refused.some((other) => isSame(one, other));
    const stated = this.#stated(url);
    // It may have been written meanwhile.
    this.#netrc = undefined;
    for (const found of [this.#learnedFor(url), this.#written(url, stated), this.#ofNetrc(url, userOf(stated))])
      if (isNew(found)) return found;
    if (stated !== undefined && stated.password !== "") return undefined;
    const kept = await this.#kept(url, userOf(stated));
    return isNew(kept) ? kept : undefined;
  }

  accepted(url: URL, credentials: Credentials): void {
    this.#learned.set(this.#scope(url), credentials).set(url.origin, credentials);
  }

  /** Of its index, else of its server: files lie beside the index as a rule. */
  #learnedFor(url: URL): Credentials | undefined {
    return this.#learned.get(this.#scope(url)) ?? this.#learned.get(url.origin);
  }

  /** What stands in the URL, or in that of its location; maybe a user without password. */
  #stated(url: URL): Credentials | undefined {
    return credentialsOf(url) ?? credentialsOf(this.#location(url, hasCredentials) ?? url);
  }

  /** What is known without asking a program. */
  #written(url: URL, stated: Credentials | undefined): Credentials | undefined {
    if (stated !== undefined && stated.password !== "") return stated;
    const username = userOf(stated);
    const learned = this.#learnedFor(url);
    if (learned !== undefined && (username === undefined || learned.username === username)) return learned;
    return this.#ofNetrc(url, username);
  }

  #ofNetrc(url: URL, username: string | undefined): Credentials | undefined {
    this.#netrc ??= readNetrc(this.#context);
    return credentialsInNetrc(this.#netrc, url.hostname, username);
  }

  async #kept(url: URL, username: string | undefined): Promise<Credentials | undefined> {
    const keyring = await this.#openKeyring();
    for (const service of servicesOf(this.#location(url), url)) {
      const found = await keyring?.find(service, username);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #scope(url: URL): string {
    return withoutCredentials(this.#location(url)?.href ?? url.origin);
  }

  /** The location on the URL's origin with the longest common path, else any on it. */
  #location(url: URL, isWanted: (location: URL) => boolean = () => true): URL | undefined {
    if (this.#parsed.length !== this.#locations.size)
      this.#parsed = [...this.#locations]
        .map((location) => new URL(location))
        .toSorted((a, b) => b.pathname.length - a.pathname.length);
    const sameOrigin = this.#parsed.filter((location) => location.origin === url.origin && isWanted(location));
    return sameOrigin.find((location) => url.pathname.startsWith(location.pathname)) ?? sameOrigin[0];
  }
}

const hasCredentials = ({ username, password }: URL): boolean => username !== "" || password !== "";

const isNamed = (provider: KeyringProvider | undefined): boolean => provider === "subprocess" || provider === "import";

const isSame = (a: Credentials, b: Credentials): boolean => a.username === b.username && a.password === b.password;

/** The names by which a keyring may have them: the index as pip asks for it, as uv does, and the server. */
function servicesOf(index: URL | undefined, url: URL): readonly string[] {
  const named = index === undefined ? [] : [withoutCredentials(index.href)];
  return [...new Set([...named, ...named.map((href) => href.replace(/\/$/, "")), url.host])];
}

/** A user, of whom the password is still to be found or not. */
function userOf(stated: Credentials | undefined): string | undefined {
  return stated === undefined || stated.username === "" ? undefined : stated.username;
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
