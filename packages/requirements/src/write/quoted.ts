/** A word for a shell, as Python's `shlex.quote` writes it. */
export const quoted = (word: string): string =>
  word !== "" && /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
