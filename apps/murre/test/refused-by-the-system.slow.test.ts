import { indexedWheel, writeIndex } from "@murre/test-kit";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, openEnvironment, run, succeeded, type Run } from "./command-world.ts";

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const preload = import.meta.resolve("@murre/test-kit/preload");

/** Which calls are refused: between them they fall into making the cache, filling it, locking, staging, the journal and placing. */
const points = [1, 4, 9, 15, 22, 30, 38, 47, 58, 72];
const codes = ["ENOSPC", "EACCES", "EROFS", "ESTALE", "EDQUOT"];

const wholeEnvironment =
  /; the environment is as it was[^;]*; (?:make room|let it be written|run the command again)|MURRE_CHANGE_INTERRUPTED/;
const wholeCache = /; what is in the cache is whole; |MURRE_CHANGE_INTERRUPTED/;

const commands: readonly (readonly [words: string, said: RegExp])[] = [
  ["pip install lib", wholeEnvironment],
  ["pip sync lib.txt", wholeEnvironment],
  ["pip uninstall two", wholeEnvironment],
  ["venv fresh", /; an environment that is there already is as it was, or is completed by the same command; /],
  ["install-many lib.txt", /the batches before it are installed as a whole|MURRE_CHANGE_INTERRUPTED/],
  ["pip download lib -d files", /; no environment was changed, and the cache holds only what is whole; /],
  ["cache clean", wholeCache],
  ["cache prune --older-than 0s", wholeCache],
];

describe("a command that the file system refuses says with a code in which state everything is, and what to do", () => {
  const world = makeCommandWorld();
  const index = ["--no-config", "--index-url", join(world.folder, "index/simple")];
  const [environment, original] = [join(world.folder, "env"), join(world.folder, "original")];

  beforeAll(async () => {
    writeIndex(
      join(world.folder, "index"),
      await Promise.all(["lib", "two"].map((name) => indexedWheel({ name, version: "1.0" }))),
    );
    world.write("lib.txt", "lib==1.0\n");
    succeeded(await (await world.environment("env")).pip("install", "two", ...index));
    for (const name of ["env", "cache"]) keep(join(world.folder, name), join(original, name));
  });

  const keep = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  };

  async function refuse(words: string, at: number, code: string): Promise<Run> {
    for (const name of ["env", "cache"]) keep(join(original, name), join(world.folder, name));
    for (const name of ["fresh", "files"]) rmSync(join(world.folder, name), { recursive: true, force: true });
    const all = words.split(" ");
    if (/^(?:pip|install)/.test(words)) all.push("-p", environment);
    if (/install|sync|download/.test(words) && !words.includes("uninstall")) all.push(...index);
    return run(process.execPath, [murre, ...all], world.folder, {
      MURRE_CACHE_DIR: world.cache,
      NODE_OPTIONS: `--import=${preload}`,
      MURRE_FAIL_AT: String(at),
      MURRE_FAIL_TIMES: "100000",
      MURRE_FAIL_CODE: code,
    });
  }

  test.each(commands)("murre %s", { timeout: 120_000 }, async (words, said) => {
    let refused = 0;
    for (const [number, at] of points.entries()) {
      const code = codes[number % codes.length] ?? "EIO";
      const { code: exit, stdout, stderr } = await refuse(words, at, code);
      if (exit === 0) continue; // fewer calls, or it went on without what it was refused
      refused += 1;
      const what = `${words} with ${code} at call ${at}: `;
      expect(what + stdout + stderr).toMatch(said);
      expect(what + stdout + stderr).toMatch(/\(MURRE_\w+\)/);
      expect(what + stderr).not.toMatch(/^error: E[A-Z]+:/m);
      const { installed } = openEnvironment(world.murre, environment, world.folder);
      // What is half done is completed by the next command; all else leaves the environment as it was.
      const isHalfDone = stderr.includes("MURRE_CHANGE_INTERRUPTED");
      succeeded(await world.murre("pip", "check", "--recover", "-p", environment));
      expect([what, isHalfDone || (await installed()).join(" ")]).toEqual([what, isHalfDone || "two==1.0"]);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
