import { temporaryFolder } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copySource, listSource, settledListing } from "./source-tree.ts";

function makeTree(): string {
  const folder = temporaryFolder("tree");
  mkdirSync(join(folder, "src/demo"), { recursive: true });
  writeFileSync(join(folder, "pyproject.toml"), "[project]\n");
  writeFileSync(join(folder, "src/demo/__init__.py"), "A = 1\n");
  return folder;
}

const fingerprint = async (folder: string) => (await settledListing(folder)).fingerprint;

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
});

test("bytecode, environments and caches of tools do not count", async () => {
  const folder = makeTree();
  const before = await fingerprint(folder);
  for (const name of ["src/demo/__pycache__", ".venv", "node_modules", "an-env", ".mypy_cache"])
    mkdirSync(join(folder, name));
  writeFileSync(join(folder, "an-env/pyvenv.cfg"), "");
  writeFileSync(join(folder, "src/demo/__pycache__/x.pyc"), "");
  writeFileSync(join(folder, "src/demo/x.pyc"), "");
  expect(await fingerprint(folder)).toBe(before);
});

test("a folder that cannot be read is named", () => {
  expect(() => listSource("/there/is/none")).toThrow(expect.objectContaining({ code: "MURRE_NO_SOURCE_TREE" }));
});

describe("a copy", () => {
  test("holds what the fingerprint counts, and nothing else", async () => {
    const folder = makeTree();
    mkdirSync(join(folder, ".venv"));
    symlinkSync("../src", join(folder, "src/inside"));
    symlinkSync(join("..", "elsewhere"), join(folder, "outside"));
    const copy = join(temporaryFolder("copy"), "copy");
    const listing = await settledListing(folder);
    expect(await copySource(folder, copy, listing)).toBe(listing.fingerprint);
    expect(readdirSync(copy).toSorted()).toEqual(["outside", "pyproject.toml", "src"]);
    expect(readFileSync(join(copy, "src/inside/demo/__init__.py"), "utf8")).toBe("A = 1\n");
  });

  test("of a folder that changed since is one of its new state", async () => {
    const folder = makeTree();
    const old = await settledListing(folder);
    rmSync(join(folder, "pyproject.toml"));
    writeFileSync(join(folder, "setup.py"), "1");
    const copy = join(temporaryFolder("copy"), "copy");
    expect(await copySource(folder, copy, old)).toBe(await fingerprint(folder));
    expect(readdirSync(copy).toSorted()).toEqual(["setup.py", "src"]);
  });

  test.skipIf(!hasGit())("of a git repository is one, and borrows its objects", async () => {
    const folder = makeTree();
    const git = (where: string, ...words: string[]) =>
      execFileSync("git", ["-C", where, "-c", "user.name=x", "-c", "user.email=x@example.org", ...words], {
        encoding: "utf8",
      }).trim();
    git(folder, "init", "-q");
    git(folder, "add", ".");
    git(folder, "commit", "-qm", "one");
    git(folder, "tag", "v1.5");
    const copy = join(temporaryFolder("copy"), "copy");
    await copySource(folder, copy, await settledListing(folder));
    expect(git(copy, "describe", "--tags", "--dirty")).toBe("v1.5");
    writeFileSync(join(copy, "pyproject.toml"), "changed");
    expect(git(copy, "describe", "--tags", "--dirty")).toBe("v1.5-dirty");
    expect(existsSync(join(copy, ".git/objects/pack"))).toBe(false);
    const before = await fingerprint(folder);
    git(folder, "tag", "v1.6");
    expect(await fingerprint(folder)).not.toBe(before);
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
