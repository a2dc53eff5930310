const SIMPLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const escapes = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g;

/**
 * The value of a short Python string literal in quotes, with its escapes (Python language reference, "String and Bytes literals").
 * `undefined` for what Python refuses (a line break, a NUL, an unfinished escape), and for `\N{NAME}`.
 */
export function readPythonString(literal: string): string | undefined {
  const inside = literal.slice(1, -1);
  if (!inside.includes("\\")) return /[\0\r\n]/.test(inside) ? undefined : inside;
  if (/\0/.test(inside) || /(?:\\\r\n?|\\[^]|[^\\])*$/.exec(inside)?.index !== 0) return undefined;
  let isValid = true;
  const text = inside.replaceAll(/\\\r\n?/g, "\\\n");
  if (/[\r\n]/.test(text.replaceAll(/\\[^]/g, ""))) return undefined;
  const value = text.replaceAll(escapes, (whole, octal?: string, x?: string, u?: string, long?: string, other?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const digits = x ?? u ?? long;
    if (digits !== undefined) {
      const code = Number.parseInt(digits, 16);
      isValid &&= code <= 0x10ffff;
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    }
    if (other === "x" || other === "u" || other === "U" || other === "N") isValid = false;
    return SIMPLE[other ?? ""] ?? whole;
  });
  return isValid ? value : undefined;
}
