/** One option of a section of a configuration file: its value's lines are joined with "\n", as Python joins them. */
export interface ConfigOption {
  readonly section: string;
  readonly option: string;
  readonly value: string;
}

export interface ConfigFile {
  readonly options: readonly ConfigOption[];
  /** "LINE: problem", for everything that Python's RawConfigParser refuses. */
  readonly problems: readonly string[];
}

const sectionHeader = /^\[(.+)\]/;
const defaultSection = "DEFAULT";

/**
 * Reads what Python's `configparser.RawConfigParser` reads with its defaults, which is what pip uses: `=` and `:`,
 * continuation lines by deeper indentation, `#` and `;` comments on lines of their own only, no interpolation (`%` is
 * a character), options in lower case, `[DEFAULT]` inherited by every section, duplicates refused.
 */
export function parseConfigFile(text: string): ConfigFile {
  const reader = new ConfigReader();
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries())
    reader.line(line, index + 1);
  return reader.finish();
}

class ConfigReader {
  readonly #sections = new Map<string, Map<string, string[]>>();
  readonly #problems: string[] = [];
  #section: Map<string, string[]> | undefined;
  #value: string[] | undefined;
  #indent = 0;

  line(line: string, number: number): void {
    const text = line.trim();
    const comment = text.startsWith("#") || text.startsWith(";");
    if (comment) return;
    if (text === "") {
      this.#value?.push("");
      return;
    }
    const indent = line.search(/\S/);
    if (this.#value !== undefined && indent > this.#indent) {
      this.#value.push(text);
      return;
    }
    this.#indent = indent;
    const header = sectionHeader.exec(text)?.[1];
    if (header === undefined) this.#option(text, number);
    else this.#open(header, number);
  }

  #open(header: string, number: number): void {
    if (this.#sections.has(header) && header !== defaultSection)
      this.#problems.push(`${number}: section [${header}] appears a second time`);
    this.#section = this.#sections.get(header) ?? new Map<string, string[]>();
    this.#sections.set(header, this.#section);
    this.#value = undefined;
  }

  #option(text: string, number: number): void {
    if (this.#section === undefined) {
      this.#problems.push(`${number}: expected a section header such as [global] before the first option`);
      return;
    }
    const delimiter = text.search(/[=:]/);
    const name = text.slice(0, Math.max(0, delimiter)).trimEnd().toLowerCase();
    if (name === "") {
      this.#problems.push(`${number}: expected "option = value"`);
      return;
    }
    if (this.#section.has(name)) this.#problems.push(`${number}: option ${name} appears a second time in its section`);
    this.#value = [text.slice(delimiter + 1).trim()];
    this.#section.set(name, this.#value);
  }

  finish(): ConfigFile {
    const inherited = this.#sections.get(defaultSection) ?? new Map<string, string[]>();
    const options: ConfigOption[] = [];
    for (const [section, own] of this.#sections) {
      if (section === defaultSection) continue;
      for (const [option, lines] of new Map([...inherited, ...own]))
        options.push({ section, option, value: lines.join("\n").trimEnd() });
    }
    return { options, problems: this.#problems };
  }
}
