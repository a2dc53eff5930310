import type { Marker, NormalizedName, Requirement } from "@murre/pep508";

/** A place in a file, and the place that included that file. */
export interface Origin {
  /** As it is shown: the path or URL as it was given, without credentials. */
  readonly file: string;
  /** From 1; the first line of a continued one. */
  readonly line: number;
  readonly includedFrom?: Origin;
}

/** A distribution, source tree or repository that is named by where it is, not by what it is called. */
export interface DirectReference {
  /** Absolute `file:`, `http:`, `https:` or VCS URL (`git+https:`), without fragment; credentials are kept. */
  readonly url: string;
  /** Extras asked for: `./x-1.0-py3-none-any.whl[extra]`. */
  readonly extras: readonly NormalizedName[];
  readonly marker?: Marker;
  /** `#egg=NAME`. */
  readonly egg?: string;
  /** `#subdirectory=PATH`. */
  readonly subdirectory?: string;
}

/** Algorithm to the hexadecimal digests of `--hash`: one of them all has to be the file's. */
export type AcceptedHashes = Readonly<Record<string, readonly string[]>>;

interface EntryBase {
  /** Absent for what comes from a command line. */
  readonly origin?: Origin;
  /** The requirement as it was written, credentials masked. */
  readonly text: string;
  readonly hashes: AcceptedHashes;
  /** What the fragment of its URL says, all of which the file has to have: `#sha256=…`. It asks for no hashes of other files, as `--hash` does. */
  readonly fragmentHashes: Readonly<Record<string, string>>;
  /** `--config-settings KEY=VALUE`; a key given several times has several values. */
  readonly configSettings: Readonly<Record<string, string | readonly string[]>>;
  readonly globalOptions: readonly string[];
}

/** One requirement of a file or of a command line. */
export type RequirementEntry =
  /** `name[extra]==1.0; marker`, or `name @ URL`. */
  | (EntryBase & {
      readonly kind: "named";
      readonly requirement: Requirement;
      /** `-e name @ URL`, or the entry of an editable project whose name is known by now. */
      readonly isEditable?: true;
    })
  /** `./x.whl`, `file:…`, `https://…/x.tar.gz`, `git+https://…`. */
  | (EntryBase & { readonly kind: "direct"; readonly reference: DirectReference })
  /** `-e PATH`, `-e URL`. */
  | (EntryBase & { readonly kind: "editable"; readonly reference: DirectReference });

/** A line of a constraints file. It wants nothing, and limits what is wanted elsewhere. */
export interface Constraint {
  readonly origin: Origin;
  readonly text: string;
  readonly requirement: Requirement;
  readonly hashes: AcceptedHashes;
  readonly fragmentHashes: RequirementEntry["fragmentHashes"];
}

/** An option's value and where it stood. */
export interface FileSetting<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** Options inside requirements files, folded as pip folds them: in the order of the lines, over all included files. */
export interface FileOptions {
  /** Replaces the index and ALL extra indexes configured outside, and those of earlier lines. */
  readonly indexUrl?: FileSetting<string>;
  /** To be appended. */
  readonly extraIndexUrls: readonly FileSetting<string>[];
  /** To be appended; a path that exists relative to its file was made absolute by that. */
  readonly findLinks: readonly FileSetting<string>[];
  /** No index is to be used, whatever else names one. */
  readonly noIndex: boolean;
  readonly trustedHosts: readonly FileSetting<string>[];
  readonly pre: boolean;
  readonly preferBinary: boolean;
  readonly requireHashes: boolean;
  /** `--only-binary` and `--no-binary`, unparsed and in order, because their order decides. */
  readonly formats: readonly (FileSetting<string> & { readonly option: "onlyBinary" | "noBinary" })[];
}

/** What a requirements file and the files that it includes hold. */
export interface RequirementsFile {
  readonly requirements: readonly RequirementEntry[];
  readonly constraints: readonly Constraint[];
  readonly options: FileOptions;
  /** All locations that were read, in order. */
  readonly files: readonly string[];
  /** What pip passes over in silence, or warns about: "requirements.txt:3: …". */
  readonly warnings: readonly string[];
}

/** What parsing needs from outside. */
export interface RequirementsContext {
  /** The content of a path or `file:`, `http:` or `https:` URL; a rejection is reported at the line that includes it. */
  readonly read: (location: string) => Uint8Array | string | Promise<Uint8Array | string>;
  /** Why `read` failed, without the location, which is named beside it. Default: the message of the error. */
  readonly explain?: (error: unknown) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of requirements start here, as in pip; those of included files start at the including file. */
  readonly cwd: string;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
  /** Whether a path exists: decides whether `--find-links` is relative to its file. */
  readonly exists?: (path: string) => boolean;
}
