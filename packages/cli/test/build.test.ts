import type { Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { runWords } from "../src/run-words.test.data.ts";

async function run(words: string) {
  const calls: unknown[] = [];
  const answer =
    <T>(name: string, result: T) =>
    async (given: Record<string, unknown>) => {
      const { signal, onEvent, ...options } = given;
      expect(signal).toBeInstanceOf(AbortSignal);
      (onEvent as (event: object) => void)({ type: "building", source: "demo", hook: "build_wheel", logPath: "/log" });
      (onEvent as (event: object) => void)({ type: "built", source: "demo", filename: "demo.whl", durationMs: 1500 });
      calls.push([name, options]);
      return result;
    };
  const collected = { folder: "/w", files: [{ name: "demo", version: "1", filename: "demo-1-py3-none-any.whl" }] };
  const operations = {
    build: answer("build", { sdist: "/dist/demo-1.tar.gz", wheel: "/dist/demo-1-py3-none-any.whl", durationMs: 5 }),
    wheel: answer("wheel", collected),
    download: answer("download", collected),
    install: answer("install", { added: [], removed: [], kept: [] }),
  };
  return { ...(await runWords(words.split(" "), operations as unknown as Operations)), calls };
}

describe("murre build", () => {
  test.each<readonly [string, object]>([
    ["build", { source: "." }],
    ["build demo --sdist", { source: "demo", what: "sdist" }],
    ["build demo --wheel -o out", { source: "demo", what: "wheel", outputFolder: "out" }],
    ["build --sdist --wheel", { source: ".", what: "sdist-then-wheel" }],
    ["build -C a=1 -C a=2 -p 3.12", { source: ".", configSettings: ["a=1", "a=2"], python: "3.12" }],
    ["build --no-build-isolation --build-timeout 60", { source: ".", buildIsolation: false, buildTimeoutSeconds: 60 }],
  ])("murre %s", async (words, options) => {
    expect(await run(words)).toMatchObject({ code: 0, calls: [["build", options]] });
    expect((await run(words)).calls).toEqual([["build", options]]);
  });

  test("prints the paths of what was built, and on stderr what runs", async () => {
    const { out, err } = await run("build");
    expect(out).toBe("/dist/demo-1.tar.gz\n/dist/demo-1-py3-none-any.whl\n");
    expect(err).toBe("Building demo: build_wheel\nBuilt demo.whl in 1.50s\n");
    expect((await run("build -v")).err).toContain("Building demo: build_wheel, log /log\n");
    expect((await run("build -q")).err).toBe("");
  });
});

describe("murre pip wheel and murre pip download", () => {
  test.each<readonly [string, string, object]>([
    ["pip wheel demo -w out", "wheel", { requirements: ["demo"], dependencies: "follow", outputFolder: "out" }],
    ["pip download demo -d out", "download", { requirements: ["demo"], dependencies: "follow", outputFolder: "out" }],
    ["pip wheel -r a.txt --no-deps", "wheel", { requirements: [], requirementFiles: ["a.txt"], dependencies: "none" }],
    [
      "pip download demo --no-binary :all:",
      "download",
      { requirements: ["demo"], dependencies: "follow", noBinary: [":all:"] },
    ],
  ])("murre %s", async (words, name, options) => {
    expect(await run(words)).toMatchObject({ code: 0, calls: [[name, options]], out: "demo-1-py3-none-any.whl\n" });
  });

  test.each(["pip wheel", "pip download"])("%s without anything is wrong usage", async (words) => {
    expect(await run(words)).toMatchObject({ code: 2, calls: [] });
  });
});

test("builds of an installation are steered by the same options", async () => {
  const { calls } = await run("pip install demo --no-build -C x=1 --build-constraint limits.txt --no-build-isolation");
  expect(calls).toMatchObject([
    [
      "install",
      { noBuild: true, configSettings: ["x=1"], buildConstraintFiles: ["limits.txt"], buildIsolation: false },
    ],
  ]);
});
