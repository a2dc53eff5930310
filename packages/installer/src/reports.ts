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
  readonly durationsMs: { readonly resolve: number; readonly prepare: number; readonly change: number };
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
}

export interface InstalledPin extends Pin {
  /** The name as its metadata spells it. */
  readonly displayName: string;
  readonly location: string;
  readonly installer?: string;
  /** The folder of an editable installation. */
  readonly editableLocation?: string;
  /** Where it came from, when not from an index (PEP 610): `name @ URL` in `freeze`. */
  readonly directUrl?: string;
}
