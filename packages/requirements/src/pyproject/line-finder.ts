/** One that is not closed reaches to the line's end. */
const quotation = /"((?:[^"\\]|\\.)*)"?|'([^']*)'?/g;

/** Finds the lines of strings in a TOML text; the parser tells of values only. */
export class LineFinder {
  readonly #text: string;
  readonly #firstLine: number;
  #found:
    | { readonly strings: ReadonlyMap<string, readonly number[]>; readonly keys: ReadonlyMap<string, number> }
    | undefined;

  /** @param firstLine the number of the text's first line in its file */
  constructor(text: string, firstLine = 1) {
    this.#text = text;
    this.#firstLine = firstLine;
  }

  /**
   * Where the string stands, the first one from the key on; where it cannot be told, the line of the key, of its table, or the first one.
   * @param path keys with dots between them, as they are written
   */
  line(text: string, path: string): number {
    this.#found ??= scan(this.#text);
    const start = keyLine(this.#found.keys, path);
    const places = this.#found.strings.get(text) ?? [];
    return this.#firstLine + (firstFrom(places, start) ?? places[0] ?? start);
  }
}

function scan(text: string): { strings: Map<string, number[]>; keys: Map<string, number> } {
  const strings = new Map<string, number[]>();
  const keys = new Map<string, number>();
  let table = "";
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) {
    const header = headerOf(line);
    table = header ?? table;
    const key = header === undefined ? keyOf(line) : undefined;
    const path = key === undefined ? table : table === "" ? key : `${table}.${key}`;
    if (!keys.has(path)) keys.set(path, at);
    for (const [, basic, literal] of line.matchAll(quotation)) {
      const written = literal ?? (basic ?? "").replaceAll(/\\(["\\])/g, "$1");
      const known = strings.get(written);
      if (known === undefined) strings.set(written, [at]);
      else known.push(at);
    }
  }
  return { strings, keys };
}

function keyLine(keys: ReadonlyMap<string, number>, path: string): number {
  const found = keys.get(path);
  if (found !== undefined) return found;
  const dot = path.lastIndexOf(".");
  return dot < 0 ? 0 : keyLine(keys, path.slice(0, dot));
}

/** Of ascending numbers the first that is not below. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

/** `[project]`, `[ tool.uv ]`, `[[tool.uv.index]]`. */
function headerOf(line: string): string | undefined {
  const text = line.trimStart();
  if (!text.startsWith("[")) return undefined;
  const end = text.indexOf("]");
  return end < 0 ? undefined : text.slice(0, end).replaceAll(/[\s["']/g, "");
}

/** `key = …`, `"key" = …`. */
function keyOf(line: string): string | undefined {
  const end = line.indexOf("=");
  return end < 0 ? undefined : line.slice(0, end).replaceAll(/[\s"']/g, "");
}
