import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWheel, temporaryFolder, wheelFilename, type RecordRow, type WheelSpec } from "@murre/test-kit";
import { afterAll, describe, expect, test } from "vitest";
import { createUnpacker, describeRecordProblems, recordError, type UnpackedWheel } from "../src/index.ts";

const plain: WheelSpec = { name: "x", version: "1.0", files: { "x.py": "one = 1\n", "p/a,b.txt": "two" } };
const noSuchHash = "sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const digest = (algorithm: string, data: string) =>
  `${algorithm}=${createHash(algorithm).update(data).digest("base64url")}`;

type Rows = readonly RecordRow[];
const withRow = (change: Partial<RecordRow>) => (rows: Rows) =>
  rows.map((row) => (row.path === "x.py" ? { ...row, ...change } : row));
const more =
  (path: string, hash = "", size = "") =>
  (rows: Rows) => [...rows, { path, hash, size }];
/** RECORD as text, one row a line, changed as text. */
const asText = (change: (text: string) => string) => async (): Promise<Partial<WheelSpec>> => {
  let text = "";
  await makeWheel({
    ...plain,
    record: (rows) => {
      text = rows
        .map(({ path, hash, size }) => `${path.includes(",") ? `"${path}"` : path},${hash},${size}\n`)
        .join("");
      return rows;
    },
  });
  return { record: change(text) };
};

const folder = temporaryFolder("record-problems");
const unpacker = createUnpacker({ workers: 0 });
afterAll(() => unpacker.close());

let count = 0;
async function unpack(change: Partial<WheelSpec>): Promise<UnpackedWheel & { readonly folder: string }> {
  const destination = join(folder, String(count++));
  mkdirSync(destination);
  const wheelPath = `${destination}-${wheelFilename(plain)}`;
  writeFileSync(wheelPath, await makeWheel({ ...plain, ...change }));
  return {
    ...(await unpacker.unpack({ wheelPath, destination, filename: wheelFilename(plain) })),
    folder: destination,
  };
}

type Case = readonly [what: string, said: string, change: Partial<WheelSpec> | (() => Promise<Partial<WheelSpec>>)];

const disagreeing: readonly Case[] = [
  ["a wrong hash", `x.py: RECORD lists ${noSuchHash}, the archive holds`, { record: withRow({ hash: noSuchHash }) }],
  ["a wrong sha512", "x.py: RECORD lists sha512=", { record: withRow({ hash: digest("sha512", "other") }) }],
  ["a wrong size", "x.py: RECORD lists 7 bytes, the archive holds 8 bytes", { record: withRow({ size: "7" }) }],
  ["a hash by md5", "x.py: RECORD lists a hash by md5", { record: withRow({ hash: digest("md5", "one = 1\n") }) }],
  ["an unknown algorithm", "x.py: RECORD lists a hash by crc7", { record: withRow({ hash: "crc7=AA" }) }],
  ["a row without a hash", "x.py: RECORD lists no hash", { record: withRow({ hash: "" }) }],
  [
    "a missing row",
    "x.py: RECORD lists nothing, the archive holds a file",
    { record: (rows) => rows.filter(({ path }) => path !== "x.py") },
  ],
  ["a file that is not listed", "extra.py: RECORD lists nothing", { unlisted: [["extra.py", "1"]] }],
  [
    "a row without a file",
    "y.py: RECORD lists a file, the archive holds nothing",
    { record: more("y.py", noSuchHash) },
  ],
  ["a row of a folder", "p/: RECORD lists a folder", { record: more("p/") }],
  ["a row of a folder that is not there", "q/: RECORD lists a folder", { record: more("q/", "", "0") }],
  [
    "a hash of itself",
    "RECORD lists a hash of itself",
    { record: (rows) => rows.map((row) => (row.hash === "" ? { ...row, hash: noSuchHash } : row)) },
  ],
  ["an absolute row", "/etc/passwd: RECORD lists a file", { record: more("/etc/passwd", noSuchHash, "1") }],
  ["a row outside", "../../../bin/sh: RECORD lists a file", { record: more("../../../bin/sh", noSuchHash, "1") }],
  [
    "a row from the current folder on",
    "./x.py: RECORD lists another spelling",
    { record: withRow({ path: "./x.py" }) },
  ],
  ["a backslash", "p\\\\a,b.txt: RECORD lists another spelling", asText((text) => text.replace("p/", "p\\"))],
  ["another case", "X.py: RECORD lists a file, the archive holds nothing", { record: more("X.py") }],
  ["two different rows", "x.py: RECORD lists two different rows", { record: more("x.py", noSuchHash, "8") }],
  [
    "a signature with a wrong hash",
    "RECORD.jws: RECORD lists",
    {
      unlisted: [["x-1.0.dist-info/RECORD.jws", "{}"]],
      record: more("x-1.0.dist-info/RECORD.jws", noSuchHash, "2"),
    },
  ],
  ["nothing at all", "RECORD lists nothing, the archive holds 5 files", { record: "" }],
  [
    "further columns",
    "RECORD line 1: expected path, hash and size, found 5 fields",
    asText((text) => text.replaceAll("\n", ",,\n")),
  ],
  [
    "two columns",
    "RECORD line 1: expected path, hash and size, found 2 fields",
    asText((text) => text.replaceAll(/,[0-9]*\n/g, "\n")),
  ],
  [
    "a size that is none",
    "RECORD line 1: the size 8x is not a number",
    asText((text) => text.replace(",8\n", ",8x\n")),
  ],
  ["a hash that is none", "RECORD line 1: the hash", { record: withRow({ hash: "hello world" }) }],
  ["an empty path", "RECORD line 6: the path is empty", asText((text) => `${text},,\n`)],
  ["a quotation mark that nothing closes", "RECORD line 6: expected", asText((text) => `${text}"x.py,,\n`)],
  ["text", "RECORD line 1: expected path, hash and size, found one field", { record: "hello\n" }],
];

describe("what RECORD says wrongly is no reason to refuse a wheel, and has no say in what is unpacked", () => {
  test.each(disagreeing)("%s", async (_, said, change) => {
    const wheel = await unpack(typeof change === "function" ? await change() : change);
    expect(describeRecordProblems(wheel.recordProblems!)).toContain(said.replaceAll("\\\\", "\\"));
    const listed = wheel.files.filter(({ path }) => !/extra|RECORD/.test(path)).map(({ path }) => path);
    expect(listed).toEqual(["x.py", "p/a,b.txt", "x-1.0.dist-info/METADATA", "x-1.0.dist-info/WHEEL"]);
    for (const { path, sha256 } of wheel.files)
      expect(digest("sha256", readFileSync(join(wheel.folder, path), "utf8"))).toBe(`sha256=${sha256}`);
  });

  test.each<[string, () => Promise<Partial<WheelSpec>>]>([
    ["lines that end with CR LF", asText((text) => text.replaceAll("\n", "\r\n"))],
    ["lines that end with CR", asText((text) => text.replaceAll("\n", "\r"))],
    ["a byte order mark, and blank lines", asText((text) => `\uFEFF${text}\n\n`)],
    ["no newline at the end", asText((text) => text.trimEnd())],
    [
      "every field in quotation marks",
      asText((text) => text.replaceAll(/^([^",]*),([^,]*),(.*)$/gm, '"$1","$2","$3"')),
    ],
    ["one row twice", asText((text) => text + text.split("\n")[0])],
  ])("%s: nothing is wrong with it", async (_, change) => {
    expect((await unpack(await change())).recordProblems).toBeUndefined();
  });

  test("of many problems the first few are kept, and the number of all", async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}.py`, ""]));
    const { recordProblems } = await unpack({ files, record: (rows) => rows.slice(-3) });
    expect(recordProblems).toMatchObject({ count: 100, first: [{ path: "m0.py" }, {}, {}, { path: "m3.py" }] });
    expect(recordError("x.whl", recordProblems!)).toMatchObject({
      code: "MURRE_RECORD_MISMATCH",
      message: expect.stringMatching(/^x.whl: m0.py: RECORD lists nothing, .*; and 96 more \(MURRE_RECORD_MISMATCH\)$/),
    });
  });

  test("what a row holds goes to a terminal and into the store as text of a bounded length", async () => {
    const record = more(`a\u001b[2J\u0007${"x".repeat(10_000)}`);
    const { text = "", path = "" } = (await unpack({ record })).recordProblems!.first[0] ?? {};
    expect(text).toMatch(/^a\?\[2J\?x{200}/);
    expect(text.length + path.length).toBeLessThan(700);
    const hash = `sha256=${"A".repeat(10_000)}`;
    expect(JSON.stringify((await unpack({ record: withRow({ hash }) })).recordProblems).length).toBeLessThan(700);
  });

  test("who holds RECORD to the letter learns of rows that are none by their own code", async () => {
    const { recordProblems } = await unpack({ record: "x.py\n" });
    expect(recordError("x.whl", recordProblems!)).toMatchObject({ code: "MURRE_INVALID_RECORD" });
  });

  test.each(["MURRE_OF_ANOTHER_VERSION", "", "MURRE_UNSAFE_PATH"])(
    "a disagreement that was written down with the code %j is still one of RECORD",
    (code) => {
      const problems = { count: 1, first: [{ code, text: "x.py: RECORD lists nothing", path: "x.py" }] };
      expect(recordError("x.whl", problems)).toMatchObject({ code: "MURRE_RECORD_MISMATCH" });
    },
  );
});
