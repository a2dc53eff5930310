import { mkdirSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { judgeLogs } from "./lock-storm.mjs";

describe("the judge of the storm's logs", () => {
  test.each([
    ["two writers", ["a write begin", "b write begin", "a write end", "b write end"], 1],
    ["a writer within a reader", ["a read begin", "b write begin", "b write end", "a read end"], 1],
    ["a holder that wrote on after it was taken over", ["a write begin", "b read begin", "a write within"], 1],
    ["two readers", ["a read begin", "b read begin", "b read end", "a read end"], 0],
    ["a dead writer, then another", ["a write begin", "b write begin", "b write end"], 0],
  ])("sees in %s what it should", (_what, lines, violations) => {
    const root = temporaryFolder();
    mkdirSync(`${root}/log`);
    writeFileSync(`${root}/log/0`, `${lines.join("\n")}\n`);
    expect(judgeLogs(root).violations).toHaveLength(violations);
  });
});
