import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, run, succeeded, type Run } from "./command-world.ts";
import { canMount, mount, mountNew, unmountAfterEach, withSystemPrograms } from "./mounts.ts";

unmountAfterEach();
const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const big = Buffer.alloc(400_000, "murre ");

/** An index with one wheel of a large file and a small one, and a place for a cache and environments. */
async function makePlace() {
  const world = makeCommandWorld();
  const files = { "one_pkg/__init__.py": "there = True\n", "one_pkg/big.bin": big };
  writeIndex(join(world.folder, "index"), [await indexedWheel({ name: "one", version: "1.0", files })]);
  const place = join(world.folder, "place");
  mkdirSync(place);
  const cache = join(place, "cache");
  let made = 0;
  /** `murre pip install one` into a fresh folder of the place. */
  const index = ["--index-url", join(world.folder, "index/simple"), "--no-config"];
  const words = (target: string, mode: readonly string[], from = cache) => {
    const places = ["--target", target, "--cache-dir", from];
    return ["pip", "install", "one", ...index, ...places, ...mode];
  };
  const install = async (mode: readonly string[], env: Record<string, string> = {}, from = cache) => {
    const target = join(place, `target-${made++}`);
    return whole(await run(process.execPath, [bin, ...words(target, mode, from)], world.folder, env), target);
  };
  return { world, place, cache, words, install };
}

interface Installed extends Run {
  readonly target: string;
  readonly file: (path: string) => Stats;
}

/** An installation that ended well, with every byte as RECORD has it, and as published. */
function whole(ended: Run, target: string): Installed {
  succeeded(ended);
  expect(brokenRecords(target)).toEqual([]);
  expect(readFileSync(join(target, "one_pkg/big.bin")).equals(big)).toBe(true);
  return { ...ended, target, file: (path) => statSync(join(target, path)) };
}

/** The file of the wheel as the store of the cache has it. */
function stored(cache: string, path: string): string {
  const [found, ...others] = readdirSync(cache, { recursive: true, encoding: "utf8" }).filter(
    (entry) => entry.includes("/store/") && entry.endsWith(`/${path}`),
  );
  expect(others).toEqual([]);
  return join(cache, found ?? "not in the store");
}

/** Whether all blocks of the file belong to another file as well, as the file system itself says (FIEMAP). */
function sharesItsBlocks(path: string): boolean {
  const { stdout } = spawnSync("filefrag", ["-s", "-v", path], { encoding: "utf8", env: withSystemPrograms });
  const extents = stdout.split("\n").filter((line) => /^\s*\d+:/.test(line));
  return extents.length > 0 && extents.every((line) => line.includes("shared"));
}

describe.runIf(canMount).each(["btrfs", "xfs"] as const)("on %s, whose files can share blocks", (type) => {
  test.for([
    ["clone", ["--link-mode", "clone"]],
    ["no mode", []],
  ] as const)("with %s, installed files are clones", { timeout }, async ([, mode], { skip }) => {
    const { cache, place, install, world } = await makePlace();
    if (!mountNew(type, place)) skip(`no ${type} can be made here`);
    const { target, file } = await install(mode);
    const original = stored(cache, "one_pkg/big.bin");
    expect(file("one_pkg/big.bin").nlink).toBe(1);
    expect(file("one_pkg/big.bin").ino).not.toBe(statSync(original).ino);
    expect([original, join(target, "one_pkg/big.bin")].map(sharesItsBlocks)).toEqual([true, true]);
    // Whoever writes into an environment writes into that environment only.
    writeFileSync(join(target, "one_pkg/big.bin"), "changed");
    const { stdout } = succeeded(await world.murre("cache", "verify", "--json", "--cache-dir", cache));
    expect(JSON.parse(stdout)).toMatchObject({ problems: [] });
    await install(mode);
  });

  test(
    "with hardlink, installed files are the store's own; with copy they are other files",
    { timeout },
    async ({ skip }) => {
      const { cache, place, install } = await makePlace();
      if (!mountNew(type, place)) skip(`no ${type} can be made here`);
      const linked = await install(["--link-mode", "hardlink"]);
      const { ino } = statSync(stored(cache, "one_pkg/big.bin"));
      expect([linked.file("one_pkg/big.bin").ino, linked.file("one_pkg/big.bin").nlink]).toEqual([ino, 2]);
      const copied = await install(["--link-mode", "copy"]);
      // Such a system may let even copies share their blocks until one is written to.
      expect(copied.file("one_pkg/big.bin").nlink).toBe(1);
    },
  );
});

describe.runIf(canMount)("without clones", () => {
  test.each([
    ["clone", "copies", 1],
    ["hardlink", "links", 2],
    ["auto", "links", 2],
  ])("on one file system, %s %s", { timeout }, async (mode, _, links) => {
    const { place, install } = await makePlace();
    mount("-t", "tmpfs", "none", place);
    const { file } = await install(["--link-mode", mode]);
    expect(file("one_pkg/big.bin").nlink).toBe(links);
  });

  test.each(["clone", "hardlink", "auto"])("between two file systems, %s copies", { timeout }, async (mode) => {
    const { place, world, install } = await makePlace();
    mount("-t", "tmpfs", "none", place);
    const { file } = await install(["--link-mode", mode], {}, world.cache);
    expect(file("one_pkg/big.bin").nlink).toBe(1);
  });
});

/** How many files of a folder have other names too. */
function linkedFiles(folder: string): number {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.map((path) => statSync(join(folder, path))).filter((stats) => stats.isFile() && stats.nlink > 1).length;
}

describe("a hard link that the system refuses", () => {
  test.each(["EMLINK", "EPERM", "EACCES", "EXDEV", "EOPNOTSUPP"])(
    "with %s in the middle of linking: that file is copied, and every byte is right",
    { timeout },
    async (code) => {
      const { install } = await makePlace();
      const before = await install(["--link-mode", "hardlink"]);
      const preload = `--import ${import.meta.resolve("@murre/test-kit/preload")}`;
      const refused = { MURRE_FAIL_CALL: "link", MURRE_FAIL_AT: "4", MURRE_FAIL_CODE: code };
      const env = { NODE_OPTIONS: preload, MURRE_THREADS: "1", ...refused };
      const { target } = await install(["--link-mode", "hardlink"], env);
      expect(linkedFiles(target)).toBe(linkedFiles(before.target) - 1);
    },
  );

  test("with EIO: nothing is installed, and the message names the file", { timeout }, async () => {
    const { world, words, cache, install } = await makePlace();
    // Else files are linked for the cache as well.
    await install(["--link-mode", "hardlink"]);
    const target = temporaryFolder("target");
    const preload = `--import ${import.meta.resolve("@murre/test-kit/preload")}`;
    const refused = { MURRE_FAIL_CALL: "link", MURRE_FAIL_AT: "4", MURRE_FAIL_CODE: "EIO" };
    const env = { NODE_OPTIONS: preload, MURRE_THREADS: "1", ...refused };
    const ended = await run(
      process.execPath,
      [bin, ...words(target, ["--link-mode", "hardlink"], cache)],
      world.folder,
      env,
    );
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringMatching(/one[-_]\S+: EIO.*environment is as it was.*\(MURRE_LINK_FAILED\)/),
    ]);
    expect(readdirSync(target).filter((name) => name !== ".murre")).toEqual([]);
  });
});

test.runIf(canMount)(
  "a file with as many links as its file system allows is copied, the others are linked",
  { timeout },
  async ({ skip }) => {
    const { cache, place, install } = await makePlace();
    if (!mountNew("ext4", place)) skip("no ext4 can be made here");
    await install(["--link-mode", "hardlink"]);
    const original = stored(cache, "one_pkg/big.bin");
    const links = join(place, "links");
    mkdirSync(links);
    expect(() => {
      for (let link = 0; link < 70_000; link++) linkSync(original, join(links, String(link)));
    }).toThrow("EMLINK");
    const { file } = await install(["--link-mode", "hardlink"]);
    expect([file("one_pkg/big.bin").nlink, file("one_pkg/__init__.py").nlink]).toEqual([1, 3]);
  },
);

/** Another user, who may read whatever there is (a checkout in a closed home folder), and owns and may write nothing of it. */
const reader = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
const readsAll = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"];
const canSwitch = spawnSync("setpriv", [...reader, ...readsAll, "true"]).status === 0;
const protectedHardlinks = "/proc/sys/fs/protected_hardlinks";

test.runIf(canSwitch && readFileSync(protectedHardlinks, "utf8").trim() === "1")(
  "another user's cache, to whose files protected_hardlinks refuses links, is copied from",
  { timeout },
  async () => {
    const { cache, place, words, install, world } = await makePlace();
    await install([]);
    const mine = join(place, "mine");
    mkdirSync(mine);
    chmodSync(mine, 0o777);
    for (let folder = place; folder !== "/tmp" && folder !== "/"; folder = join(folder, "..")) chmodSync(folder, 0o755);
    // It is the system that refuses, and not that nobody tries.
    const attempt = ["ln", stored(cache, "one_pkg/big.bin"), join(mine, "link")];
    const refused = spawnSync("setpriv", [...reader, ...readsAll, ...attempt], { encoding: "utf8" });
    expect(refused.stderr).toContain("Operation not permitted");
    const target = join(mine, "target");
    const command = [process.execPath, bin, ...words(target, ["--link-mode", "hardlink"])];
    const ended = await run("setpriv", [...reader, ...readsAll, ...command], world.folder, { HOME: mine });
    const { file } = whole(ended, target);
    expect([file("one_pkg/big.bin").nlink, file("one_pkg/big.bin").uid]).toEqual([1, 65534]);
  },
);
