import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const check = fileURLToPath(new URL("../../../protocols/models/check.mjs", import.meta.url));
const isThere = (program: string, flag: string): boolean => spawnSync(program, [flag]).error === undefined;

// `.ci/run` installs spin; elsewhere the models are checked where it happens to be.
describe.runIf(isThere("spin", "-V") && isThere("gcc", "--version"))("the models of the protocols (spin)", () => {
  test("the sound variants hold, and each broken one fails", { timeout: 600_000 }, () => {
    const { status, stdout } = spawnSync(process.execPath, [check, "--small"], { encoding: "utf8" });
    const verdicts = stdout
      .trim()
      .split("\n")
      .map((line) => /: (holds|fails); \d+ states/.exec(line)?.[1] ?? line);
    expect(verdicts.filter((verdict) => verdict === "holds")).toHaveLength(12);
    expect(verdicts.filter((verdict) => verdict === "fails")).toHaveLength(22);
    expect({ status, runs: verdicts.length }).toEqual({ status: 0, runs: 34 });
  });
});
