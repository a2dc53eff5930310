import type { PublisherIdentity } from "@murre/index-client";
import type { InstallationReport } from "./report-format.ts";

/** A distribution by name (normalised, PEP 503) and version (normalised, PEP 440). */
export interface Pin {
  readonly name: string;
  readonly version: string;
}

/** What a change did, or with a dry run would do. */
export interface ChangeReport {
  /** The folder of the environment, or the target folder. */
  readonly environment: string;
  readonly executable: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly added: readonly Pin[];
  readonly removed: readonly Pin[];
  readonly kept: readonly Pin[];
  /** Archives fetched and unpacked by this operation, and those that were in the cache. */
  readonly fetched: number;
  readonly cached: number;
  readonly filesLinked: number;
  readonly filesCopied: number;
  readonly filesGenerated: number;
  /** Paths that several of the installed distributions have with different bytes. */
  readonly conflicts: readonly { readonly path: string; readonly winner: string; readonly losers: readonly string[] }[];
  /** `window`: from the commit to the last rename, while another program may see a part of the change. */
  readonly durationsMs: {
    readonly resolve: number;
    readonly prepare: number;
    readonly change: number;
    readonly window: number;
  };
  /** pip's installation report of what was added; only where it was asked for. */
  readonly installation?: InstallationReport;
}

/** What became of a project's lock file. */
export interface LockReport {
  readonly lockFile: string;
  /** Whether it is another than before, or would be. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly distributions: number;
}

/** What became of a project's environment, and of its lock file. */
export interface SyncProjectReport extends ChangeReport {
  readonly lockFile: string;
  readonly lockChanged: boolean;
  /** Whether the environment was made, or made anew; with `dryRun`, whether it would be. */
  readonly made: boolean;
}

/** A project of a list that is not installed, and why. */
export interface ManyFailure {
  /** Normalised; what stands in the list where that is no name. */
  readonly name: string;
  /** The one that was chosen, if it came so far. */
  readonly version?: string;
  /** That of the error; `MURRE_UNKNOWN` where it has none. */
  readonly code: string;
  readonly message: string;
}

/** What became of each project of a list. */
export interface InstallManyReport {
  readonly environment: string;
  readonly dryRun: boolean;
  readonly installed: readonly Pin[];
  /** What was there already in that version. */
  readonly present: readonly Pin[];
  readonly failures: readonly ManyFailure[];
  /** Paths that several have with different bytes: the last by name has it. */
  readonly conflicts: ChangeReport["conflicts"];
  readonly fetched: number;
  readonly filesLinked: number;
  readonly filesCopied: number;
  readonly filesGenerated: number;
  /** Changes of the environment, each as a whole. */
  readonly transactions: number;
  readonly durationsMs: { readonly all: number; readonly longestWindow: number };
}

/** What a source tree was built into: absolute paths. */
export interface BuildReport {
  readonly sdist?: string;
  readonly wheel?: string;
  readonly durationMs: number;
}

/** Files in a folder; each stands for one distribution. */
export interface CollectReport {
  readonly folder: string;
  readonly files: readonly (Pin & { readonly filename: string })[];
}

/** What requirements lead to. */
export interface CompileReport {
  /** The file's text. */
  readonly text: string;
  /** Absolute; absent where none was asked for. */
  readonly outputFile?: string;
  /** Whether the output file has another text than before; with a dry run, whether it would have. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly distributions: readonly CompiledPin[];
}

export interface CompiledPin extends Pin {
  /** Normalised, sorted. */
  readonly extras: readonly string[];
  /** Who needs it: normalised names of projects, sorted. */
  readonly dependents: readonly string[];
  /** When it is wanted; absent: always. */
  readonly marker?: string;
  /** Where it comes from, when not from an index. */
  readonly url?: string;
}

export interface VenvReport {
  readonly environment: string;
  readonly executable: string;
  readonly version: string;
  readonly basePython: string;
  /** Distributions that `seed` asked for. */
  readonly seeded: readonly Pin[];
}

export interface InstalledReport {
  readonly environment: string;
  readonly distributions: readonly InstalledPin[];
  /** With `orderFiles`: what stands in them, and after it what does not. */
  readonly lines?: readonly ({ readonly text: string } | { readonly pin: InstalledPin })[];
}

export interface InstalledPin extends Pin {
  /** The name as its metadata spells it. */
  readonly displayName: string;
  /** Its version is none of PEP 440, as old tools left some: only `===` can name it. */
  readonly hasArbitraryVersion?: true;
  readonly location: string;
  readonly installer?: string;
  /** The folder of an editable installation. */
  readonly editableLocation?: string;
  /** Where that folder was cloned from for it, and where it is: `git+URL@COMMIT#egg=NAME`, as `freeze` has it. */
  readonly editableReference?: string;
  /** Where it came from, when not from an index (PEP 610), with hash and subdirectory: `name @ URL` in `freeze`. */
  readonly directUrl?: string;
  /** The newest version that indexes have, and the kind of its file; only where that was asked for. */
  readonly latestVersion?: string;
  readonly latestKind?: "wheel" | "sdist";
}

export interface ShowReport {
  readonly distributions: readonly ShownDistribution[];
  /** Normalised names that are not installed. */
  readonly missing: readonly string[];
}

/** As the core metadata has it; what is absent there is absent here. */
export interface ShownDistribution extends InstalledPin {
  readonly summary?: string;
  readonly homePage?: string;
  readonly author?: string;
  readonly authorEmail?: string;
  readonly license?: string;
  /** Normalised names, sorted; only requirements whose marker holds here. */
  readonly requires: readonly string[];
  readonly requiredBy: readonly string[];
  /** Paths relative to `location`, as RECORD has them; only when asked for. */
  readonly files?: readonly string[];
  /** Where the index that the installed wheel came from said who published it (PEP 740); only of what murre installed. */
  readonly provenance?: string;
  /** Who that says it was, as far as it is known. No signature is verified. */
  readonly publishers?: readonly PublisherIdentity[];
}

/** A requirement of an installed distribution that is not met, or what is wrong with the distribution itself. */
export interface CheckProblem {
  readonly kind:
    | "missing"
    | "incompatible"
    | "requires-python"
    | "unreadable"
    | "incomplete"
    | "duplicate"
    | "missing-file"
    | "changed-file";
  readonly name: string;
  readonly version: string;
  /** The requirement as its metadata has it; for `requires-python` the specifiers; for files the path as RECORD has it. */
  readonly requirement: string;
  /** The version that is installed instead, for `incompatible`. */
  readonly installed?: string;
}

export interface CheckReport {
  readonly environment: string;
  readonly checked: number;
  readonly problems: readonly CheckProblem[];
}

export interface RecoverReport {
  readonly environment: string;
  /** What was brought to its end, in words; empty when nothing was half done. */
  readonly recovered: readonly string[];
}
