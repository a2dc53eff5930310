import { makeWheel, temporaryFolder, wheelFilename, wheelMetadata, writeWheel, type WheelSpec } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import type { RandomAccess } from "../archive/random-access.ts";
import { readWheelMetadata } from "./read-wheel-metadata.ts";

const spec: WheelSpec = { name: "x", version: "1.0", requiresDist: ["a>=1"], requiresPython: ">=3.8" };

/** A source that notes what is read of it. */
function counting(archive: Buffer): RandomAccess & { reads: [offset: number, length: number][] } {
  const reads: [number, number][] = [];
  const read = (offset: number, length: number) => {
    reads.push([offset, length]);
    return Promise.resolve(archive.subarray(offset, offset + length));
  };
  return { size: archive.length, reads, read };
}

describe("METADATA without the rest of the wheel", () => {
  test("is read from a path", async () => {
    const { metadata, text } = await readWheelMetadata(await writeWheel(temporaryFolder(), spec));
    expect(metadata).toMatchObject({ name: "x", version: "1.0", requiresDist: ["a>=1"], requiresPython: ">=3.8" });
    expect(text).toBe(wheelMetadata(spec));
  });

  test("of a small wheel takes one read of its end", async () => {
    const source = counting(await makeWheel(spec));
    await readWheelMetadata(source, wheelFilename(spec));
    expect(source.reads).toEqual([[0, source.size]]);
  });

  test("of a wheel with 3,000 members takes three reads and no byte twice", async () => {
    const modules = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`package/module_${index}.py`, "one = 1\n"]),
    );
    const files = {
      "x-1.0.dist-info/METADATA": wheelMetadata(spec),
      "big.bin": "0123456789".repeat(50_000),
      ...modules,
    };
    const source = counting(await makeWheel({ ...spec, metadata: null, files, zip: { stored: true } }));
    const { text } = await readWheelMetadata(source, wheelFilename(spec));
    expect(text).toBe(wheelMetadata(spec));
    expect(source.reads).toHaveLength(3);
    const [tail, directory, member] = source.reads;
    expect(directory![0] + directory![1]).toBe(tail![0]);
    expect(member![0]).toBe(0);
  });

  test("a failing source's error arrives unchanged", async () => {
    const failure = new Error("connection lost");
    const source = { size: 1_000_000, read: () => Promise.reject(failure) };
    await expect(readWheelMetadata(source, "x-1.0-py3-none-any.whl")).rejects.toBe(failure);
  });

  test.each<[string, Partial<WheelSpec>, string]>([
    ["no dist-info folder of the name", { distInfo: "y-1.0.dist-info" }, "MURRE_INVALID_WHEEL"],
    ["no METADATA", { metadata: null }, "MURRE_INVALID_WHEEL"],
    [
      "another version in METADATA",
      { metadata: "Metadata-Version: 2.1\nName: x\nVersion: 2.0\n" },
      "MURRE_INVALID_WHEEL",
    ],
    ["a broken METADATA", { metadata: "Version: 2.0\n" }, "MURRE_INVALID_METADATA"],
  ])("a wheel with %s is refused", async (_, change, code) => {
    const source = counting(await makeWheel({ ...spec, ...change }));
    await expect(readWheelMetadata(source, wheelFilename(spec))).rejects.toMatchObject({ code });
  });

  test("a file that is no zip is refused, and a missing one has the system's error as its cause", async () => {
    await expect(readWheelMetadata(counting(Buffer.from("<html>")), wheelFilename(spec))).rejects.toMatchObject({
      code: "MURRE_NOT_A_ZIP",
    });
    await expect(readWheelMetadata("/nowhere/x-1.0-py3-none-any.whl")).rejects.toMatchObject({
      code: "MURRE_UNPACK_FAILED",
      cause: { code: "ENOENT" },
    });
  });
});
