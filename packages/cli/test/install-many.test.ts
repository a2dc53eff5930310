import type { InstallManyOptions, InstallManyReport } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { runWords } from "../src/run-words.test.data.ts";

const report: InstallManyReport = {
  environment: "/env",
  dryRun: false,
  installed: [{ name: "good", version: "2.0" }],
  present: [],
  failures: [],
  conflicts: [],
  fetched: 1,
  filesLinked: 3,
  filesCopied: 0,
  filesGenerated: 2,
  transactions: 1,
  durationsMs: { all: 1500, longestWindow: 2 },
};

async function run(words: string, more: Partial<InstallManyReport> = {}) {
  const calls: unknown[] = [];
  const installMany = async (given: InstallManyOptions) => {
    calls.push(given);
    return { ...report, ...more };
  };
  return { ...(await runWords(words.split(" "), { installMany })), calls };
}

describe("murre install-many", () => {
  test.each<readonly [string, object]>([
    ["install-many list", { projectsFile: "list" }],
    ["install-many - --no-build", { projectsFile: "-", noBuild: true }],
    ["install-many list --limit 20 -p 3.12", { projectsFile: "list", limit: 20, python: "3.12" }],
    ["install-many list -t folder --link-mode copy", { projectsFile: "list", target: "folder", linkMode: "copy" }],
  ])("murre %s", async (words, options) => {
    expect(await run(words)).toMatchObject({ code: 0, calls: [options] });
  });

  test("a limit that is no number is wrong usage", async () => {
    const { code, calls, err } = await run("install-many list --limit few");
    expect([code, calls]).toEqual([2, []]);
    expect(err).toContain('--limit takes a whole number, not "few"');
  });

  test("ends with a sum", async () => {
    const sum = "1 distribution installed, 0 there already, 1 fetched, 0 failed, 0 conflicts in 1.50s\n";
    expect((await run("install-many list")).out).toBe(sum);
  });

  test("lists conflicts and failures, and a failure makes the exit code 1", async () => {
    const failures = [{ name: "bad", version: "1.0", code: "MURRE_NOT_A_ZIP", message: "no zip" }];
    const conflicts = [{ path: "/env/shared.py", winner: "b", losers: ["a"] }];
    const { code, out } = await run("install-many list", { failures, conflicts });
    expect(code).toBe(1);
    expect(out).toContain("conflict: /env/shared.py: b, not a\nfailed: bad==1.0: no zip (MURRE_NOT_A_ZIP)\n");
    expect((await run("install-many list", { conflicts })).code).toBe(0);
  });

  test("--json prints the report", async () => {
    expect(JSON.parse((await run("install-many list --json")).out)).toEqual(report);
  });
});
