/** PEP 610: where a distribution came from that no index gave. */
export interface DirectUrl {
  /** Parses as a URL, or is git's `user@host:path`; without control characters and spaces. */
  readonly url: string;
  readonly subdirectory?: string;
  readonly dir_info?: { readonly editable?: boolean };
  readonly archive_info?: { readonly hash?: string; readonly hashes?: Readonly<Record<string, string>> };
  readonly vcs_info?: {
    readonly vcs: string;
    readonly commit_id: string;
    readonly requested_revision?: string;
  };
}

/**
 * Reads the content of a direct_url.json, which a wheel, another tool or a hand may have written. What it says ends in lines that are read again
 * (`freeze`), so every part of it is one word.
 * @throws {Error} with what is wrong.
 */
export function parseDirectUrl(text: string): DirectUrl {
  const value = fieldsOf(parseJson(text), "it");
  const url = textOf(value, "url")?.replaceAll(" ", "%20");
  if (url === undefined || !isUrl(url)) throw new Error("names no url");
  const subdirectory = textOf(value, "subdirectory");
  const [dir, archive, vcs] = ["dir_info", "archive_info", "vcs_info"].map((name) =>
    value[name] === undefined || value[name] === null ? undefined : fieldsOf(value[name], name),
  );
  return {
    url,
    ...(subdirectory === undefined ? {} : { subdirectory }),
    ...(dir === undefined ? {} : { dir_info: dir["editable"] === true ? { editable: true } : {} }),
    ...(archive === undefined ? {} : { archive_info: archiveInfo(archive) }),
    ...(vcs === undefined ? {} : { vcs_info: vcsInfo(vcs) }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("is not JSON", { cause });
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${what} is no object`);
  return value as Fields;
}

/** Whatever ends a line or cannot be seen, for any reader. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || UNSEEN.test(value)) throw new Error(`its ${name} is no line of text`);
  return value;
}

function wordOf(fields: Fields, name: string, form: RegExp): string | undefined {
  const value = textOf(fields, name);
  if (value !== undefined && !form.test(value)) throw new Error(`its ${name} is not of that form`);
  return value;
}

/** Poetry records git's own short form. */
const SCP = /^[\w.-]+@[\w.-]+:\S+$/;

function isUrl(text: string): boolean {
  return !/\s/.test(text) && (URL.canParse(text) || SCP.test(text));
}

const HASH = /^[\w-]+=[\da-f]+$/i;

function archiveInfo(archive: Fields): NonNullable<DirectUrl["archive_info"]> {
  const hash = wordOf(archive, "hash", HASH);
  const { hashes } = archive;
  const named = hashes === undefined || hashes === null ? undefined : Object.entries(fieldsOf(hashes, "hashes"));
  if (named?.some(([algorithm, digest]) => !HASH.test(`${algorithm}=${String(digest)}`)) === true)
    throw new Error("its hashes are not of that form");
  return {
    ...(hash === undefined ? {} : { hash }),
    ...(named === undefined ? {} : { hashes: Object.fromEntries(named) as Record<string, string> }),
  };
}

function vcsInfo(fields: Fields): NonNullable<DirectUrl["vcs_info"]> {
  const vcs = wordOf(fields, "vcs", /^[a-z]+$/i);
  const commit = wordOf(fields, "commit_id", /^[^\s#]+$/);
  const revision = textOf(fields, "requested_revision");
  if (vcs === undefined || commit === undefined) throw new Error("its vcs_info names no commit");
  return { vcs, commit_id: commit, ...(revision === undefined ? {} : { requested_revision: revision }) };
}
