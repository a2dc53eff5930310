const MASK = "****";

/** Scheme and authority of the URLs in a text; a password with an unescaped `/`, `?` or `#` is still found by the `:` before it that no port follows. */
const userInformation =
  /((?:[a-z][a-z0-9+.-]*:|(?<![:/]))\/\/(?!\/))((?:[^\s/?#]*|[^\s/?#@:]*:(?![0-9]*(?:[/?#\s]|$))\S*))@/gi;

/**
 * The URL without what may be a secret: "https://user:secret@host/" becomes "https://user:****@host/" and
 * "https://token@host/" becomes "https://****@host/". Works on every URL of a longer text as well.
 */
export function redactUrl(url: string): string {
  return url.includes("@")
    ? url.replace(userInformation, (_, start: string, user: string) => `${start}${mask(start, user)}@`)
    : url;
}

/** As {@link redactUrl}, and where a position of the text has moved to. */
export function redactWithPositions(text: string): {
  readonly text: string;
  readonly move: (position: number) => number;
} {
  const edits: { readonly start: number; readonly end: number; readonly growth: number }[] = [];
  const redacted = text.replace(userInformation, (_, prefix: string, user: string, offset: number) => {
    const masked = mask(prefix, user);
    const start = offset + prefix.length;
    edits.push({ start, end: start + user.length, growth: masked.length - user.length });
    return `${prefix}${masked}@`;
  });
  const move = (position: number): number => {
    let moved = position;
    for (const { start, end, growth } of edits) {
      if (position >= end) moved += growth;
      else if (position > start) moved -= position - start;
    }
    return moved;
  };
  return { text: redacted, move };
}

/** A user name stays readable when a password follows it and it does not itself look like a token. */
function mask(prefix: string, user: string): string {
  const colon = user.indexOf(":");
  const name = colon < 0 ? user : user.slice(0, colon);
  const password = colon < 0 ? "" : user.slice(colon + 1);
  if (user === "") return "";
  if (password === "") return /ssh:\/\/$/i.test(prefix) && name === "git" ? name : MASK;
  return looksLikeToken(name) || password === "x-oauth-basic" ? `${MASK}:${MASK}` : `${name}:${MASK}`;
}

/** Known prefixes, and long words of letters and digits mixed. */
function looksLikeToken(name: string): boolean {
  if (/^(?:gh[a-z]_|github_pat_|gl[a-z]+-|pypi-|xox|eyJ)/.test(name)) return true;
  return name.length >= 20 && /^[\w-]+$/.test(name) && /[0-9]/.test(name) && /[a-z]/i.test(name);
}
