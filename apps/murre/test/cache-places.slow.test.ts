import { CACHE_LAYOUT } from "@murre/cache";
import { indexedWheel, writeIndex } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, run, succeeded, type CommandWorld } from "./command-world.ts";
import { canMount, mount, unmountAfterEach } from "./mounts.ts";

unmountAfterEach();
const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

async function makeWorld() {
  const world = makeCommandWorld();
  const files = { "m/__init__.py": "", "m/big.bin": Buffer.alloc(400_000, "x") };
  const specs = ["one", "two"].map((name) => ({
    name,
    version: "1.0",
    files: { [`${name}.py`]: "1", ...named(files, name) },
  }));
  writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--index-url", join(world.folder, "index/simple"), "--no-config"];
  let made = 0;
  /** Installs with the cache at a place, into a fresh folder. */
  const install = async (cache: string, ...names: string[]) => {
    const target = join(world.folder, `target-${made++}`);
    const ended = await world.murre("pip", "install", ...names, ...index, "--target", target, "--cache-dir", cache);
    return { ...ended, target };
  };
  return { world, index, install };
}

const named = (files: Record<string, string | Buffer>, name: string) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path.replace(/^m\//, `${name}_pkg/`), content]));

/** Every installation ends well, and is whole. */
function whole({ target, ...ended }: { target: string; code: number | null; stdout: string; stderr: string }) {
  succeeded(ended);
  expect(brokenRecords(target)).toEqual([]);
  return ended;
}

const cacheOf = (world: CommandWorld, name: string) => join(world.folder, name);

/** A cache folder that is a disk of its own. */
function diskOf(world: CommandWorld, name: string, size: string): string {
  const cache = cacheOf(world, name);
  mkdirSync(cache);
  mount("-t", "tmpfs", "-o", `size=${size}`, "none", cache);
  return cache;
}

describe.runIf(canMount)("a cache folder", () => {
  test(
    "that is mounted read-only serves hits, and what is missing is kept for this run only",
    { timeout },
    async () => {
      const { world, install } = await makeWorld();
      const cache = cacheOf(world, "cache-ro");
      mkdirSync(cache);
      mount("-t", "tmpfs", "none", cache);
      whole(await install(cache, "one"));
      mount("-o", "remount,ro", cache);
      expect(whole(await install(cache, "one")).stderr).not.toMatch(/MURRE_/);
      const missing = whole(await install(cache, "one", "two"));
      expect(missing.stderr).toMatch(/warning: the cache folder cannot be written to \(EROFS\); what it holds is used/);
      const cleaned = await world.murre("cache", "clean", "--cache-dir", cache);
      expect([cleaned.code, cleaned.stderr]).toEqual([1, expect.stringMatching(/EROFS.*\(MURRE_\w+\)/)]);
    },
  );

  test(
    "on a full disk fails with a code and leaves the environment alone; with space the same command succeeds",
    { timeout },
    async () => {
      const { world, install } = await makeWorld();
      const cache = diskOf(world, "cache-full", "600k");
      const failed = await install(cache, "one", "two");
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/ENOSPC.*\(MURRE_\w+\)/)]);
      expect(existsSync(join(failed.target, "one.py"))).toBe(false);
      mount("-o", "remount,size=40m", cache);
      whole(await install(cache, "one", "two"));
      succeeded(await world.murre("cache", "prune", "--cache-dir", cache));
      expect(readdirSync(join(cache, `${CACHE_LAYOUT}/tmp`))).toEqual([]);
    },
  );

  test(
    "on a disk that is full to the last byte is left without a hint that nobody's name stands in",
    { timeout },
    async () => {
      const { world, install } = await makeWorld();
      const cache = diskOf(world, "cache-fuller", "64k");
      writeFileSync(join(cache, "other"), Buffer.alloc(64 << 10));
      const failed = await install(cache, "one", "two");
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/ENOSPC.*\(MURRE_\w+\)/)]);
      expect(readdirSync(join(cache, `${CACHE_LAYOUT}/hints`))).toEqual([]);
    },
  );

  test("on another file system than the environment: files are copied", { timeout }, async () => {
    const { world, install } = await makeWorld();
    const cache = cacheOf(world, "cache-apart");
    mkdirSync(cache);
    mount("-t", "tmpfs", "none", cache);
    const installed = await install(cache, "one");
    whole(installed);
    expect(statSync(join(installed.target, "one.py")).nlink).toBe(1);
  });
});

describe("a cache folder that was restored from an archive", () => {
  test.each([
    [
      "tar",
      (from: string, to: string) =>
        spawnSync("sh", ["-c", `mkdir "$2" && tar -C "$1" -cf - . | tar -C "$2" -xf -`, "sh", from, to]),
    ],
    ["cp -r", (from: string, to: string) => spawnSync("cp", ["-r", from, to])],
  ])(
    "by %s, while it was in use: it serves, is cleaned at once, and its foreign leases hold nothing up",
    { timeout },
    async (_, copy) => {
      const { world, install } = await makeWorld();
      const cache = cacheOf(world, "cache-original");
      whole(await install(cache, "one", "two"));
      // A lease of a process of another machine, such as an archive brings along.
      writeFileSync(join(cache, `${CACHE_LAYOUT}/leases`, `${"a".repeat(16)}_0boot0spce_1_1`), "");
      const restored = cacheOf(world, "cache-restored");
      copy(cache, restored);
      rmSync(cache, { recursive: true });
      const { stderr } = whole(await install(restored, "one", "two", "-v"));
      expect(stderr).not.toMatch(/fetched one/);
      const { stdout } = succeeded(await world.murre("cache", "verify", "--json", "--cache-dir", restored));
      expect(JSON.parse(stdout)).toMatchObject({ problems: [] });
      succeeded(await world.murre("cache", "clean", "--cache-dir", restored));
      whole(await install(restored, "one"));
    },
  );
});

const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
const canSwitch = spawnSync("setpriv", [...nobody, "true"]).status === 0;

describe.runIf(canSwitch)("another user's cache folder", () => {
  /** Runs as a user who owns nothing of it. */
  const asNobody = (world: CommandWorld, ...words: string[]) =>
    run("setpriv", [...nobody, process.execPath, bin, ...words], world.folder, { HOME: world.folder });

  async function makeShared() {
    const made = await makeWorld();
    const { world, install } = made;
    const cache = cacheOf(world, "cache-theirs");
    whole(await install(cache, "one"));
    const mine = join(world.folder, "mine");
    mkdirSync(mine, { mode: 0o777 });
    chmodSync(mine, 0o777);
    for (let folder = world.folder; folder !== "/tmp" && folder !== "/"; folder = join(folder, ".."))
      chmodSync(folder, 0o755);
    return { ...made, cache, mine };
  }

  test("that can be read serves hits", { timeout }, async ({ skip }) => {
    const { world, cache, mine, index } = await makeShared();
    const words = ["pip", "install", "one", ...index, "--cache-dir", cache, "--target", join(mine, "target")];
    const ended = await asNobody(world, ...words);
    // A checkout or an interpreter in a home folder is closed to others.
    if (
      /EACCES: permission denied, (?:open|stat)|Cannot find module|MURRE_NO_INTERPRETER/.test(ended.stderr) &&
      !ended.stderr.includes(cache)
    )
      skip();
    succeeded(ended);
    expect(readFileSync(join(mine, "target/one.py"), "utf8")).toBe("1");
  });

  test("that cannot be read is refused, and the message names it", { timeout }, async ({ skip }) => {
    const { world, cache, mine, index } = await makeShared();
    chmodSync(join(cache, CACHE_LAYOUT), 0o700);
    const words = ["pip", "install", "one", ...index, "--cache-dir", cache, "--target", join(mine, "target")];
    const ended = await asNobody(world, ...words);
    if (!ended.stderr.includes(cache)) skip();
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/EACCES.*\(MURRE_CACHE_UNUSABLE\)/)]);
  });
});
