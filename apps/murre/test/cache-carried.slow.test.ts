import { indexedWheel, writeIndex } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { cleanEnvironment, makeCommandWorld, run, succeeded, type CommandWorld, type Run } from "./command-world.ts";
import { canMount, mount, mountNew, unmountAfterEach } from "./mounts.ts";
import { canSwitchUsers, open, runAs, type OtherUser } from "./users.ts";

// What docs/ci-cache.md promises of caches that are carried about. Where a machine allows no mounting these tests are left out, and say so.

unmountAfterEach();
const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const ann: OtherUser = { uid: 12022, gid: 13022 };
const bob: OtherUser = { uid: 12021, gid: 13021 };
const names = ["one", "two", "three"];

async function makeWorld() {
  const world = makeCommandWorld();
  const wheels = names.map((name) =>
    indexedWheel({
      name,
      version: "1.0",
      files: { [`${name}/__init__.py`]: "1", [`${name}/big.bin`]: Buffer.alloc(200_000, name) },
    }),
  );
  writeIndex(join(world.folder, "index"), await Promise.all(wheels));
  const index = ["--no-config", "--index-url", join(world.folder, "index/simple")];
  const folder = (name: string) => {
    const path = join(world.folder, name);
    mkdirSync(path);
    return path;
  };
  const words = (cache: string, target: string, ...wanted: string[]) => [
    "pip",
    "install",
    ...wanted,
    ...index,
    "--cache-dir",
    cache,
    "--target",
    target,
  ];
  return { world, folder, words };
}

/** Installed well and whole, and nothing was fetched. */
function fromCache(ended: Run, target: string, count = names.length) {
  expect(succeeded(ended).stderr).not.toMatch(/warning|MURRE_/);
  expect(brokenRecords(target)).toEqual([]);
  expect(readdirSync(target).filter((name) => name.endsWith(".dist-info"))).toHaveLength(count);
}

const tar = (...words: string[]) => expect(spawnSync("tar", words, { encoding: "utf8" })).toMatchObject({ status: 0 });

describe.runIf(canMount && canSwitchUsers)(
  "a cache of another user, carried by tar (tested where root runs the tests, and mounting is allowed)",
  () => {
    /** Filled and packed by one user; what another one may write to. */
    async function packed() {
      const made = await makeWorld();
      const { world, folder, words } = made;
      const own = ({ uid, gid }: OtherUser, name: string) => {
        const path = folder(name);
        chownSync(path, uid, gid);
        return path;
      };
      open(world.folder);
      const hers = own(ann, "hers");
      const cache = join(hers, "cache");
      succeeded(await runAs(ann, world, words(cache, join(hers, "target"), ...names), { HOME: hers }));
      const file = join(world.folder, "cache.tar");
      tar("-C", cache, "-cf", file, ".");
      const his = own(bob, "his");
      const target = join(his, "target");
      /** Without the index: what is served was in the cache. */
      const install = (at: string, ...more: string[]) =>
        runAs(bob, world, [...words(at, target, ...names), ...more], { HOME: his });
      return { ...made, file, his, target, install };
    }

    test("and unpacked by the one who uses it, is theirs", { timeout }, async () => {
      const { world, file, his, target, install } = await packed();
      const restored = join(his, "restored");
      const script = 'mkdir "$1" && tar -C "$1" -xf "$0"';
      const bobs = ["--reuid", `${bob.uid}`, "--regid", `${bob.gid}`, "--clear-groups"];
      succeeded(await run("setpriv", [...bobs, "sh", "-ec", script, file, restored], world.folder, {}));
      fromCache(await install(restored, "--offline"), target);
      succeeded(await runAs(bob, world, ["cache", "verify", "--cache-dir", restored], { HOME: his }));
      const cleaned = await runAs(bob, world, ["cache", "clean", "--cache-dir", restored], { HOME: his });
      expect(cleaned).toMatchObject({ code: 0, stderr: "" });
    });

    test.for([
      ["root's", "--no-same-owner"],
      ["still hers", "--same-owner"],
    ] as const)("and unpacked by root, %s, mounted read-only", { timeout }, async ([whose, owner]) => {
      const { folder, file, target, install } = await packed();
      const restored = folder("restored");
      mount("-t", "tmpfs", "-o", "mode=755", "none", restored);
      tar("-C", restored, owner, "-xf", file);
      mount("-o", "remount,ro", restored);
      if (whose === "root's") return fromCache(await install(restored, "--offline"), target);
      // A stranger could have put anything there: it is said once, and the index is asked.
      const { stderr } = succeeded(await install(restored));
      expect(stderr.match(/warning: .*/g)).toEqual([expect.stringMatching(/belongs to another user \(uid 12022\)/)]);
      expect(brokenRecords(target)).toEqual([]);
    });
  },
);

describe.runIf(canMount)("a cache on another file system (tested where mounting is allowed)", () => {
  test.for(["ext4", "btrfs", "xfs"] as const)(
    "%s, carried there and used, filled and cleaned there",
    { timeout },
    async (type, { skip }) => {
      const { world, folder, words } = await makeWorld();
      const cache = folder("cache");
      succeeded(await world.murre(...words(cache, join(world.folder, "first"), "one", "two")));
      const apart = folder("apart");
      if (!mountNew(type, apart)) return skip(`no ${type} can be mounted here`);
      expect(spawnSync("cp", ["-r", `${cache}/.`, apart]).status).toBe(0);
      const target = join(world.folder, "second");
      fromCache(await world.murre(...words(apart, target, "one", "two"), "--offline"), target, 2);
      expect(statSync(join(target, "one/big.bin")).dev).not.toBe(statSync(apart).dev);
      // The third is fetched to it; an environment there takes links or clones, one elsewhere copies.
      for (const place of [join(apart, "beside"), join(world.folder, "third")])
        fromCache(await world.murre(...words(apart, place, ...names)), place);
      succeeded(await world.murre("cache", "verify", "--cache-dir", apart));
      succeeded(await world.murre("cache", "clean", "--cache-dir", apart));
      expect(brokenRecords(join(apart, "beside"))).toEqual([]);
    },
  );
});

const canUnshare = spawnSync("unshare", ["--mount", "--pid", "--fork", "--mount-proc", "true"]).status === 0;

/** A command in namespaces of its own, as a build of an image has: its own processes, its own mounts, its own host name; the cache is mounted into them. */
function inContainer(world: CommandWorld, cache: string, at: string, words: readonly string[]): Promise<Run> {
  const script = 'mount --bind "$0" "$1" && shift && exec "$@"';
  const isolated = ["--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "sh", "-ec", script, cache, at];
  return run("unshare", [...isolated, process.execPath, bin, ...words], world.folder, cleanEnvironment());
}

describe.runIf(canUnshare)("a cache mount that several containers share (tested where namespaces are allowed)", () => {
  test("at once: each installs all, and each archive is in it once", { timeout }, async () => {
    const { world, folder, words } = await makeWorld();
    const cache = folder("cache");
    const builds = [1, 2, 3].map((n) => ({ at: folder(`mount-${n}`), target: join(world.folder, `target-${n}`) }));
    const ended = await Promise.all(
      builds.map(({ at, target }) => inContainer(world, cache, at, words(at, target, ...names))),
    );
    for (const [i, { target, at }] of builds.entries()) {
      const one = ended[i];
      if (one !== undefined) fromCache(one, target);
      // Nothing went past the mount.
      expect(readdirSync(at)).toEqual([]);
    }
    const listed = succeeded(await world.murre("cache", "list", "--json", "--cache-dir", cache));
    const projects = (JSON.parse(listed.stdout) as { project: string }[]).map(({ project }) => project);
    expect(projects.toSorted()).toEqual(names.toSorted());
    succeeded(await world.murre("cache", "verify", "--cache-dir", cache));
  });

  test("one cleans while others install: all of them end well", { timeout }, async () => {
    const { world, folder, words } = await makeWorld();
    const cache = folder("cache");
    succeeded(await world.murre(...words(cache, join(world.folder, "first"), ...names)));
    const target = (n: number) => join(world.folder, `target-${n}`);
    const at = [0, 1, 2, 3].map((n) => folder(`mount-${n}`));
    const commands = at.map((place, n) =>
      n % 2 === 0 ? words(place, target(n), ...names) : ["cache", "clean", "--cache-dir", place],
    );
    const ended = await Promise.all(at.map((place, n) => inContainer(world, cache, place, commands[n] ?? [])));
    for (const one of ended) succeeded(one);
    for (const n of [0, 2]) expect(brokenRecords(target(n))).toEqual([]);
    succeeded(await world.murre("cache", "verify", "--cache-dir", cache));
  });
});
