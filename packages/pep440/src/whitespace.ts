/** What Python's `\s` and `str.strip` take for white space (JavaScript's `\s` has U+FEFF instead of U+001C–U+001F and U+0085). */
export const WHITESPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const around = new RegExp(`^[${WHITESPACE}]+|[${WHITESPACE}]+$`, "g");

export function stripWhitespace(text: string): string {
  return text.replace(around, "");
}
