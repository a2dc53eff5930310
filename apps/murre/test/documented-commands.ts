/** What a command leaves, prints and says, as its user expects it. */
export interface Expected {
  /** In words, for the document. */
  readonly expects: string;
  /** What is in the environment afterwards, `name==version` in small letters; by default nobody looks. */
  readonly installed?: readonly string[];
  readonly prints?: RegExp;
  readonly says?: RegExp;
  /** By path: what is written. */
  readonly writes?: Readonly<Record<string, RegExp>>;
  /** Default 0. */
  readonly code?: number;
}

export interface DocumentedCommand extends Expected {
  /** As it stands in the documentation; several lines are one script. */
  readonly command: string;
  /** The environment before: nothing (default), what is {@link oldPins}, or none at all. */
  readonly before?: "old" | "none";
  /** The command is given this besides, so that the machine stays as it is. */
  readonly tried?: string;
}

/** Of one page. What is refused has the sentence that is said, and ends with 2. */
export interface DocumentedPage {
  readonly page: string;
  readonly commands: readonly (DocumentedCommand | { readonly command: string; readonly refused: string })[];
}

/** What an environment has that was filled some time ago. */
export const oldPins: readonly string[] = [
  "click==8.0",
  "flask==1.0",
  "ruff==0.3.0",
  "somedependency==1.0",
  "somepackage==1.0.4",
];

export const without = (...names: string[]) => oldPins.filter((pin) => !names.includes(pin.split("==")[0]!));
export const flask = ["click==8.1", "flask==3.0"];
export const somePackage = ["somedependency==2.0", "somepackage==3.0"];
export const pinned = { expects: "what the file pins", installed: ["click==8.1", "flask==1.0"] };

/** What is typed: `murre` before `pip`, and for `uv`. */
export function typed(command: string): string {
  return command
    .replaceAll(/\bpython -m pip\b/g, "murre pip")
    .replaceAll(/(?<![\w/.-])uv(?= )/g, "murre")
    .replaceAll(/(?<!murre )(?<![\w/.-])pip(?= (?:install|wheel|freeze|check|list))/g, "murre pip");
}
