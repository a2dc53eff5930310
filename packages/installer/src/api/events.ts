import type { WarningCode } from "../warnings.ts";

export type { WarningCode } from "../warnings.ts";

/** What an operation says while it runs. Values only: a presenter, an editor or a log decides what to show. */
export type InstallerEvent =
  /** The Python that is worked with; `environment`: whether it is that of a virtual environment. */
  | {
      readonly type: "interpreter";
      readonly executable: string;
      readonly version: string;
      readonly environment: boolean;
    }
  /** The files of a project are looked for; `projects`: of so many so far. */
  | { readonly type: "resolving"; readonly project: string; readonly projects: number }
  /** It is known which distributions it will be: so many. */
  | { readonly type: "resolved"; readonly distributions: number; readonly durationMs: number }
  /** What an index said, on which the result rests, need not be asked for again until then (milliseconds since 1970). */
  | { readonly type: "fresh-until"; readonly ms: number }
  /** A file that is not in the cache is fetched. */
  | { readonly type: "fetch-started"; readonly name: string; readonly version: string; readonly sizeBytes?: number }
  /** So much of it has come. */
  | { readonly type: "fetch-progress"; readonly name: string; readonly receivedBytes: number }
  /** It is in the cache. */
  | { readonly type: "fetched"; readonly name: string; readonly version: string }
  /** A hook of a backend runs; what it prints goes to the log. */
  | { readonly type: "building"; readonly source: string; readonly hook: string; readonly logPath: string }
  /** A backend has made a file. */
  | { readonly type: "built"; readonly source: string; readonly filename: string; readonly durationMs: number }
  /** Another process works on what this one needs; `what` says on what, and which process. */
  | { readonly type: "waiting"; readonly what: string }
  /** git fetches from a repository: a commit, or its history. */
  | { readonly type: "repository"; readonly repository: string; readonly revision: string }
  /** `murre cache verify` has compared `archives` of `of`, and that many bytes; those of large files come last. */
  | { readonly type: "verifying"; readonly archives: number; readonly of: number; readonly bytes: number }
  /** All is compared. */
  | { readonly type: "verified"; readonly archives: number; readonly files: number; readonly durationMs: number }
  /** Everything that is needed is in the cache: fetched now, or there before. */
  | { readonly type: "prepared"; readonly fetched: number; readonly cached: number; readonly durationMs: number }
  /** Everything is there, and the environment is changed now. */
  | { readonly type: "placing"; readonly files: number; readonly distributions: number }
  /** So many of the files lie ready; they take their places together, at the end. */
  | { readonly type: "placing-progress"; readonly files: number }
  /** `windowMs`: how long another program could see a part of the change. */
  | { readonly type: "changed"; readonly files: number; readonly durationMs: number; readonly windowMs: number }
  /** Bytecode was made; of `current` files it was there, `skipped` ones are no Python of this version. */
  | {
      readonly type: "compiled";
      readonly compiled: number;
      readonly current: number;
      readonly skipped: number;
      readonly durationMs: number;
    }
  /** A change that another process had left half done was brought to its end. */
  | { readonly type: "recovered"; readonly message: string }
  /** Something that a user should know; the operation goes on. */
  | { readonly type: "warning"; readonly code: WarningCode; readonly message: string }
  /** What `-v` shows. */
  | { readonly type: "debug"; readonly message: string };

export type OnEvent = (event: InstallerEvent) => void;
