import type { CacheOperations, CleanReport, VerifyAndRepairReport } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { parseAge, parseSize } from "../src/amounts.ts";
import { runWords } from "../src/run-words.test.data.ts";

const none = { entries: 0, files: 0, bytes: 0 };
const cleaned: CleanReport = {
  archives: 2,
  documents: 1,
  freed: { entries: 1, files: 5, bytes: 2048 },
  pending: { entries: 1, files: 3, bytes: 1024 },
};
const verified: VerifyAndRepairReport = {
  entries: 2,
  files: 9,
  problems: [{ kind: "changed-file", project: "demo", sha256: "ab".repeat(32), path: "demo/x.py" }],
  repaired: 0,
  freed: none,
  pending: none,
};

async function run(words: string, over: Partial<CacheOperations> = {}) {
  const calls: unknown[] = [];
  const answer =
    <T>(result: T) =>
    async (options?: unknown) => {
      calls.push(options);
      return result;
    };
  const cache: CacheOperations = {
    clean: answer(cleaned),
    prune: answer(cleaned),
    size: answer({
      entries: 2,
      files: 9,
      bytes: 4096,
      unsharedBytes: 1024,
      parts: { store: 4000, documents: 96, rest: 0 },
    }),
    list: answer([
      {
        project: "demo",
        kind: "wheel",
        version: "1.0",
        sha256: "ab".repeat(32),
        files: 3,
        bytes: 2048,
        lastUse: "2026-02-03T04:05:06.000Z",
      },
    ]),
    verify: answer(verified),
    ...over,
  };
  return { ...(await runWords(words.split(" "), { cacheFolder: "/cache", cache })), calls };
}

describe("murre cache", () => {
  test.each<[words: string, options: object]>([
    ["cache clean", {}],
    ["cache clean demo Other_Name", { projects: ["demo", "Other_Name"] }],
    ["cache prune", {}],
    ["cache prune --older-than 30d --max-size 10GB", { olderThanMs: 30 * 86_400_000, maxBytes: 10_000_000_000 }],
    ["cache verify --repair", { repair: true }],
  ])("%s", async (words, options) => {
    expect((await run(words)).calls).toMatchObject([options]);
  });

  test("clean says what is free now, and what will be", async () => {
    expect((await run("cache clean")).out).toBe(
      "Removed 2 archives and 1 document: 2.0 KiB freed\n" +
        "1.0 KiB more in 1 archive when the processes that use the cache have ended\n",
    );
  });

  test("prune says that there was nothing", async () => {
    const { out } = await run("cache prune", {
      prune: async () => ({ archives: 0, documents: 0, freed: none, pending: none }),
    });
    expect(out).toBe("Nothing to remove\n");
  });

  test("size and list", async () => {
    expect((await run("cache size")).out).toMatch(/^4\.0 KiB in 9 files, 2 archives\n/);
    expect((await run("cache list")).out).toBe("demo==1.0  2.0 KiB  2026-02-03  abababababab\n");
  });

  test.each([
    ["1.2", "demo-1.2.tar.gz", "demo==1.2 (sources: demo-1.2.tar.gz)"],
    [undefined, "main.zip", "demo (sources: main.zip)"],
  ])(
    "list calls an archive of sources one, with the version that its filename says: %j",
    async (version, filename, said) => {
      const one = {
        project: "demo",
        kind: "archive",
        ...(version === undefined ? {} : { version }),
        filename,
        sha256: "ab".repeat(32),
        files: 1,
        bytes: 9,
      } as const;
      const { out } = await run("cache list", { list: async () => [{ ...one, lastUse: "2026-02-03T04:05:06.000Z" }] });
      expect(out).toBe(`${said}  9 B  2026-02-03  abababababab\n`);
    },
  );

  test("verify ends with 1 when something is damaged, with 0 when it is repaired", async () => {
    const found = await run("cache verify");
    expect(found.code).toBe(1);
    expect(found.out).toContain("demo abababababab: changed file demo/x.py\n");
    expect((await run("cache verify --repair", { verify: async () => ({ ...verified, repaired: 1 }) })).code).toBe(0);
  });

  test("--json prints one document", async () => {
    expect(JSON.parse((await run("cache clean --json")).out)).toEqual(cleaned);
    expect(JSON.parse((await run("cache list --json")).out)).toHaveLength(1);
  });

  test("what is no age and no size is a usage error", async () => {
    expect((await run("cache prune --older-than soon")).code).toBe(2);
    expect((await run("cache prune --max-size much")).code).toBe(2);
  });
});

test.each([
  ["30d", 2_592_000_000],
  ["12h", 43_200_000],
  ["90 m", 5_400_000],
  ["2w", 1_209_600_000],
  ["1", 86_400_000],
])("the age %s is %i milliseconds", (text, ms) => expect(parseAge(text)).toBe(ms));

test.each([
  ["10GB", 10_000_000_000],
  ["500M", 500_000_000],
  ["1.5 GiB", 1_610_612_736],
  ["17", 17],
  ["2kb", 2000],
])("the size %s is %i bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));
