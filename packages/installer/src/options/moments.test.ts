import { expect, test } from "vitest";
import { parseMoment, parseTimestamp } from "./moments.ts";

const now = Date.UTC(2026, 2, 10, 12);
const hour = 60 * 60 * 1000;
const day = 24 * hour;

test.each([
  ["2026-03-01T12:00:00Z", Date.UTC(2026, 2, 1, 12)],
  ["2026-03-01t12:00:00.250z", Date.UTC(2026, 2, 1, 12, 0, 0, 250)],
  ["2026-03-01 12:00:00+02:00", Date.UTC(2026, 2, 1, 10)],
  // A date counts to its end, here.
  ["2026-03-01", new Date(2026, 2, 2).getTime()],
  ["2024-02-29", new Date(2024, 2, 1).getTime()],
  ["3 days", now - 3 * day],
  ["3d", now - 3 * day],
  ["1 week", now - 7 * day],
  ["2 weeks ago", now - 14 * day],
  ["1 day, 12 hours", now - 36 * hour],
  ["1 Day 12h", now - 36 * hour],
  ["P3D", now - 3 * day],
  ["PT24H", now - day],
  ["P1W", now - 7 * day],
  ["P1DT1H30M", now - 25 * hour - hour / 2],
])("%s is a moment", (text, moment) => {
  expect(parseMoment(text, now)).toBe(moment);
});

test.each([
  "",
  "P",
  "PT",
  "P1M",
  "P1Y",
  "1 month",
  "2 years",
  "days",
  "3",
  "3 days and more",
  "2026-02-30",
  "2026-13-01",
  "2026-03-01T12:00:00",
  "2026-03-01T99:00:00Z",
  "yesterday",
  "3 constructor",
])("%j is none", (text) => {
  expect(parseMoment(text, now)).toBeUndefined();
});

test("an index's upload time may have microseconds; without a zone it tells no moment", () => {
  expect(parseTimestamp("2026-03-01T12:00:00.123456Z")).toBe(Date.UTC(2026, 2, 1, 12, 0, 0, 123));
  expect(parseTimestamp("2026-03-01T12:00:00")).toBeUndefined();
  expect(parseTimestamp("2026-03-01")).toBeUndefined();
});
