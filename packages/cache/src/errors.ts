/** The permanent codes of this package's errors. */
export type CacheErrorCode = "MURRE_CACHE_UNUSABLE" | "MURRE_CACHE_WRITE_FAILED" | "MURRE_INVALID_MANIFEST";

/** What all errors of this package are. */
export abstract class CacheError extends Error {
  abstract readonly code: CacheErrorCode;
}

/**
 * The cache folder cannot be used at all: it is no folder, or neither readable nor creatable.
 * To do: name another folder (`--cache-dir`, `MURRE_CACHE_DIR`), or go without (`--no-cache`).
 */
export class CacheUnusable extends CacheError {
  override readonly name = "CacheUnusable";
  readonly code = "MURRE_CACHE_UNUSABLE";
  readonly folder: string;
  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(
      `${folder}: the cache folder cannot be used (${reason}); choose another one with --cache-dir or MURRE_CACHE_DIR`,
      options,
    );
    this.folder = folder;
  }
}

/**
 * An entry could not be written: the disk is full, or the folder may not be written to. Nothing was published.
 * To do: make room or allow writing, and run the command again.
 */
export class CacheWriteFailed extends CacheError {
  override readonly name = "CacheWriteFailed";
  readonly code = "MURRE_CACHE_WRITE_FAILED";
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: the cache entry could not be written (${reason}); what was there before is untouched`, options);
    this.path = path;
  }
}

/**
 * A manifest that this version cannot read; the entry counts as a miss.
 * To do: nothing; a library that reads manifests itself takes it for a miss.
 */
export class InvalidManifest extends CacheError {
  override readonly name = "InvalidManifest";
  readonly code = "MURRE_INVALID_MANIFEST";
  constructor(reason: string) {
    super(`the manifest of a cache entry is not readable: ${reason}`);
  }
}

/** The permanent codes of this package's warnings: the operation goes on. */
export type CacheWarningCode =
  /**
   * The cache folder may not be believed (another user's, everybody's, with a link inside) or cannot be made; what is
   * fetched is kept for this run only.
   * To do: `docs/security.md`, G.
   */
  | "MURRE_WARNING_CACHE_NOT_USED"
  /** The cache cannot be written to: what it holds is used, and what is missing is kept for this run only. */
  | "MURRE_WARNING_CACHE_READ_ONLY"
  /**
   * The operation was taken for dead again and again; it goes on with a cache of its own, which is removed at its
   * end.
   */
  | "MURRE_WARNING_PRIVATE_CACHE";
