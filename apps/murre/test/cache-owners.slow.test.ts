import { CACHE_LAYOUT } from "@murre/cache";
import { indexedWheel, writeIndex } from "@murre/test-kit";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";
import { canSwitchUsers, open, runAs, type OtherUser } from "./users.ts";

const timeout = 120_000;
const ann: OtherUser = { uid: 12001, gid: 13001 };
const bob: OtherUser = { uid: 12002, gid: 13001 };
const eve: OtherUser = { uid: 12003, gid: 13003 };

async function makeWorld(env: NodeJS.ProcessEnv = {}) {
  const world = makeCommandWorld(env);
  const specs = ["one", "two"].map((name) => ({ name, version: "1.0", files: { [`${name}.py`]: "1" } }));
  writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--no-config", "-i", join(world.folder, "index/simple")];
  open(world.folder);
  let made = 0;
  /** A folder of a user's. */
  const folderOf = ({ uid, gid }: OtherUser, name = `folder-${made++}`, mode = 0o755) => {
    const folder = join(world.folder, name);
    mkdirSync(folder);
    chownSync(folder, uid, gid);
    chmodSync(folder, mode);
    return folder;
  };
  const installWords = (into: string, ...names: string[]) => [
    "pip",
    "install",
    ...names,
    ...index,
    "--target",
    join(into, `target-${made++}`),
    "-v",
  ];
  return { world, folderOf, installWords };
}

const notUsed = /warning: the cache folder \S+ is not used: .*\n/g;
const owners = (folder: string) =>
  new Set((readdirSync(folder, { recursive: true }) as string[]).map((name) => statSync(join(folder, name)).uid));

describe.runIf(canSwitchUsers)("a cache folder (tested where root runs the tests)", () => {
  test("that a group shares serves and is filled and cleaned by all of it", { timeout }, async () => {
    const { world, folderOf, installWords } = await makeWorld();
    const cache = folderOf(ann, "cache", 0o2775);
    const as = (user: OtherUser, words: readonly string[]) =>
      runAs(user, world, [...words, "--cache-dir", cache], { HOME: folderOf(user) }, "002");
    const homes = { ann: folderOf(ann), bob: folderOf(bob), eve: folderOf(eve) };
    const held = [];
    for (const [user, home, ...names] of [
      [ann, homes.ann, "one"],
      [bob, homes.bob, "one", "two"],
      [ann, homes.ann, "one", "two"],
    ] as const) {
      const { stderr } = succeeded(await as(user, installWords(home, ...names)));
      expect(stderr).not.toContain("warning");
      held.push(readdirSync(join(cache, `${CACHE_LAYOUT}/store`)).length);
    }
    expect(held).toEqual([1, 2, 2]);
    expect(owners(cache)).toEqual(new Set([ann.uid, bob.uid]));
    succeeded(await as(bob, ["cache", "prune"]));
    succeeded(await as(ann, ["cache", "verify"]));
    succeeded(await as(bob, ["cache", "clean"]));
    expect(readdirSync(join(cache, `${CACHE_LAYOUT}/store`))).toEqual([]);

    const stranger = succeeded(await as(eve, installWords(homes.eve, "one")));
    expect(stranger.stderr.match(notUsed)).toEqual([expect.stringContaining("belongs to another user (uid 12001)")]);
    expect((await as(eve, ["cache", "clean"])).stderr).toContain("(MURRE_CACHE_UNUSABLE)");
  });

  test("of a user, under root: it goes without, says so once, and leaves nothing there", { timeout }, async () => {
    const { world, folderOf, installWords } = await makeWorld();
    const home = folderOf(ann, "home");
    const cache = join(home, ".cache/murre");
    const words = (target: string) => installWords(target, "one", "two");
    // As sudo leaves it where HOME is kept.
    const sudo = (...args: readonly string[]) => runAs({ uid: 0, gid: 0 }, world, args, { HOME: home });
    const before = succeeded(await sudo(...words(world.folder)));
    expect(before.stderr.match(notUsed)).toEqual([expect.stringContaining("would lie in a folder of another user")]);
    expect(existsSync(join(home, ".cache"))).toBe(false);

    succeeded(await runAs(ann, world, words(home), { HOME: home }));
    const held = readdirSync(cache, { recursive: true }).length;
    const after = succeeded(await sudo(...words(world.folder)));
    expect(after.stderr.match(notUsed)).toEqual([expect.stringContaining("belongs to another user (uid 12001)")]);
    const named = succeeded(await sudo(...words(world.folder), "--cache-dir", cache));
    expect(named.stderr.match(notUsed)).toHaveLength(1);
    for (const what of ["clean", "prune", "verify"]) {
      const ended = await sudo("cache", what);
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/another user.*MURRE_CACHE_UNUSABLE/)]);
    }
    expect(readdirSync(cache, { recursive: true })).toHaveLength(held);
    expect(owners(home)).toEqual(new Set([ann.uid]));
    succeeded(await sudo("pip", "list"));
  });

  test("of root's own is used by root, and read by others", { timeout }, async () => {
    const { world, folderOf, installWords } = await makeWorld();
    const cache = join(world.folder, "cache");
    const own = [...installWords(world.folder, "one"), "--cache-dir", cache];
    expect(succeeded(await runAs({ uid: 0, gid: 0 }, world, own)).stderr).not.toContain("warning");
    const home = folderOf(ann);
    const theirs = [...installWords(home, "one"), "--cache-dir", cache];
    const { stderr } = succeeded(await runAs(ann, world, theirs, { HOME: home }));
    expect(stderr).not.toMatch(notUsed);
    expect(owners(cache)).toEqual(new Set([0]));
  });

  test.each(["store", "trash", "leases", "metadata"])(
    "in which one who shares it made a link of %s is not used, and nothing happens behind it",
    { timeout },
    async (name) => {
      const { world, folderOf, installWords } = await makeWorld();
      const cache = folderOf(bob, "cache", 0o2775);
      const home = folderOf(ann, "home");
      const own = (...words: readonly string[]) =>
        runAs(ann, world, [...words, "--cache-dir", cache], { HOME: home }, "002");
      succeeded(await own(...installWords(home, "one")));
      const precious = folderOf(ann, "precious");
      writeFileSync(join(precious, "file"), "important");
      rmSync(join(cache, CACHE_LAYOUT, name), { recursive: true, force: true });
      symlinkSync(precious, join(cache, CACHE_LAYOUT, name));
      const { stderr } = succeeded(await own(...installWords(home, "one")));
      expect(stderr.match(notUsed)).toEqual([
        expect.stringContaining(`${CACHE_LAYOUT}/${name} in it is a symbolic link`),
      ]);
      expect((await own("cache", "clean")).stderr).toContain("(MURRE_CACHE_UNUSABLE)");
      expect(readdirSync(precious)).toEqual(["file"]);
    },
  );
});

describe.runIf(canSwitchUsers)(
  "a user without HOME and without an entry, as in a container (tested where root runs the tests)",
  () => {
    const nobody: OtherUser = { uid: 12345, gid: 12345 };

    /** All main commands, in a folder of that user's. */
    async function everything(world: CommandWorld, env: NodeJS.ProcessEnv, at: string) {
      const said: string[] = [];
      const murre = async (...words: string[]) => {
        const ended = succeeded(await runAs(nobody, world, words, env));
        said.push(...ended.stderr.split("\n").filter((line) => line.startsWith("warning")));
        return ended.stdout;
      };
      const index = ["-i", join(world.folder, "index/simple")];
      const environment = join(at, "env");
      const requirements = join(at, "requirements.txt");
      writeFileSync(requirements, "one==1.0\n");
      await murre("venv", environment);
      await murre("pip", "install", "one", "-p", environment, ...index);
      await murre("pip", "sync", requirements, "-p", environment, ...index);
      await murre("pip", "check", "-p", environment);
      await murre("pip", "download", "two", "-d", join(at, "files"), ...index);
      await murre("cache", "dir");
      await murre("cache", "size");
      await murre("cache", "prune");
      const installed = await murre("pip", "freeze", "-p", environment);
      await murre("pip", "uninstall", "one", "-p", environment);
      await murre("cache", "clean");
      return { installed, said };
    }

    test("has a cache of its own among temporary files", { timeout }, async () => {
      const { world, folderOf } = await makeWorld();
      const [at, temporary] = [folderOf(nobody), folderOf(nobody)];
      const { installed, said } = await everything(world, { TMPDIR: temporary }, at);
      expect(installed).toBe("one==1.0\n");
      expect(readdirSync(temporary)).toEqual(["murre-cache-12345"]);
      expect(new Set(said)).toEqual(
        new Set([expect.stringMatching(/there is no home folder \(HOME\).*murre-cache-12345/)]),
      );
    });

    test.each([
      ["whose TMPDIR is not there", { TMPDIR: "/nonexistent/tmp", MURRE_CACHE_DIR: "CACHE" }, /^$/],
      ["whose TMPDIR cannot be written to", { TMPDIR: "/proc", MURRE_CACHE_DIR: "CACHE" }, /^$/],
      [
        "whose HOME is the root folder",
        { HOME: "/" },
        /^warning: the cache folder \/\.cache\/murre is not used: .*\(EACCES\)/,
      ],
      ["whose HOME is not there", { HOME: "/nonexistent" }, /^warning: the cache folder \/nonexistent\S+ is not used/],
      ["whose HOME is empty", { HOME: "", TMPDIR: "TEMPORARY" }, /^warning: there is no home folder/],
      ["whose HOME is relative", { HOME: "home", TMPDIR: "TEMPORARY" }, /^warning: there is no home folder/],
      ["with XDG_CACHE_HOME", { XDG_CACHE_HOME: "CACHE" }, /^$/],
    ])("%s", { timeout }, async (_, given, says) => {
      const { world, folderOf } = await makeWorld();
      const at = folderOf(nobody);
      const places: Record<string, string> = { CACHE: join(folderOf(nobody), "cache"), TEMPORARY: folderOf(nobody) };
      const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, places[value] ?? value]));
      const { installed, said } = await everything(world, env, at);
      expect(installed).toBe("one==1.0\n");
      expect([...new Set(said)].join("\n")).toMatch(says);
    });

    test("is not led astray by who made its cache first", { timeout }, async () => {
      const { world, folderOf } = await makeWorld();
      const [at, temporary] = [folderOf(nobody), folderOf(eve, "temporary", 0o1777)];
      const theirs = join(temporary, "murre-cache-12345");
      mkdirSync(theirs);
      chownSync(theirs, eve.uid, eve.gid);
      chmodSync(theirs, 0o1777);
      const words = ["pip", "install", "one", "--target", join(at, "target"), "-i", join(world.folder, "index/simple")];
      const { stderr } = succeeded(await runAs(nobody, world, words, { TMPDIR: temporary }));
      expect(stderr.match(notUsed)).toEqual([expect.stringContaining("belongs to another user (uid 12003)")]);
      expect(readdirSync(theirs)).toEqual([]);
    });
  },
);
