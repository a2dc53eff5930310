import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { randomDigits, sha256Hex } from "./digest.ts";

describe("sha256Hex", () => {
  test("says what Node's crypto says, of the first texts of a process and of all others, short and long", () => {
    const texts = [
      "",
      "a",
      "ä€😀",
      "\ud800",
      "https://example.org/simple/",
      "x".repeat(55),
      "x".repeat(64),
      "é".repeat(9000),
    ];
    for (let round = 0; round < 6; round++)
      for (const text of texts) expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
  });
});

describe("randomDigits", () => {
  test.each(["linux", "darwin", "win32"] as const)("are 16 hexadecimal digits, never the same, on %s", (platform) => {
    const many = Array.from({ length: 1000 }, () => randomDigits(platform));
    expect(new Set(many).size).toBe(1000);
    for (const digits of many) expect(digits).toMatch(/^[0-9a-f]{16}$/);
  });
});
