import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { InflateEngine } from "./inflate-engine.ts";
import { BadData, Inflater, pieceBytes } from "./inflater.ts";

const text = Buffer.from("murre ".repeat(500));
const noise = randomBytes(5000);
const large = Buffer.concat([randomBytes(pieceBytes), Buffer.alloc(2 * pieceBytes, "x"), randomBytes(100)]);

test("Node has the parts that an engine is made of", () => {
  expect(InflateEngine.open()).toBeInstanceOf(InflateEngine);
});

describe.each([
  ["an engine", () => new Inflater(InflateEngine.open())],
  ["what Node documents", () => new Inflater(undefined)],
])("with %s", (_, make) => {
  const inflater = make();

  /** What comes out whole, and in pieces cut at these sizes; the problem's code and text where nothing does. */
  async function outcomes(packed: Buffer, sizeBytes: number, cut: number): Promise<unknown[]> {
    const caught = (error: unknown) => {
      if (!(error instanceof BadData)) throw error;
      return `${error.code} ${error.message}`;
    };
    const all: unknown[] = [];
    try {
      all.push(Buffer.from(inflater.whole(packed, sizeBytes)));
    } catch (error) {
      all.push(caught(error));
    }
    try {
      const parts: Buffer[] = [];
      for await (const part of inflater.pieces(cutInto(packed, cut), packed.length)) parts.push(Buffer.from(part));
      all.push(Buffer.concat(parts));
    } catch (error) {
      all.push(caught(error));
    }
    return all;
  }

  test.each([
    ["text", text, 7],
    ["what does not become smaller", noise, 1000],
    ["nothing", Buffer.alloc(0), 1],
    ["one byte", Buffer.from("a"), 1],
    ["exactly one piece", large.subarray(0, pieceBytes), 100_000],
    ["exactly two pieces of one letter", Buffer.alloc(2 * pieceBytes, "y"), 100],
    ["several pieces", large, pieceBytes],
    ["more than is kept", Buffer.alloc(3 * 1024 * 1024, "abc"), 1 << 20],
  ])("%s comes out as it was", async (_name, data, cut) => {
    const [whole, pieces] = await outcomes(deflateRawSync(data), data.length, cut);
    expect(data.equals(whole as Buffer)).toBe(true);
    expect(data.equals(pieces as Buffer)).toBe(true);
  });

  const packed = deflateRawSync(text);
  const flipped = Buffer.from(packed);
  flipped[0] = 0xff;
  const damaged = "MURRE_CORRUPT_ARCHIVE has damaged compressed data";
  const behind = "MURRE_AMBIGUOUS_ARCHIVE holds bytes behind the end of its compressed data";
  test.each([
    ["a block of no kind", flipped, damaged],
    ["no end", packed.subarray(0, -1), damaged],
    ["nothing at all", Buffer.alloc(0), damaged],
    ["one byte behind it", Buffer.concat([packed, Buffer.alloc(1)]), behind],
    ["more behind it than itself", Buffer.concat([packed, noise]), behind],
    ["itself behind it", Buffer.concat([packed, packed]), behind],
  ])("%s is a problem, wherever it is cut, and the next one is not", async (_name, bad, problem) => {
    for (const cut of [1, packed.length, 100_000]) {
      expect(await outcomes(bad, text.length, cut)).toEqual([problem, problem]);
      expect(await outcomes(packed, text.length, cut)).toEqual([text, text]);
    }
  });

  test("more than was said is a problem, and is not inflated to its end", () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
    for (const size of [0, 1, 1000]) expect(() => inflater.whole(bomb, size)).toThrow(`more than the ${size} bytes`);
  });

  test("less than was said comes out as it is: who knows the size compares it", () => {
    expect(inflater.whole(packed, text.length + 10)).toEqual(text);
  });

  test("what reading fails of is the error", async () => {
    const failing = function* () {
      yield packed.subarray(0, 5);
      throw Object.assign(new Error("cut off"), { problems: [] });
    };
    const reading = async () => {
      for await (const piece of inflater.pieces(failing(), packed.length)) expect(piece).toBeDefined();
    };
    await expect(reading()).rejects.toThrow("cut off");
    expect(inflater.whole(packed, text.length)).toEqual(text);
  });
});

test("of two that are read at once, each has memory of its own", async () => {
  const [one, other] = [Inflater.take(), Inflater.take()];
  const [first, second] = [Buffer.alloc(3 * pieceBytes, "1"), Buffer.alloc(3 * pieceBytes, "2")];
  const piecesOf = (inflater: Inflater, data: Buffer) => {
    const packed = deflateRawSync(data);
    return inflater.pieces([packed], packed.length);
  };
  const [left, right] = [piecesOf(one, first), piecesOf(other, second)];
  for (let turn = 0; turn < 3; turn++) {
    const [a, b] = [(await left.next()).value as Buffer, (await right.next()).value as Buffer];
    expect([a.every((byte) => byte === 0x31), b.every((byte) => byte === 0x32)]).toEqual([true, true]);
  }
  one.leave();
  other.leave();
  expect(Inflater.take()).toBe(one);
});

function* cutInto(data: Buffer, bytes: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += bytes) yield data.subarray(at, at + bytes);
}
