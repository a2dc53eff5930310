import { hashedName, type Documents } from "@murre/cache";
import type { ProbeCache } from "@murre/python";

/** `interpreters/<sha256 of the key>`: what a probe of an interpreter said, by path, size and mtime. */
export function probeCache(documents: Documents): ProbeCache {
  return {
    read: (key) => documents.read("interpreters", hashedName(key))?.toString("utf8"),
    write: (key, value) => documents.write(["interpreters", hashedName(key)], value),
  };
}
