import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeClone, findClone, parseVcsUrl } from "../src/index.ts";
import { commitFiles, git, gitEnvironment, makeRepository, makeWorld, type World } from "./repository-world.ts";

/** A repository with two commits on `main`, of which the first has the tag `v1`, and a place for its clone. */
interface Cloned extends World {
  readonly origin: string;
  readonly clone: string;
  readonly first: string;
  readonly second: string;
  at(revision?: string): Promise<string>;
}

function makeCloned(): Cloned {
  const world = makeWorld();
  const origin = join(world.folder, "origin");
  const clone = join(world.folder, "src/lib");
  const first = makeRepository(origin);
  git(origin, ["tag", "v1"]);
  const second = commitFiles(origin, { "a.txt": "two\n" });
  const at = (revision = "") =>
    world.open().clone(parseVcsUrl(`git+file://${origin}${revision === "" ? "" : `@${revision}`}`), clone);
  return { ...world, origin, clone, first, second, at };
}

const status = (clone: string) => git(clone, ["status", "--short", "--branch", "--untracked-files=no"]);

describe("a clone to work in", () => {
  let world: Cloned;
  beforeEach(() => {
    world = makeCloned();
  });
  afterEach(() => world.remove());

  test("has its branch, history, tags and origin, and says where it is", async () => {
    const { at, clone, origin, first, second, folder } = world;
    expect(await at()).toBe(second);
    expect(status(clone)).toBe("## main...origin/main");
    expect(git(clone, ["log", "--format=%H"]).split("\n")).toEqual([second, first]);
    expect(git(clone, ["show", "v1:a.txt"])).toBe("one");
    expect(git(clone, ["remote", "get-url", "origin"])).toBe(`file://${origin}`);
    git(clone, ["fsck"]);
    git(clone, ["pull", "--quiet"]);
    expect(readdirSync(join(folder, "src"))).toEqual(["lib"]);
    mkdirSync(join(clone, "packages/one"), { recursive: true });
    expect(findClone(join(clone, "packages/one"))).toEqual({ folder: clone, isMarked: true });
    const services = { env: gitEnvironment, platform: process.platform, signal: undefined };
    expect(await describeClone(clone, services)).toBe(`git+file://${origin}@${second}`);
  });

  test("is named without credentials, whatever its origin is", async () => {
    const { at, clone, second } = world;
    await at();
    const services = { env: gitEnvironment, platform: process.platform, signal: undefined };
    for (const [url, named] of [
      ["https://user:secret@e.test/a/b", "git+https://e.test/a/b"],
      ["git@e.test:a/b.git", "git+ssh://git@e.test/a/b.git"],
      ["ssh://me@e.test/a", "git+ssh://e.test/a"],
      ["/srv/a b", undefined],
      ["-u", "git+file:///-u"],
    ] as const) {
      git(clone, ["config", "remote.origin.url", url]);
      const found = await describeClone(clone, services);
      expect([url, found]).toEqual([url, named === undefined ? undefined : `${named}@${second}`]);
    }
  });

  test("goes to what its URL names now, and what is in no commit stays", async () => {
    const { at, clone, origin, first } = world;
    expect(await at("v1")).toBe(first);
    expect(status(clone)).toBe("## HEAD (no branch)");
    writeFileSync(join(clone, "notes.txt"), "mine");
    for (const text of ["three\n", "four\n"]) {
      const next = commitFiles(origin, { "a.txt": text });
      expect(await at()).toBe(next);
      expect(status(clone)).toBe("## main...origin/main");
      expect(readFileSync(join(clone, "a.txt"), "utf8")).toBe(text);
    }
    git(origin, ["checkout", "--quiet", "-b", "side", "v1"]);
    const aside = commitFiles(origin, { "b.txt": "b" });
    expect(await at("side")).toBe(aside);
    expect(status(clone)).toBe("## side...origin/side");
    expect(await at(first.slice(0, 10))).toBe(first);
    expect(readdirSync(clone).toSorted()).toEqual([".git", "a.txt", "notes.txt"]);
  });

  test("of pip's making goes there as well", async () => {
    const { at, clone, origin, first, second } = world;
    git(world.folder, ["clone", "--quiet", `file://${origin}`, clone]);
    expect(await at("v1")).toBe(first);
    expect(await at("main")).toBe(second);
    git(clone, ["fsck"]);
  });

  test("has its submodules, at the commits of its own", async () => {
    const { at, clone, origin, folder } = world;
    const inner = join(folder, "inner");
    makeRepository(inner, { "data.txt": "one" });
    git(origin, ["submodule", "--quiet", "add", inner, "inner"]);
    git(origin, ["commit", "--quiet", "-m", "with inner"]);
    const data = () => readFileSync(join(clone, "inner/data.txt"), "utf8");
    await at();
    expect(data()).toBe("one");
    const next = commitFiles(inner, { "data.txt": "two" });
    git(join(origin, "inner"), ["pull", "--quiet"]);
    git(origin, ["submodule", "--quiet", "add", inner, "again"]);
    git(origin, ["commit", "--quiet", "-am", "newer"]);
    await at();
    expect([data(), git(join(clone, "inner"), ["rev-parse", "HEAD"])]).toEqual(["two", next]);
    expect(readFileSync(join(clone, "again/data.txt"), "utf8")).toBe("two");
    expect(status(clone)).toBe("## main...origin/main");
  });

  test.each<[string, (clone: string) => void, string]>([
    ["changes", (clone) => writeFileSync(join(clone, "a.txt"), "mine"), "MURRE_CLONE_CHANGED"],
    [
      "staged changes",
      (clone) => {
        writeFileSync(join(clone, "new.txt"), "mine");
        git(clone, ["add", "new.txt"]);
      },
      "MURRE_CLONE_CHANGED",
    ],
    ["commits", (clone) => void commitFiles(clone, { "new.txt": "mine" }), "MURRE_CLONE_CHANGED"],
    [
      "commits on the branch that is asked for, and is on another",
      (clone) => {
        commitFiles(clone, { "new.txt": "mine" });
        git(clone, ["checkout", "--quiet", "v1"]);
      },
      "MURRE_CLONE_CHANGED",
    ],
    ["files in the way", (clone) => writeFileSync(join(clone, "way.txt"), "mine"), "MURRE_CLONE_CHANGED"],
    [
      "another repository",
      (clone) => void git(clone, ["remote", "set-url", "origin", "https://e.test/x"]),
      "MURRE_CLONE_IN_THE_WAY",
    ],
    ["no origin", (clone) => void git(clone, ["remote", "remove", "origin"]), "MURRE_CLONE_IN_THE_WAY"],
    ["no repository", (clone) => rmSync(join(clone, ".git"), { recursive: true }), "MURRE_CLONE_IN_THE_WAY"],
  ])("stays as it is where it has %s", async (_, change, code) => {
    const { at, clone, origin } = world;
    await at();
    change(clone);
    commitFiles(origin, { "way.txt": "theirs" });
    const state = () => [
      readdirSync(clone).toSorted(),
      readFileSync(join(clone, "a.txt"), "utf8"),
      existsSync(join(clone, ".git")) ? git(clone, ["status", "--short"]) + git(clone, ["rev-parse", "HEAD"]) : "",
    ];
    const before = state();
    await expect(at("main")).rejects.toMatchObject({ code });
    expect(state()).toEqual(before);
  });

  test("stays with its changes where it is at that commit", async () => {
    const { at, clone, second } = world;
    await at();
    writeFileSync(join(clone, "a.txt"), "mine");
    expect(await at(second)).toBe(second);
    expect(readFileSync(join(clone, "a.txt"), "utf8")).toBe("mine");
  });

  test.each(["main", "v1"])("is brought to %s after a move that was killed", async (revision) => {
    const { at, clone, first, second } = world;
    await at("v1");
    // As a checkout that was killed leaves it: a file is new, git's own index is not.
    writeFileSync(join(clone, ".git/murre-clone"), JSON.stringify({ at: first, moving: second }));
    writeFileSync(join(clone, ".git/index.lock"), "");
    writeFileSync(join(clone, "a.txt"), "two\n");
    expect(await at(revision)).toBe(revision === "main" ? second : first);
    expect(git(clone, ["status", "--porcelain"])).toBe("");
    expect(JSON.parse(readFileSync(join(clone, ".git/murre-clone"), "utf8"))).toEqual({
      at: revision === "main" ? second : first,
    });
  });

  test("is made where a killed one left a part, and by one of several at once", async () => {
    const { at, clone, folder, first, second } = world;
    mkdirSync(join(folder, "src/.lib.murre-0/part"), { recursive: true });
    const commits = await Promise.all([at("v1"), at("main"), at("v1"), at("main")]);
    expect(commits).toEqual([first, second, first, second]);
    expect(commits).toContain(git(clone, ["rev-parse", "HEAD"]));
    expect([git(clone, ["status", "--porcelain"]), readdirSync(join(folder, "src"))]).toEqual(["", ["lib"]]);
  });
});
