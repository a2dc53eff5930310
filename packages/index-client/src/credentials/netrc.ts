/** A user name and a password, decoded. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Finds the credentials of a host in a netrc file: `machine HOST login USER password SECRET`, or `default`. Tokens are
 * separated by white space and may be quoted; `#` begins a comment, `macdef` runs to the next empty line.
 * @param username where it is known already: an entry of another user is none
 */
export function credentialsInNetrc(text: string, host: string, username?: string): Credentials | undefined {
  let fallback: Credentials | undefined;
  for (const entry of readEntries(text)) {
    if (entry.login === undefined && entry.password === undefined) continue;
    const login = entry.login ?? username ?? "";
    if (username !== undefined && login !== username) continue;
    const credentials = { username: login, password: entry.password ?? "" };
    if (entry.machine === host) return credentials;
    if (entry.machine === undefined) fallback ??= credentials;
  }
  return fallback;
}

interface Entry {
  /** Undefined for `default`. */
  machine: string | undefined;
  login?: string;
  password?: string;
}

function readEntries(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  const tokens = readTokens(text);
  for (let index = 0; index < tokens.length; index++) {
    const word = tokens[index];
    const entry = entries.at(-1);
    if (word === "default") entries.push({ machine: undefined });
    else if (word === "machine") entries.push({ machine: tokens[++index] });
    else if (word === "login" || word === "user") setField(entry, "login", tokens[++index]);
    else if (word === "password") setField(entry, "password", tokens[++index]);
    else if (word === "account") index++;
  }
  return entries;
}

function setField(entry: Entry | undefined, field: "login" | "password", value: string | undefined): void {
  if (entry !== undefined && value !== undefined) entry[field] = value;
}

function readTokens(text: string): readonly string[] {
  const tokens: string[] = [];
  let isInMacro = false;
  for (const line of text.split(/\r?\n/)) {
    if (isInMacro) isInMacro = line.trim() !== "";
    else isInMacro = /^\s*macdef(?:\s|$)/.test(line);
    if (isInMacro || line.trimStart().startsWith("#")) continue;
    for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
      if (plain?.startsWith("#") === true && tokens.at(-1) !== "password") break;
      tokens.push(quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/g, "$1"));
    }
  }
  return tokens;
}
