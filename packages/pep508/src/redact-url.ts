const MASK = "****";

/** The user information of one URL in a text, without the `@` behind it. */
interface UserInformation {
  readonly start: number;
  readonly end: number;
  /** Whether the URL's scheme ends in "ssh". */
  readonly isSsh: boolean;
}

const schemeCharacter = /[a-z0-9+.-]/i;

/**
 * What stands between `//` and `@`; a password with an unescaped `/`, `?` or `#` is still found by the `:` before it that no port follows.
 * In one walk over the text, whose pieces are looked at a few times each: messages quote what others wrote, of any length.
 */
function* userInformation(text: string): Generator<UserInformation> {
  let done = 0;
  let word = { end: -1, lastAt: -1 };
  for (let slashes = text.indexOf("//"); slashes >= 0; slashes = text.indexOf("//", Math.max(slashes + 1, done))) {
    const start = slashes + 2;
    if (text[start] === "/" || !canBeginUrl(text, slashes, done)) continue;
    const authorityEnd = searchFrom(/[\s/?#]/g, text, start);
    let end = start + text.slice(start, authorityEnd).lastIndexOf("@");
    if (end < start) {
      const colon = searchFrom(/[\s/?#:]/g, text, start);
      if (text[colon] !== ":" || isPort(text, colon + 1)) continue;
      if (word.end < start) {
        const wordEnd = searchFrom(/\s/g, text, start);
        word = { end: wordEnd, lastAt: start + text.slice(start, wordEnd).lastIndexOf("@") };
      }
      end = word.lastAt;
      if (end <= colon) continue;
    }
    yield { start, end, isSsh: /^ssh:$/i.test(text.slice(Math.max(done, slashes - 4), slashes)) };
    done = end + 1;
  }
}

/** Where the (global) expression matches first, or the text's end. */
function searchFrom(expression: RegExp, text: string, start: number): number {
  expression.lastIndex = start;
  return expression.exec(text)?.index ?? text.length;
}

/** Before the slashes stands a scheme with its colon, or neither a colon nor a slash. */
function canBeginUrl(text: string, slashes: number, from: number): boolean {
  const before = text[slashes - 1];
  if (before !== ":") return before !== "/";
  for (let at = slashes - 2; at >= from && schemeCharacter.test(text.charAt(at)); at--)
    if (/[a-z]/i.test(text.charAt(at))) return true;
  return false;
}

/** Digits, if any, up to the end of the authority. */
function isPort(text: string, start: number): boolean {
  const end = searchFrom(/[^0-9]/g, text, start);
  return end === text.length || /[/?#\s]/.test(text.charAt(end));
}

/**
 * The URL without what may be a secret: "https://user:secret@host/" becomes "https://user:****@host/" and
 * "https://token@host/" becomes "https://****@host/". Works on every URL of a longer text as well.
 */
export function redactUrl(url: string): string {
  return url.includes("@") ? redactWithPositions(url).text : url;
}

/** As {@link redactUrl}, and where a position of the text has moved to. */
export function redactWithPositions(text: string): {
  readonly text: string;
  readonly move: (position: number) => number;
} {
  const edits: { readonly start: number; readonly end: number; readonly growth: number }[] = [];
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, isSsh } of userInformation(text)) {
    const masked = mask(text.slice(start, end), isSsh);
    edits.push({ start, end, growth: masked.length - (end - start) });
    pieces.push(text.slice(done, start), masked);
    done = end;
  }
  const move = (position: number): number => {
    let moved = position;
    for (const { start, end, growth } of edits) {
      if (position >= end) moved += growth;
      else if (position > start) moved -= position - start;
    }
    return moved;
  };
  return { text: pieces.length === 0 ? text : pieces.join("") + text.slice(done), move };
}

/** A user name stays readable when a password follows it and it does not itself look like a token. */
function mask(user: string, isSsh: boolean): string {
  const colon = user.indexOf(":");
  const name = colon < 0 ? user : user.slice(0, colon);
  const password = colon < 0 ? "" : user.slice(colon + 1);
  if (user === "") return "";
  if (password === "") return isSsh && name === "git" ? name : MASK;
  return looksLikeToken(name) || password === "x-oauth-basic" ? `${MASK}:${MASK}` : `${name}:${MASK}`;
}

/** Known prefixes, and long words of letters and digits mixed. */
function looksLikeToken(name: string): boolean {
  if (/^(?:gh[a-z]_|github_pat_|gl[a-z]+-|pypi-|xox|eyJ)/.test(name)) return true;
  return name.length >= 20 && /^[\w-]+$/.test(name) && /[0-9]/.test(name) && /[a-z]/i.test(name);
}
