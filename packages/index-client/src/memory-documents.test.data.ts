import type { Documents } from "@murre/cache";

/** Documents in memory, by their segments joined with "/", for tests to look at and to change. */
export function memoryDocuments(): { readonly documents: Documents; readonly contents: Map<string, string> } {
  const contents = new Map<string, string>();
  return {
    contents,
    documents: {
      read(...segments) {
        const text = contents.get(segments.join("/"));
        return text === undefined ? undefined : Buffer.from(text);
      },
      write(segments, data) {
        contents.set(segments.join("/"), data.toString());
      },
    },
  };
}
