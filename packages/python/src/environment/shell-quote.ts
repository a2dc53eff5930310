/** One word for a POSIX shell: nothing is special between single quotes but the quote itself. */
export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** fish: between single quotes a backslash escapes a quote and itself. */
export function quoteFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

/** csh: history is expanded between single quotes too, and a line break ends the word unless escaped. */
export function quoteCsh(text: string): string {
  return `'${text
    .replaceAll("'", String.raw`'\''`)
    .replaceAll("!", String.raw`\!`)
    .replaceAll("\n", "\\\n")}'`;
}

/** PowerShell: a quote between single quotes is doubled; typographic quotes count as quotes. */
export function quotePowerShell(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;
}

/** The inside of `set "NAME=…"` in a batch file. A Windows path holds neither quotes nor line breaks; a prompt may not either. */
export function escapeBatch(text: string): string {
  return text.replaceAll(/["\r\n]/g, "").replaceAll("%", "%%");
}

/** Nushell's double-quoted strings have JSON's escapes. */
export function quoteNu(text: string): string {
  return JSON.stringify(text);
}

/** JSON's escapes are Python's, but for the escaped halves of a surrogate pair, which `JSON.stringify` writes unescaped. */
export function quotePython(text: string): string {
  return JSON.stringify(text);
}
