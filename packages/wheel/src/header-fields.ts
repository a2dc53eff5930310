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
export function parseHeaderFields(text: string): HeaderFields {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const fields = new Map<string, string[]>();
  let values: string[] | undefined;
  let index = 0;
  for (; index < lines.length; index++) {
    const line = lines[index]!;
    if (line === "") {
      index++;
      break;
    }
    if (/^[ \t]/.test(line) && values) {
      values.push(`${values.pop()}\n${line}`);
      continue;
    }
    const match = /^([^\s:]+)[ \t]*:(.*)$/.exec(line);
    if (!match) break;
    const name = match[1]!.toLowerCase();
    values = fields.get(name) ?? [];
    values.push(match[2]!.trim());
    fields.set(name, values);
  }
  return { fields, body: lines.slice(index).join("\n") };
}

/** A folded value as one line. */
export function unfold(value: string): string {
  return value.replaceAll(/[ \t]*\n[ \t]*/g, " ").trim();
}
