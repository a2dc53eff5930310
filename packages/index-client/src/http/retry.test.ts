import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultRetries, parseRetryAfter, retryDelayMs } from "./retry.ts";

describe("exponential backoff with jitter", () => {
  test("a delay lies between the half and the whole of twice the one before, at most 20 s", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const delay = retryDelayMs(attempt, undefined, () => random);
          const whole = Math.min(20_000, 250 * 2 ** attempt);
          expect(delay).toBeGreaterThanOrEqual(whole / 2);
          expect(delay).toBeLessThan(whole);
        },
      ),
      { seed: 1 },
    );
  });

  test("unless told otherwise, an outage of 6 s is over before the last attempt, whatever the jitter", () => {
    const attempts = Array.from({ length: defaultRetries }, (_, index) => index + 1);
    const least = attempts.reduce((sum, attempt) => sum + retryDelayMs(attempt, undefined, () => 0), 0);
    expect(least).toBeGreaterThan(6000);
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
