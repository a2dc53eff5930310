import { hashedName, readDocument, type CacheOperation, type Documents } from "@murre/cache";
import type { ProbeCache } from "@murre/python";
import type { InstallerSettings } from "../api/settings.ts";
import { openCache } from "./open-cache.ts";

/** So long is waited for another process's answer. An interpreter may be a program that answers nobody, and then all would ask it in turn. */
const patienceMs = 2000;

/**
 * What an operation remembers of interpreters: of the processes that use its cache one asks an interpreter while the others wait.
 * @param meanwhile is called when one has been asked and will take a while to answer
 */
export function probeCache(
  cache: CacheOperation,
  signal: AbortSignal | undefined,
  meanwhile: () => void = () => {},
): ProbeCache {
  return {
    ...remembered(cache.documents),
    async once(key, lookup, make) {
      const patience = AbortSignal.timeout(patienceMs);
      const either = signal === undefined ? patience : AbortSignal.any([signal, patience]);
      try {
        const ask = () => {
          const answer = make();
          meanwhile();
          return answer;
        };
        return await cache.documentOnce({ key: `interpreter ${key}`, lookup, make: ask, signal: either });
      } catch (error) {
        if (error !== patience.reason) throw error;
        return make();
      }
    },
  };
}

/** `interpreters/<sha256 of the key>`: what a probe of an interpreter said, by path, size and mtime. */
function remembered(documents: Documents): ProbeCache {
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
      remembered(operation.documents).write(key, value);
    },
    close: () => operation?.end(),
  };
}
