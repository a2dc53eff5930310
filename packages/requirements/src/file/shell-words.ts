/**
 * Splits as Python's `shlex.split` does in POSIX mode: white space separates, quotes group, a backslash takes the next
 * character as it is (inside double quotes only before `"` and `\`).
 * @returns undefined when a quotation is not closed, or the text ends with a backslash.
 */
export function splitShellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(text, index + 1, character);
      if (quoted === undefined) return undefined;
      word = (word ?? "") + quoted.text;
      index = quoted.end;
    } else if (character === "\\") {
      if (++index >= text.length) return undefined;
      word = (word ?? "") + text.charAt(index);
    } else word = (word ?? "") + character;
  }
  return word === undefined ? words : [...words, word];
}

function readQuoted(text: string, start: number, quote: string): { text: string; end: number } | undefined {
  let read = "";
  for (let index = start; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === quote) return { text: read, end: index };
    const next = text.charAt(index + 1);
    if (quote === '"' && character === "\\" && (next === '"' || next === "\\")) {
      read += next;
      index++;
    } else read += character;
  }
  return undefined;
}
