import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("processes/build-each-other.mjs", import.meta.url));

async function said(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const data of child.stdout) text += String(data);
  return text;
}

const both = (how: "ended" | "nested"): Promise<string[]> => {
  const root = temporaryFolder("builds");
  return Promise.all([said(root, "a", "b", how), said(root, "b", "a", how)]);
};

describe("rule D: two processes that build each other's requirement", () => {
  test("do not deadlock when each flight has ended before the next begins", async () => {
    expect(await both("ended")).toEqual(["built", "built"]);
  });

  test("are told of the mistake, instead of hanging, when one is asked for inside the other", async () => {
    expect(await both("nested")).toEqual(["MURRE_DEADLOCK_RISK", "MURRE_DEADLOCK_RISK"]);
  });
});
