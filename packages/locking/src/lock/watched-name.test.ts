import { temporaryFolder } from "@murre/test-kit";
import { linkSync, mkdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WatchedName } from "./watched-name.ts";

/** Long enough that a test which is not woken fails by its own time. */
const forEver = 3_600_000;

describe.skipIf(process.platform === "win32")("a name is told about", () => {
  test.each<[what: string, make: (path: string) => void, end: (path: string) => void]>([
    ["a ticket that is a file, unlinked", (path) => writeFileSync(path, ""), (path) => unlinkSync(path)],
    [
      "a ticket that is a link of a lease, unlinked",
      (path) => {
        writeFileSync(`${path}-lease`, "");
        linkSync(`${path}-lease`, path);
      },
      (path) => unlinkSync(path),
    ],
    ["a failure, renamed away", (path) => writeFileSync(path, ""), (path) => renameSync(path, `${path}-failed`)],
    ["a ticket that is a folder, renamed away", (path) => mkdirSync(path), (path) => renameSync(path, `${path}-trash`)],
    ["a folder, removed", (path) => mkdirSync(path), (path) => rmdirSync(path)],
    ["a hint that is written", (path) => writeFileSync(path, ""), (path) => writeFileSync(path, "lease")],
  ])("%s", async (_what, make, end) => {
    const path = join(temporaryFolder("watched"), "name");
    make(path);
    const name = new WatchedName(path);
    expect(name.isWatched).toBe(true);
    setTimeout(() => end(path), 10);
    await name.sleep(forEver, undefined);
    name.close();
  });
});

test("a change between two sleeps is not missed", async () => {
  const path = join(temporaryFolder("watched"), "name");
  writeFileSync(path, "");
  const name = new WatchedName(path);
  unlinkSync(path);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await name.sleep(name.isWatched ? forEver : 1, undefined)).toBeUndefined();
  name.close();
});

test("what has gone already is not watched, and a sleep ends by its time and by the signal", async () => {
  const name = new WatchedName(join(temporaryFolder("watched"), "absent"));
  expect(name.isWatched).toBe(false);
  await name.sleep(1, undefined);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 10);
  await name.sleep(forEver, abort.signal);
  name.close();
});
