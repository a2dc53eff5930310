import { temporaryFolder } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { demoWheel, shaOf } from "../demo-wheel.test.data.ts";
import { cacheLayout } from "../folder/layout.ts";
import { beginCacheOperation } from "../operation/operation.ts";
import { verify, type VerifyProgress } from "./verify.ts";

const kib = 1024;
const mib = kib * kib;

/** Archives with a file of each of these sizes, so that some are read at once, some in parts, and some are a job of their own. */
async function filled(archives: number, sizes: readonly number[]) {
  const folder = temporaryFolder("cache");
  const cache = beginCacheOperation(folder);
  const paths: string[][] = [];
  for (let number = 0; number < archives; number++) {
    const { filesFolder } = await cache.add(`a-${number}`, async (destination) => {
      mkdirSync(`${destination}/a`);
      const files = sizes.map((sizeBytes, index) => {
        const content = Buffer.alloc(sizeBytes, `${number}.${index}.`);
        writeFileSync(`${destination}/a/f${index}`, content);
        const sha256 = createHash("sha256").update(content).digest("base64url");
        return { path: `a/f${index}`, sizeBytes, sha256, executable: false };
      });
      const folders = [
        { path: "", files: [] },
        { path: "a", files },
      ];
      return { ...demoWheel(`a-${number}`, folders), sha256: shaOf(`${number}`) };
    });
    paths.push(sizes.map((_, index) => `${filesFolder}/a/f${index}`));
  }
  cache.end();
  return { layout: cacheLayout(folder), paths };
}

const sizes = [0, 5, mib, mib + 1, 9 * mib];

/** The same in the calling thread, in threads, and changing over for large files. */
const ways = [
  ["in the calling thread", { archives: Infinity, bytes: Infinity }],
  ["in threads", { archives: 0, bytes: 0 }],
  ["in threads for large files alone", { archives: Infinity, bytes: 1 }],
] as const;

describe.each(ways)("verifying %s", (_, threadsFrom) => {
  test("finds whatever is not as it was unpacked, in the order of the archives, and says how far it is", async () => {
    const { layout, paths } = await filled(3, sizes);
    const [first = [], second = [], third = []] = paths;
    const seen: VerifyProgress[] = [];
    const run = () => verify(layout, { threadsFrom, onProgress: (progress) => seen.push(progress) });
    expect(await run()).toEqual({ entries: 3, files: 15, problems: [], repaired: 0 });
    expect(seen.at(-1)).toEqual({ archives: 3, of: 3, bytes: 3 * sizes.reduce((sum, size) => sum + size) });
    // The last byte of each: of a small file, of one that is read in parts, and of a large one.
    for (const index of [1, 2, 3, 4])
      writeFileSync(first[index] ?? "", Buffer.alloc(sizes[index] ?? 0, "0.x.").fill("!", (sizes[index] ?? 0) - 1));
    truncateSync(second[4] ?? "", 8 * mib);
    writeFileSync(second[0] ?? "", "x");
    rmSync(third[4] ?? "");
    rmSync(third[1] ?? "");
    symlinkSync(first[1] ?? "", third[1] ?? "");
    rmSync(third[2] ?? "");
    mkdirSync(third[2] ?? "");
    const { problems } = await run();
    expect(problems.map(({ project, kind, path }) => `${project} ${kind} ${path}`).toSorted()).toEqual([
      "a-0 changed-file a/f1",
      "a-0 changed-file a/f2",
      "a-0 changed-file a/f3",
      "a-0 changed-file a/f4",
      "a-1 changed-file a/f0",
      "a-1 truncated-file a/f4",
      "a-2 missing-file a/f1",
      "a-2 missing-file a/f2",
      "a-2 missing-file a/f4",
    ]);
    const projects = problems.map(({ project }) => project);
    expect(projects).toEqual(projects.toSorted());
    expect((await verify(layout, { threadsFrom, repair: true })).repaired).toBe(3);
  });

  test("ends with the signal's reason", async () => {
    const { layout } = await filled(40, [5]);
    const stop = new AbortController();
    const reason = new Error("Ctrl-C");
    const onProgress = () => stop.abort(reason);
    await expect(verify(layout, { threadsFrom, signal: stop.signal, onProgress })).rejects.toBe(reason);
    await expect(verify(layout, { threadsFrom, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
