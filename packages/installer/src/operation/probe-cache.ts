import { hashedName, readDocument, type CacheOperation, type Documents } from "@murre/cache";
import type { ProbeCache } from "@murre/python";
import type { InstallerSettings } from "../api/settings.ts";
import { openCache } from "./open-cache.ts";

/** `interpreters/<sha256 of the key>`: what a probe of an interpreter said, by path, size and mtime. */
export function probeCache(documents: Documents): ProbeCache {
  return {
    read: (key) => documents.read("interpreters", hashedName(key))?.toString("utf8"),
    write: (key, value) => documents.write(["interpreters", hashedName(key)], value),
  };
}

/** The same for who uses nothing else of the cache: an operation begins only where something new is to be kept. */
export function openProbeCache(settings: InstallerSettings): ProbeCache & { close(): void } {
  let operation: CacheOperation | undefined;
  return {
    read: (key) => readDocument(settings.cacheFolder, "interpreters", hashedName(key))?.toString("utf8"),
    write(key, value) {
      // What is only looked at does not depend on it, so that nothing is said of it.
      operation ??= openCache(settings, undefined);
      probeCache(operation.documents).write(key, value);
    },
    close: () => operation?.end(),
  };
}
