import { temporaryFolder } from "@murre/test-kit";
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { demoWheel, fillDemo, namesBelow, shaOf } from "../demo-wheel.test.data.ts";
import { cacheLayout } from "../folder/layout.ts";
import { maintainCache } from "./maintenance.ts";
import { beginCacheOperation } from "../operation/operation.ts";
import type { ArchiveManifest } from "../entry/archive-manifest.ts";
import { encodeManifest } from "../entry/manifest.ts";
import type { WheelContents } from "../entry/wheel-manifest.ts";
import { takeLease } from "@murre/locking";

const dayMs = 24 * 60 * 60 * 1000;

/** A cache with an archive of each text, all of them by an operation that has ended: project a-0 has texts[0], and so on. */
async function filled(texts: readonly string[]) {
  const folder = temporaryFolder("cache");
  const layout = cacheLayout(folder);
  const cache = beginCacheOperation(folder);
  for (const [index, text] of texts.entries()) {
    const project = `a-${index}`;
    await cache.add(project, fillDemo(text, project));
    cache.documents.write(["metadata", `${project}.needs`], "Metadata-Version: 2.1\n");
    cache.documents.write(["index", "0011223344556677", project], "page");
  }
  cache.end();
  const pointer = (index: number) => layout.pointer(`a-${index}`, shaOf(texts[index] ?? ""));
  const file = (index: number) => {
    const id = readFileSync(pointer(index), "utf8").trim();
    return { id, path: `${layout.entry(id)}/pkg/a.py` };
  };
  const used = (index: number, daysAgo: number) => {
    const date = new Date(Date.now() - daysAgo * dayMs);
    utimesSync(pointer(index), date, date);
  };
  const found = () => {
    const reader = beginCacheOperation(folder);
    const indexes = texts.map((text, index) => (reader.lookup(`a-${index}`, shaOf(text)) === undefined ? "-" : index));
    reader.end();
    return indexes.join("");
  };
  return {
    folder,
    layout,
    pointer,
    file,
    used,
    found,
    maintenance: maintainCache(folder),
    names: (...name: string[]) => namesBelow(layout.root, ...name),
  };
}

describe("clean", () => {
  test("empties the cache, and says how much that freed", async () => {
    const { maintenance, layout, found } = await filled(["one", "three"]);
    const { archives, documents, freed, pending } = await maintenance.clean();
    expect({ archives, documents, pending }).toEqual({
      archives: 2,
      documents: 4,
      pending: { entries: 0, files: 0, bytes: 0 },
    });
    expect(freed.entries).toBe(2);
    expect(found()).toBe("--");
    expect(maintenance.size()).toMatchObject({ entries: 0, files: 0, bytes: 0 });
    expect(existsSync(layout.root)).toBe(true);
  });

  test("of a project leaves the others alone, whatever way its name is written", async () => {
    const { maintenance, found, names } = await filled(["one", "two"]);
    const { archives, documents } = await maintenance.clean(["A_0", "a.0", "unknown"]);
    expect({ archives, documents }).toEqual({ archives: 1, documents: 2 });
    expect(found()).toBe("-1");
    expect(names("metadata")).toEqual(["a-1.needs"]);
    expect(names("index", "0011223344556677")).toEqual(["a-1"]);
    expect(names("archives")).toEqual(["a-1"]);
  });

  test("beside an operation says what that still uses, and takes it away when it ends", async () => {
    const { maintenance, folder, names } = await filled(["12345"]);
    const user = beginCacheOperation(folder);
    const entry = user.lookup("a-0", shaOf("12345"));
    const { freed, pending } = await maintenance.clean();
    expect(freed.entries).toBe(0);
    expect(pending.entries).toBe(1);
    expect(pending.bytes).toBeGreaterThan(5);
    expect(readFileSync(`${entry?.filesFolder}/a.py`, "utf8")).toBe("12345");
    user.end();
    expect(names("store")).toEqual([]);
    expect((await maintenance.prune()).freed.entries).toBe(0);
  });

  test("does not count bytes that an environment links", async () => {
    const text = "x".repeat(100_000);
    const { maintenance, folder, file } = await filled([text]);
    linkSync(file(0).path, join(folder, "linked-out"));
    const before = maintenance.size();
    expect(before.bytes - before.unsharedBytes).toBeGreaterThanOrEqual(100_000);
    const { freed } = await maintenance.clean();
    expect(freed.bytes).toBeLessThan(100_000);
    expect(readFileSync(join(folder, "linked-out"), "utf8")).toBe(text);
  });

  test("of a folder that is not there is nothing to do", async () => {
    const maintenance = maintainCache(join(temporaryFolder("cache"), "absent"));
    expect((await maintenance.clean()).archives).toBe(0);
    expect((await maintenance.prune()).archives).toBe(0);
    expect(maintenance.list()).toEqual([]);
    expect((await maintenance.verify()).problems).toEqual([]);
  });

  test("takes away interrupted downloads, but not the ones in progress", async () => {
    const { maintenance, layout, names } = await filled([]);
    const lease = takeLease(layout.root);
    for (const owner of [lease.name, "0000000000000000_aaaaabbbbb_1_1"])
      mkdirSync(`${layout.partial}/key.${owner}`, { recursive: true });
    await maintenance.clean();
    expect(names("partial")).toEqual([`key.${lease.name}`]);
    lease.release();
    await maintenance.prune();
    expect(names("partial")).toEqual([]);
  });
});

describe("prune", () => {
  test("for a CI leaves what was built, and the notes that lead to it", async () => {
    const cache = await filled(["fetched", "built", "of sources without a name"]);
    const note = (index: number, ...segments: string[]) => {
      const operation = beginCacheOperation(cache.folder);
      operation.documents.write(
        ["built", ...segments],
        JSON.stringify({ sha256: shaOf(texts[index] ?? ""), made: [] }),
      );
      operation.documents.write(["built", segments[0] ?? "", "x.metadata"], JSON.stringify({ text: "Name: a" }));
      operation.end();
    };
    const texts = ["fetched", "built", "of sources without a name"];
    note(1, "a-1", "key");
    note(2, "unnamed-sources", "key");
    const maintenance = maintainCache(cache.folder);
    expect((await maintenance.prune({ keepsOnlyBuilt: true })).archives).toBe(1);
    expect(cache.found()).toBe("-12");
    expect((await maintenance.prune({ keepsOnlyBuilt: true })).archives).toBe(0);
  });

  test("without options keeps everything that can be reached", async () => {
    const { maintenance, found, names } = await filled(["one", "two"]);
    const { archives, documents, freed } = await maintenance.prune();
    expect({ archives, documents, bytes: freed.bytes }).toEqual({ archives: 0, documents: 0, bytes: 0 });
    expect(found()).toBe("01");
    expect(names("metadata")).toHaveLength(2);
  });

  test("by age removes what was used longer ago", async () => {
    const { maintenance, used, found } = await filled(["one", "two", "three"]);
    used(0, 31);
    used(1, 29);
    expect((await maintenance.prune({ olderThanMs: 30 * dayMs })).archives).toBe(1);
    expect(found()).toBe("-12");
  });

  test("by size removes what was not used for longest", async () => {
    const { maintenance, used, found } = await filled(["1".repeat(100), "2".repeat(100), "3".repeat(100)]);
    used(0, 1.5);
    used(1, 3);
    used(2, 2);
    expect((await maintenance.prune({ maxBytes: 200 })).archives).toBe(1);
    expect(found()).toBe("0-2");
    expect((await maintenance.prune({ maxBytes: 0 })).archives).toBe(2);
  });

  test("goes by the last lookup, which is noted once a day", async () => {
    const { maintenance, used, found } = await filled(["one"]);
    used(0, 40);
    found();
    expect((await maintenance.prune({ olderThanMs: 30 * dayMs })).archives).toBe(0);
  });
});

describe("size and list", () => {
  test("say what is there", async () => {
    const { maintenance } = await filled(["one", "two"]);
    expect(maintenance.list()).toMatchObject([
      { project: "a-0", version: "1.0", sha256: shaOf("one"), files: 1, bytes: 3 },
      { project: "a-1", version: "1.0", sha256: shaOf("two"), files: 1, bytes: 3 },
    ]);
    const { entries, bytes, unsharedBytes, parts } = maintenance.size();
    expect(entries).toBe(2);
    expect(parts.documents).toBe(2 * ("Metadata-Version: 2.1\n".length + "page".length));
    expect(parts.store + parts.documents + parts.rest).toBe(bytes);
    expect(unsharedBytes).toBeLessThan(bytes); // the token is linked by the pointer
  });
});

describe("list goes by what the head of a manifest says", () => {
  type Cache = Awaited<ReturnType<typeof filled>>;
  const manifestOf = ({ layout, file }: Cache) => `${layout.entry(file(0).id)}/manifest`;
  const rewritten = (cache: Cache, change: Partial<WheelContents>) => {
    const file = { path: "a.py", sizeBytes: 3, executable: false, sha256: "x".repeat(43) };
    const contents = { ...demoWheel("a-0", [{ path: "", files: [file] }]), ...change };
    writeFileSync(manifestOf(cache), encodeManifest(contents));
  };
  const script = { name: "tool", module: "a.b.c.d", extras: [] };

  test.each<[string, (cache: Cache) => void, string[]]>([
    [
      "one with a long head",
      (one) => rewritten(one, { consoleScripts: Array.from({ length: 200 }, () => script) }),
      ["a-0 1.0 1", "a-1 1.0 1"],
    ],
    ["one with letters of many bytes", (one) => rewritten(one, { version: "1.0+é" }), ["a-0 1.0+é 1", "a-1 1.0 1"]],
    ["one that was cut off is left out", (one) => truncateSync(manifestOf(one), 700), ["a-1 1.0 1"]],
    ["one that is longer than it says is left out", (one) => appendFileSync(manifestOf(one), "x"), ["a-1 1.0 1"]],
    ["one without a manifest is left out", (one) => rmSync(manifestOf(one)), ["a-1 1.0 1"]],
    ["one whose pointer is marked is left out", (one) => appendFileSync(one.pointer(0), "x"), ["a-1 1.0 1"]],
  ])("%s", async (_, change, expected) => {
    const cache = await filled(["one", "two"]);
    change(cache);
    const listed = cache.maintenance.list().map(({ project, version, files }) => `${project} ${version} ${files}`);
    expect(listed).toEqual(expected);
  });
});

test("size counts the pointers of projects, whatever else lies beside them, and follows no link", async () => {
  const { layout, maintenance } = await filled(["one", "two"]);
  const before = maintenance.size();
  writeFileSync(`${layout.archives}/stray`, "12345");
  symlinkSync(layout.store, `${layout.archives}/linked`);
  mkdirSync(`${layout.archives}/a-0/folder/deeper`, { recursive: true });
  writeFileSync(`${layout.archives}/a-0/folder/deeper/x`, "123");
  const after = maintenance.size();
  const link = lstatSync(`${layout.archives}/linked`).size;
  expect(after).toMatchObject({ entries: before.entries + 1, files: before.files + 3, bytes: before.bytes + 8 + link });
});

describe("verify", () => {
  type Cache = Awaited<ReturnType<typeof filled>>;
  const overwrite = (path: string, text: string) => writeFileSync(path, text, { flag: "r+" });

  test.each<[string, (cache: Cache) => void]>([
    ["changed-file", ({ file }) => overwrite(file(0).path, "tow")],
    ["truncated-file", ({ file }) => truncateSync(file(0).path, 1)],
    ["missing-file", ({ file }) => rmSync(file(0).path)],
    ["extra-file", ({ file }) => writeFileSync(`${file(0).path}.extra`, "")],
    ["broken-manifest", ({ layout, file }) => truncateSync(`${layout.entry(file(0).id)}/manifest`, 9)],
    ["broken-pointer", ({ pointer }) => appendFileSync(pointer(0), "zz")],
    ["dangling-pointer", ({ layout, file }) => rmSync(layout.entry(file(0).id), { recursive: true })],
    [
      "foreign-entry",
      ({ pointer, file }) => {
        const { id } = file(1);
        rmSync(pointer(0));
        writeFileSync(pointer(0), `${id}\n`);
      },
    ],
  ])("finds a %s and --repair heals it", async (kind, damage) => {
    const cache = await filled(["one", "two"]);
    expect((await cache.maintenance.verify()).problems).toEqual([]);
    damage(cache);
    const { problems, repaired } = await cache.maintenance.verify();
    expect(problems).toMatchObject([{ kind, project: "a-0", sha256: shaOf("one") }]);
    expect(repaired).toBe(0);
    expect((await cache.maintenance.verify({ repair: true })).repaired).toBe(1);
    expect((await cache.maintenance.verify()).problems).toEqual([]);
    const again = beginCacheOperation(cache.folder);
    expect(again.lookup("a-0", shaOf("one"))).toBeUndefined();
    await again.add("a-0", fillDemo("one", "a-0"));
    again.end();
    expect(cache.found()).toBe("01"); // also where the pointer named the other one's entry
    await cache.maintenance.prune();
    expect(cache.names("condemned")).toEqual([]);
  });

  test("a manifest of other files is found by the files", async () => {
    const { maintenance, layout, file } = await filled(["one"]);
    const folder = temporaryFolder("cache");
    writeFileSync(`${layout.entry(file(0).id)}/manifest`, encodeManifest(await fillDemo("two", "a-0")(folder)));
    expect((await maintenance.verify()).problems).toMatchObject([{ kind: "changed-file", path: "a.py" }]);
  });
});

test("an archive is listed, verified and healed as the one file that it is", async () => {
  const folder = temporaryFolder("cache");
  const cache = beginCacheOperation(folder);
  const filename = "demo-1.0.tar.gz";
  const { filesFolder } = await cache.add("demo", async (destination): Promise<ArchiveManifest> => {
    writeFileSync(join(destination, filename), "sources");
    return { kind: "archive", filename, project: "demo", version: "1.0", sizeBytes: 7, sha256: shaOf("sources") };
  });
  cache.end();
  const maintenance = maintainCache(folder);
  const listed = { project: "demo", kind: "archive", version: "1.0", filename, sha256: shaOf("sources"), files: 1 };
  expect(maintenance.list()).toEqual([{ ...listed, bytes: 7, lastUse: expect.any(String) }]);
  expect(await maintenance.verify()).toMatchObject({ entries: 1, files: 1, problems: [] });
  writeFileSync(join(filesFolder, filename), "SOURCES");
  expect(await maintenance.verify({ repair: true })).toMatchObject({
    problems: [{ kind: "changed-file", path: filename }],
    repaired: 1,
  });
  expect(maintenance.list()).toEqual([]);
});

test("a copy of the cache (cp -r breaks the hard links between pointers and tokens) serves, is cleaned, and keeps foreign leases by age", async () => {
  const { folder, maintenance, layout } = await filled(["one"]);
  const open = beginCacheOperation(folder);
  const copy = join(temporaryFolder("cache"), "copy");
  cpSync(folder, copy, { recursive: true });
  open.end();
  const reader = beginCacheOperation(copy);
  const entry = reader.lookup("a-0", shaOf("one"));
  expect(entry?.filesFolder.startsWith(copy)).toBe(true);
  reader.end();
  expect((await maintainCache(copy).verify()).problems).toEqual([]);
  expect((await maintainCache(copy).clean()).archives).toBe(1);
  expect((await maintenance.clean()).freed.entries).toBe(1);
  expect(namesBelow(layout.root, "store")).toEqual([]);
});
