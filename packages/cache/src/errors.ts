/**
 * The cache folder cannot be used at all: it is no folder, or neither readable nor creatable.
 * To do: name another folder (`--cache-dir`, `MURRE_CACHE_DIR`), or go without (`--no-cache`).
 */
export class CacheUnusable extends Error {
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
export class CacheWriteFailed extends Error {
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
export class InvalidManifest extends Error {
  override readonly name = "InvalidManifest";
  readonly code = "MURRE_INVALID_MANIFEST";
  constructor(reason: string) {
    super(`the manifest of a cache entry is not readable: ${reason}`);
  }
}
