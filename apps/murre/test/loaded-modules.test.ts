import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type Environment } from "./command-world.ts";

const folder = temporaryFolder();
const report = join(folder, "loaded");
const preload = join(folder, "preload.cjs");
// What Node itself has loaded before the first line of a program is nobody's choice.
writeFileSync(
  preload,
  `const before = new Set(process.moduleLoadList);
   process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(report)},
     process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith("NativeModule ")).map((name) => name.slice(13)).join("\\n")));`,
);

/** Parts of Node that take milliseconds to load, and of which each of these commands needs none. */
const heavy = [
  "child_process",
  "crypto",
  "fs/promises",
  "http",
  "http2",
  "https",
  "readline",
  "tls",
  "worker_threads",
  "zlib",
];

describe("a command loads only what it needs", () => {
  const world = makeCommandWorld({ NODE_OPTIONS: `--require ${preload}` });
  let environment: Environment;

  beforeAll(async () => {
    const index = join(world.folder, "index");
    writeIndex(index, [await indexedWheel({ name: "one", version: "1.0" })]);
    environment = await world.environment("env");
    world.write("pins.txt", "one==1.0\n");
    succeeded(await environment.pip("sync", "pins.txt", "--no-config", "-i", join(index, "simple")));
  });

  test.each<[command: string, words: () => readonly string[], needed?: string]>([
    ["--version", () => ["--version"]],
    ["pip list", () => ["pip", "list", "-p", environment.folder]],
    ["pip freeze", () => ["pip", "freeze", "-p", environment.folder]],
    ["a sync with nothing to do", () => ["pip", "sync", "pins.txt", "--no-config", "-p", environment.folder]],
    // What was resolved is remembered with a checksum.
    [
      "an installation with nothing to do",
      () => ["pip", "install", "one", "--no-config", "-p", environment.folder],
      "zlib",
    ],
  ])("%s", async (_, words, needed) => {
    // The first run has nothing compiled; it may keep it.
    succeeded(await world.murre(...words()));
    succeeded(await world.murre(...words()));
    const loaded = new Set(readFileSync(report, "utf8").split("\n"));
    expect(heavy.filter((name) => loaded.has(name) && name !== needed)).toEqual([]);
  });

  test("the commands are counted: what is needed is loaded", async () => {
    succeeded(await world.murre("pip", "hash", "pins.txt"));
    expect(readFileSync(report, "utf8").split("\n")).toContain("crypto");
  });
});
