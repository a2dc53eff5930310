import type { Documents } from "@murre/cache";

/** Documents in memory, by their segments joined with "/", for tests to look at and to change. */
export function memoryDocuments(): { readonly documents: Documents; readonly contents: Map<string, string> } {
  const contents = new Map<string, string>();
  let writes = 0;
  const written = new Map<string, number>();
  return {
    contents,
    documents: {
      read(...segments) {
        const text = contents.get(segments.join("/"));
        return text === undefined ? undefined : Buffer.from(text);
      },
      open(segments) {
        const bytes = this.read(...segments);
        return (
          bytes && {
            size: bytes.length,
            stamp: this.stampOf(segments),
            read: (offset, length) => bytes.subarray(offset, offset + length),
            close: () => {},
          }
        );
      },
      write(segments, data) {
        contents.set(segments.join("/"), Array.isArray(data) ? Buffer.concat(data).toString() : data.toString());
        written.set(segments.join("/"), ++writes);
        return this.stampOf(segments);
      },
      append(segments, data) {
        const path = segments.join("/");
        contents.set(path, (contents.get(path) ?? "") + data.toString());
      },
      readAll(segments) {
        const text = contents.get(segments.join("/"));
        return { stamp: this.stampOf(segments), copies: text === undefined ? [] : [Buffer.from(text)] };
      },
      stampOf(segments) {
        const text = contents.get(segments.join("/"));
        return text === undefined ? "" : `1:${Buffer.byteLength(text)}:${written.get(segments.join("/")) ?? 0}`;
      },
    },
  };
}
