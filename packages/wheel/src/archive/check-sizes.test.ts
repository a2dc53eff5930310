import { describe, expect, test } from "vitest";
import { distInfoSizeProblem } from "./check-sizes.ts";

const MiB = 1024 ** 2;

/** As far as sizes are looked at. */
const entry = (path: string, sizeBytes: number, compressedSize = sizeBytes) => ({
  path,
  rawName: Buffer.from(path),
  compressionMethod: 8,
  flags: 0,
  crc32: 0,
  compressedSize,
  sizeBytes,
  headerOffset: 0,
  endOffset: 0,
  unixMode: 0o100644,
});

describe("the files of dist-info that are read whole", () => {
  const members = Array.from({ length: 1000 }, (_, index) => entry(`package/module_${index}.py`, 1));

  test.each([
    ["METADATA", 4 * MiB],
    ["WHEEL", MiB / 4],
    ["entry_points.txt", MiB],
    // 64 KiB, and for each member twice the bytes of its path and 200.
    ["RECORD", 64 * 1024 + 2 * members.reduce((sum, { path }) => sum + path.length + 200, 0)],
  ])("%s may have %i bytes, and not one more", (name, most) => {
    expect(distInfoSizeProblem(name, entry(name, most, most / 4), members)).toBeUndefined();
    expect(distInfoSizeProblem(name, entry(name, most + 1, most / 4), members)).toMatchObject({
      code: "MURRE_ARCHIVE_TOO_LARGE",
      path: name,
    });
    expect(distInfoSizeProblem(name, entry(name, 1, most + 1), members)).toBeDefined();
  });

  test.each([
    ["METADATA", MiB, MiB / 100 - 1],
    ["METADATA", 300 * 1024, 1],
    ["entry_points.txt", MiB, MiB / 101],
    ["RECORD", 400_000, 3999],
  ])("%s of %i bytes may not come out of %i", (name, size, packed) => {
    expect(distInfoSizeProblem(name, entry(name, size, packed), members)).toBeDefined();
  });

  test("a short file may be packed as well as it can be", () => {
    expect(distInfoSizeProblem("METADATA", entry("METADATA", MiB / 4, 200), members)).toBeUndefined();
  });
});
