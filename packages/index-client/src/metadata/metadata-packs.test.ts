import { crc32 } from "node:zlib";
import { normalizeName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { memoryDocuments } from "./memory-documents.test.data.ts";
import { MetadataPacks } from "./metadata-packs.ts";

const foo = normalizeName("foo");
const path = "metadata/foo.needs";

function world() {
  const { documents, contents } = memoryDocuments();
  let reads = 0;
  const counted = {
    ...documents,
    readAll(...asked: Parameters<typeof documents.readAll>) {
      const all = documents.readAll(...asked);
      reads += all.copies.length;
      return all;
    },
  };
  return { contents, reads: () => reads, here: new MetadataPacks(counted), there: new MetadataPacks(documents) };
}

describe("a project's metadata in one document", () => {
  test("is read once for all its versions", () => {
    const { here, there, reads } = world();
    for (const n of [1, 2, 3]) there.add(foo, `key${n}`, `text ${n}\n\twith "quotes"`);
    expect([1, 2, 3].map((n) => here.find(foo, [`key${n}`])?.text)).toEqual(
      [1, 2, 3].map((n) => `text ${n}\n\twith "quotes"`),
    );
    expect(reads()).toBe(1);
  });

  test("is not read again for what this process added itself", () => {
    const { here, reads } = world();
    for (const n of [1, 2, 3]) here.add(foo, `key${n}`, `text ${n}`);
    expect([here.find(foo, ["key2"])?.text, here.find(foo, ["key9"]), reads()]).toEqual(["text 2", undefined, 0]);
  });

  test("is read again for what another process has added since", () => {
    const { here, there } = world();
    here.add(foo, "key1", "text 1");
    there.add(foo, "key2", "text 2");
    expect(here.find(foo, ["key2"])?.text).toBe("text 2");
    here.add(foo, "key3", "text 3");
    expect(["key1", "key2", "key3"].map((key) => there.find(foo, [key])?.text)).toEqual(["text 1", "text 2", "text 3"]);
  });

  test("tells which of several keys it has, the first first", () => {
    const { here } = world();
    here.add(foo, "claimed", "what an index says");
    expect(here.find(foo, ["own", "claimed"])).toMatchObject({ key: "claimed", text: "what an index says" });
    here.add(foo, "own", "what the wheel holds");
    expect(here.find(foo, ["own", "claimed"])).toMatchObject({ key: "own", text: "what the wheel holds" });
  });
});

describe("what is not whole is a miss, and spoils nothing else", () => {
  test.each([
    ["an end that was cut off", (text: string) => text.slice(0, -9)],
    ["a beginning that is missing", (text: string) => text.slice(12)],
    ["zeros in the place of some bytes", (text: string) => text.slice(0, 6) + "\0".repeat(8) + text.slice(14)],
    ["no checksum", () => '\nkey1\t"text 1"\n'],
    ["the checksum of another text", (text: string) => text.replace("text 1", "text 7")],
    ["JSON that is no text", () => `\nkey1\t${crc32("[1]").toString(16).padStart(8, "0")}\t[1]\n`],
    ["a line without a key", () => '\n\t"text"\n'],
    ["a line feed alone", () => "\n"],
  ])("%s", (_, damage) => {
    const { contents, here, there } = world();
    here.add(foo, "key1", "text 1");
    contents.set(path, damage(contents.get(path)!));
    there.add(foo, "key2", "text 2");
    const fresh = new MetadataPacks(memoryDocumentsWith(contents.get(path)!));
    expect([fresh.find(foo, ["key1"])?.text, fresh.find(foo, ["key2"])?.text]).toEqual([undefined, "text 2"]);
  });
});

function memoryDocumentsWith(content: string) {
  const { documents, contents } = memoryDocuments();
  contents.set(path, content);
  return documents;
}
