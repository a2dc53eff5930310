/** A line after continuation lines were joined, comments dropped and variables put in. */
export interface LogicalLine {
  /** Number of its first line, from 1. */
  readonly number: number;
  readonly text: string;
}

/** Where Python's `str.splitlines` splits. */
// oxlint-disable-next-line no-control-regex -- the separators U+001C to U+001E are among them
export const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
/** Where a comment begins in a line. */
export const commentStart = /(?:^|\s)#/;
const commentLine = /^\s*#/;
const variable = /\$\{([A-Z0-9_]+)\}/g;

/** What pip's `preprocess` makes of a file's text. Lines that are empty in the end are left out. */
export function logicalLines(text: string, env: Readonly<Record<string, string | undefined>>): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  for (const { number, text: joined } of joinLines(text.split(lineEnd))) {
    const stripped = joined.slice(0, commentStart.exec(joined)?.index).trim();
    if (stripped !== "") lines.push({ number, text: expand(stripped, env) });
  }
  return lines;
}

/** A line that ends with a backslash goes on in the next one; a comment line does not go on, and ends what went before. */
function* joinLines(lines: readonly string[]): Generator<LogicalLine> {
  let open: { number: number; text: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const isComment = commentLine.test(line);
    if (line.endsWith("\\") && !isComment) {
      open = { number: open?.number ?? index + 1, text: (open?.text ?? "") + stripBackslashes(line) };
      continue;
    }
    // The space keeps a comment one, also after "foo\".
    yield { number: open?.number ?? index + 1, text: (open?.text ?? "") + (isComment ? ` ${line}` : line) };
    open = undefined;
  }
  if (open !== undefined) yield open;
}

/** As pip: at both ends, however many. */
const stripBackslashes = (line: string): string => line.replace(/^\\+|(?<!\\)\\+$/g, "");

/** `${NAME}`, upper case only; a variable that is not set, or empty, stays as it stands. */
function expand(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(variable, (written, name: string) => env[name] || written);
}
