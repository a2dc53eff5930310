/** What Python's `\s` and `str.strip` take for white space (JavaScript's `\s` has U+FEFF instead of U+001C–U+001F and U+0085). */
export const WHITESPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const space = new RegExp(`[${WHITESPACE}]`);

/** As Python's `str.strip()`. By index: an expression would look at each space of a run anew. */
export function stripWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && space.test(text.charAt(start))) start += 1;
  while (end > start && space.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
