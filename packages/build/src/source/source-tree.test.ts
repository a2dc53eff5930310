import { temporaryFolder } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { changesBetween, listSource, settledListing } from "./source-tree.ts";

function makeTree(): string {
  const folder = join(temporaryFolder("tree"), "in", "project");
  mkdirSync(join(folder, "src/demo"), { recursive: true });
  writeFileSync(join(folder, "pyproject.toml"), "[project]\n");
  writeFileSync(join(folder, "src/demo/__init__.py"), "A = 1\n");
  return folder;
}

const fingerprint = async (folder: string) => (await settledListing(() => listSource(folder))).fingerprint;

describe("the fingerprint of a folder changes", () => {
  test.each<readonly [string, (folder: string) => void]>([
    ["a file is written", (folder) => writeFileSync(join(folder, "src/demo/__init__.py"), "A = 2\n")],
    [
      "a file is written with its old time set back",
      (folder) => {
        const path = join(folder, "src/demo/__init__.py");
        writeFileSync(path, "A = 3\n");
        utimesSync(path, 1_700_000_000, 1_700_000_000);
      },
    ],
    ["a file is added", (folder) => writeFileSync(join(folder, "src/demo/new.py"), "")],
    ["a file is removed", (folder) => rmSync(join(folder, "src/demo/__init__.py"))],
    ["an empty folder is added", (folder) => mkdirSync(join(folder, "src/other"))],
    ["a link is added", (folder) => symlinkSync("src", join(folder, "link"))],
    ["a compiled module is added", (folder) => writeFileSync(join(folder, "src/demo/x.pyc"), "")],
    ["a folder node_modules is added", (folder) => mkdirSync(join(folder, "src/demo/node_modules"))],
    ["a folder .venv that is no environment is added", (folder) => mkdirSync(join(folder, "src/demo/.venv"))],
    ["something is written into build", (folder) => mkdirSync(join(folder, "build"))],
  ])("when %s", async (_, change) => {
    const folder = makeTree();
    utimesSync(join(folder, "src/demo/__init__.py"), 1_700_000_000, 1_700_000_000);
    const before = await fingerprint(folder);
    change(folder);
    expect(await fingerprint(folder)).not.toBe(before);
  });

  test("also when the same number of bytes is written at once after it was taken", async () => {
    const folder = makeTree();
    const path = join(folder, "src/demo/__init__.py");
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      writeFileSync(path, `A = ${i % 10}\n`);
      seen.add(await fingerprint(folder));
    }
    expect(seen.size).toBe(20);
  });

  test.each<readonly [string, (outside: string) => void, change: (outside: string) => void]>([
    ["a file", (outside) => writeFileSync(outside, "1"), (outside) => writeFileSync(outside, "2")],
    ["a folder", (outside) => mkdirSync(outside), (outside) => writeFileSync(join(outside, "new.py"), "")],
  ])("when %s changes to which a link leads outside", async (_, make, change) => {
    const folder = makeTree();
    const outside = join(folder, "../shared");
    make(outside);
    symlinkSync("../../shared", join(folder, "src/shared"));
    const before = await fingerprint(folder);
    expect(await fingerprint(folder)).toBe(before);
    change(outside);
    expect(await fingerprint(folder)).not.toBe(before);
  });
});

test("bytecode, environments and caches that say so do not count", async () => {
  const folder = makeTree();
  const before = await fingerprint(folder);
  for (const name of ["src/demo/__pycache__", ".venv", "an-env", "conda", ".mypy_cache"]) mkdirSync(join(folder, name));
  mkdirSync(join(folder, "conda/conda-meta"));
  for (const name of [
    ".venv/pyvenv.cfg",
    "an-env/pyvenv.cfg",
    ".mypy_cache/CACHEDIR.TAG",
    "src/demo/__pycache__/x.pyc",
  ])
    writeFileSync(join(folder, name), "");
  expect(await fingerprint(folder)).toBe(before);
});

test("folders apart do not count", async () => {
  const folder = makeTree();
  const before = await fingerprint(folder);
  mkdirSync(join(folder, "cache"));
  expect((await settledListing(() => listSource(folder, { apart: [join(folder, "cache")] }))).fingerprint).toBe(before);
});

describe("links that lead in circles, nowhere, or to everything end", () => {
  test.each([
    ["itself", "loop"],
    ["its own folder", "."],
    ["the folder around", ".."],
    ["the root", "/"],
    ["nothing", "nowhere"],
  ])("%s", async (_, target) => {
    const folder = makeTree();
    symlinkSync(target, join(folder, "loop"));
    expect((await listSource(folder)).facts.get("loop")).toBe(`link ${target}`);
    expect(await fingerprint(folder)).toBe(await fingerprint(folder));
  });
});

test.skipIf(process.platform === "win32")("a pipe is passed over, and not opened", async () => {
  const folder = makeTree();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect([...(await listSource(folder)).facts.keys()]).not.toContain("pipe");
});

test("a listing ends when it is aborted", async () => {
  const folder = makeTree();
  for (let i = 0; i < 1500; i++) writeFileSync(join(folder, `file-${i}`), "");
  const abort = new AbortController();
  const listing = listSource(folder, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(listing).rejects.toThrow("enough");
});

test("a folder that cannot be read is named", async () => {
  await expect(listSource("/there/is/none")).rejects.toMatchObject({ code: "MURRE_NO_SOURCE_TREE" });
});

test("changes are told by path", async () => {
  const folder = makeTree();
  const before = await settledListing(() => listSource(folder));
  rmSync(join(folder, "pyproject.toml"));
  writeFileSync(join(folder, "src/demo/__init__.py"), "A = 2\n");
  mkdirSync(join(folder, "new"));
  expect(
    changesBetween(before, await settledListing(() => listSource(folder))).toSorted((a, b) =>
      a.path < b.path ? -1 : 1,
    ),
  ).toEqual([
    { path: "new", wasThere: false, isFolder: true },
    { path: "pyproject.toml", wasThere: true, isFolder: false },
    { path: "src/demo/__init__.py", wasThere: true, isFolder: false },
  ]);
});

describe.skipIf(!hasGit())("a repository counts by what tells a version", () => {
  const git = (where: string, ...words: string[]) =>
    execFileSync("git", ["-C", where, "-c", "user.name=x", "-c", "user.email=x@example.org", ...words]);

  test.each([
    ["of the folder itself", ""],
    ["around it", ".."],
  ])("%s", async (_, root) => {
    const folder = makeTree();
    const repository = join(folder, root);
    git(repository, "init", "-q");
    git(repository, "add", ".");
    git(repository, "commit", "-qm", "one");
    const seen = [await fingerprint(folder)];
    for (const words of [
      ["tag", "v1.5"],
      ["commit", "--allow-empty", "-qm", "two"],
      ["pack-refs", "--all"],
    ]) {
      git(repository, ...words);
      seen.push(await fingerprint(folder));
    }
    expect(new Set(seen).size).toBe(4);
    git(repository, "prune");
    expect(await fingerprint(folder)).toBe(seen.at(-1));
  });

  test("of a worktree, whose refs lie elsewhere", async () => {
    const folder = makeTree();
    git(folder, "init", "-q");
    git(folder, "commit", "--allow-empty", "-qm", "one");
    const tree = join(temporaryFolder("worktree"), "tree");
    git(folder, "worktree", "add", "-q", tree);
    const before = await fingerprint(tree);
    git(folder, "tag", "v2");
    expect(await fingerprint(tree)).not.toBe(before);
  });
});

function hasGit(): boolean {
  try {
    execFileSync("git", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
