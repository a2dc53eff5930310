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
  const text = inside.replaceAll(/\r\n?/g, "\n");
  const plain = text.replaceAll(/\\[^]/g, "");
  // A backslash that is left over would escape the closing quote.
  if (text.includes("\0") || plain.includes("\n") || plain.includes("\\")) return undefined;
  let isValid = true;
  const value = text.replaceAll(escapes, (whole, octal?: string, x?: string, u?: string, long?: string, other = "") => {
    const digits = x ?? u ?? long;
    if (octal === undefined && digits === undefined) {
      if (other === "x" || other === "u" || other === "U" || other === "N") isValid = false;
      return SIMPLE[other] ?? whole;
    }
    const code = digits === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(digits, 16);
    isValid &&= code <= 0x10ffff;
    return isValid ? String.fromCodePoint(code) : "";
  });
  return isValid ? value : undefined;
}
