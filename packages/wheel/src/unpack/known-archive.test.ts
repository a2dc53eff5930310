import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileState } from "@murre/files";
import { temporaryFolder, writeWheel } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { unpackArchive, type UnpackTask } from "./unpack-archive.ts";

const folder = temporaryFolder("known");
/** Of no file: where it comes back, nothing was hashed. */
const told = "0".repeat(64);

let count = 0;
async function task(): Promise<UnpackTask> {
  const place = join(folder, String(count++));
  const destination = join(place, "out");
  mkdirSync(destination, { recursive: true });
  const wheelPath = await writeWheel(place, { name: "x", version: "1.0", files: { "x/a.py": "a", "x/b.py": "b" } });
  // Clocks of file systems are coarse: what is written from now on has another time.
  utimesSync(wheelPath, 1000, 1000);
  const filename = "x-1.0-py3-none-any.whl";
  const known = { sha256: told, state: fileState(wheelPath) };
  return { wheelPath, destination, filename, expectedHashes: {}, known, platform: "linux", limits: {} };
}

const digest = (path: string, algorithm: string) => createHash(algorithm).update(readFileSync(path)).digest("hex");
const unpacked = async (given: UnpackTask) => (await unpackArchive(given, () => {})).archiveSha256;

describe("what is known of an archive", () => {
  test.each<[string, UnpackTask["expectedHashes"]]>([
    ["no hash", {}],
    ["the hash that is known", { sha256: told }],
  ])("is taken where %s is expected", async (_, expectedHashes) => {
    expect(await unpacked({ ...(await task()), expectedHashes })).toBe(told);
  });

  test.each<[string, (path: string) => void]>([
    ["other times", (path) => utimesSync(path, 1000, 2000)],
    ["the same bytes, written once more", (path) => writeFileSync(path, readFileSync(path))],
    ["another inode", (path) => [writeFileSync(`${path}-new`, readFileSync(path)), renameSync(`${path}-new`, path)]],
  ])("is nothing where the archive has %s", async (_, change) => {
    const given = await task();
    change(given.wheelPath);
    expect(await unpacked(given)).toBe(digest(given.wheelPath, "sha256"));
  });

  test("is nothing where another hash is expected: that is compared", async () => {
    const given = await task();
    const real = digest(given.wheelPath, "sha256");
    expect(await unpacked({ ...given, expectedHashes: { sha256: real } })).toBe(real);
    const other = await task();
    const sha512 = digest(other.wheelPath, "sha512");
    expect(await unpacked({ ...other, expectedHashes: { sha256: digest(other.wheelPath, "sha256"), sha512 } })).toBe(
      digest(other.wheelPath, "sha256"),
    );
    const wrong = { ...(await task()), expectedHashes: { sha512: "1".repeat(128) } };
    await expect(unpacked(wrong)).rejects.toMatchObject({ code: "MURRE_HASH_MISMATCH" });
  });

  test.each<[string, (path: string) => void]>([
    ["written over", (path) => writeFileSync(path, readFileSync(path))],
    ["taken away", (path) => rmSync(path)],
    ["exchanged", (path) => [writeFileSync(`${path}-new`, readFileSync(path)), renameSync(`${path}-new`, path)]],
  ])("does not hold for an archive that is %s while it is unpacked", async (_, change) => {
    const given = await task();
    let calls = 0;
    const check = () => {
      // Before the first member.
      if (calls++ === 0) change(given.wheelPath);
    };
    await expect(unpackArchive(given, check)).rejects.toMatchObject({
      code: "MURRE_HASH_MISMATCH",
      message: expect.stringContaining("while it was unpacked"),
    });
  });
});
