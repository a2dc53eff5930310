/** Header fields by their name in lower case, in order of appearance, and what follows the blank line. */
export interface HeaderFields {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/**
 * The email-like form of METADATA and WHEEL (core metadata specification, after RFC 822):
 * `field = name ":" value *(newline WSP value)`, a blank line, then the body.
 * As in Python's email parser, a line that is no field ends the fields and begins the body.
 * A folded value keeps its line breaks and the indentation of its lines.
 */
export function parseHeaderFields(written: string): HeaderFields {
  const text = written.includes("\r") ? written.replaceAll(/\r\n?/g, "\n") : written;
  const fields = new Map<string, string[]>();
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    let end = lineEnd(text, at);
    const colon = text.indexOf(":", at);
    const name = colon < 0 || colon > end ? "" : fieldName(text.slice(at, colon));
    if (name === "") {
      if (end === at) at++;
      break;
    }
    const firstEnd = end;
    at = end + 1;
    // A value and the lines that it goes on in are one piece of the text: joined line by line, millions of them would take gigabytes.
    while (text[at] === " " || text[at] === "\t") {
      end = lineEnd(text, at);
      at = end + 1;
    }
    const value = text.slice(colon + 1, firstEnd).trim() + text.slice(firstEnd, end);
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return { fields, body: text.slice(at) };
}

/** In lower case, without the blanks behind it; empty where it is none. */
function fieldName(written: string): string {
  let end = written.length;
  while (end > 0 && (written[end - 1] === " " || written[end - 1] === "\t")) end--;
  const name = written.slice(0, end);
  return /\s/.test(name) ? "" : name.toLowerCase();
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

/** A folded value as one line. */
export function unfold(value: string): string {
  if (!value.includes("\n")) return value.trim();
  return value.split("\n").map(withoutBlanks).join(" ").trim();
}

function withoutBlanks(line: string): string {
  const isBlank = (at: number): boolean => line[at] === " " || line[at] === "\t";
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return line.slice(start, end);
}
