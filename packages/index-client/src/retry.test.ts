import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter, retryDelayMs } from "./retry.ts";

describe("exponential backoff with full jitter", () => {
  test("a delay lies between nothing and twice the one before, at most 20 s", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const delay = retryDelayMs(attempt, undefined, () => random);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(Math.min(20_000, 250 * 2 ** attempt));
        },
      ),
      { seed: 1 },
    );
  });

  test("Retry-After is the least", () => {
    expect(retryDelayMs(1, 7000, () => 0.5)).toBe(7000);
  });
});

describe("RFC 9110, 10.2.3: Retry-After is seconds or a date", () => {
  const now = Date.parse("2024-01-01T00:00:00Z");
  test.each([
    ["120", 120_000],
    ["Mon, 01 Jan 2024 00:01:00 GMT", 60_000],
    ["Sun, 31 Dec 2023 00:00:00 GMT", 0],
    ["soon", undefined],
    [undefined, undefined],
  ])("%s", (value, delay) => {
    expect(parseRetryAfter(value, now)).toBe(delay);
  });
});
