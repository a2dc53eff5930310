import type { CacheOperation } from "@murre/cache";
import type { NormalizedName } from "@murre/pep508";
import type { Interpreter } from "@murre/python";
import type { Unpacker } from "@murre/wheel";
import type { BuildEnvironments } from "../backend/build-environment.ts";
import type { ConfigSettings } from "../backend/backend.ts";

/** Something that a wheel can be built from. */
export interface BuildSource {
  readonly kind: "archive" | "directory" | "checkout";
  /** The archive, or the folder; absolute. Of a checkout: what its log is named after. */
  readonly path: string;
  /** Of an archive: its own filename, and its sha256 in hexadecimal. */
  readonly filename?: string;
  readonly sha256?: string;
  /** Of a checkout: which files it has, and how they are had. */
  readonly checkout?: Checkout;
  /** The folder inside in which the project lies. */
  readonly subdirectory?: string;
  /** What is expected to come out, as far as it is known. */
  readonly project?: NormalizedName;
  readonly version?: string;
  /** Of a folder: the wheel is an editable one (PEP 660). */
  readonly isEditable?: boolean;
  /** Of this source only, over those of all. */
  readonly configSettings?: ConfigSettings;
  /** It came over HTTP. */
  readonly isRemote?: boolean;
  /** What messages call it. */
  readonly shown: string;
}

/** One state of a repository, whose files are fetched when somebody needs them. */
export interface Checkout {
  /** Equal for equal files, at any time: `git <commit> of <repository>`. */
  readonly identity: string;
  /** Writes the files to a path at which nothing is yet. It may wait for other processes. */
  write(destination: string): Promise<void>;
  /** Adds to what was written what came before it: backends make versions of that. */
  addHistory(destination: string): Promise<void>;
}

/** What is the same for all builds of one operation. */
export interface BuildSettings {
  /** `isolated`: in an environment of its own; otherwise in the one that {@link BuildServices.environments} gives, whose folder this is. */
  readonly isolation: string;
  readonly configSettings: ConfigSettings;
  readonly constraints: readonly string[];
  /** How long one hook may take; undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Where the logs of failed builds stay. */
  readonly logFolder: string;
  /** The variables that a project may name as what its build depends on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** What building needs; all of it belongs to one operation. */
export interface BuildServices {
  readonly cache: CacheOperation;
  /** What is built for, and with. */
  readonly interpreter: Interpreter;
  readonly environments: BuildEnvironments;
  /** Started only when something was built. */
  readonly unpacker: () => Unpacker;
  readonly settings: BuildSettings;
  /** The projects that are being built because of each other, the innermost last; they cannot be needed again. */
  readonly chain: readonly string[];
  readonly onEvent: (event: BuildEvent) => void;
  readonly signal: AbortSignal | undefined;
}

export type BuildEvent =
  | { readonly type: "build-started"; readonly source: string; readonly hook: string; readonly logPath: string }
  | { readonly type: "built"; readonly source: string; readonly filename: string; readonly durationMs: number };
