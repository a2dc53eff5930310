import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRecord, parseRecord, type RecordEntry } from "./record.ts";

describe("PEP 376 and PEP 627: RECORD is a table of path, hash and size", () => {
  test.each<[string, RecordEntry[]]>([
    ["a.py,sha256=Abc-_1,12\n", [{ path: "a.py", algorithm: "sha256", digest: "Abc-_1", sizeBytes: 12 }]],
    ["a.py,sha256=Abc-_1,\n", [{ path: "a.py", algorithm: "sha256", digest: "Abc-_1" }]],
    [
      `a.py,sha256=${"0f".repeat(32)},1`,
      [{ path: "a.py", algorithm: "sha256", digest: Buffer.alloc(32, 15).toString("base64url"), sizeBytes: 1 }],
    ],
    ["a.py,,\n", [{ path: "a.py" }]],
    ["a.py,,0", [{ path: "a.py", sizeBytes: 0 }]],
    ["a.py,SHA384=x=,1\r\n\r\n", [{ path: "a.py", algorithm: "sha384", digest: "x", sizeBytes: 1 }]],
    ['"a,""b"".py",,\nc,,\n', [{ path: 'a,"b".py' }, { path: "c" }]],
    ['"two\nlines",,7\n', [{ path: "two\nlines", sizeBytes: 7 }]],
    ["../../bin/x,,\n/etc/x,,\n", [{ path: "../../bin/x" }, { path: "/etc/x" }]],
    ["\uFEFFa,,\n", [{ path: "a" }]],
    ["", []],
  ])("%j is read", (text, entries) => {
    expect(parseRecord(text)).toEqual(entries);
  });

  test("all bad rows are named at once, with their lines", () => {
    const text = 'good,,\n"a\nb",,x\nonly\n,,\nx,md5,\ny,sha256=!,1\na,b,c,d\n';
    const named = parseError(text).problems.map((problem) => /line \d+/.exec(problem.text)?.[0]);
    expect(named).toEqual(["line 2", "line 4", "line 5", "line 6", "line 7", "line 8"]);
  });

  test("what is written is read back", () => {
    const path = fc.string({ minLength: 1, unit: "binary" }).filter((text) => !/\r|^\uFEFF/.test(text));
    const digest = fc.stringMatching(/^[A-Za-z0-9_-]{1,43}$/);
    const entry = fc.oneof(
      fc.record({ path }),
      fc.record({ path, sizeBytes: fc.nat() }),
      fc.record({ path, algorithm: fc.constantFrom("sha256", "sha512"), digest, sizeBytes: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(parseRecord(formatRecord(entries))).toEqual(entries);
      }),
      { seed: 376 },
    );
  });
});

function parseError(text: string): { problems: { text: string }[] } {
  try {
    parseRecord(text);
  } catch (error) {
    return error as { problems: { text: string }[] };
  }
  throw new Error("expected an error");
}
