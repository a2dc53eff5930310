/** What is said of options that pip or uv have: which commands have them there, and how commander writes them. `pip *` is every command of pip. */
export interface ForeignOptions<Meaning> {
  readonly commands: readonly string[];
  readonly options: Readonly<Record<string, Meaning>>;
}
