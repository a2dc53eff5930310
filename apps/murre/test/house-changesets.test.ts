import { temporaryFolder } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { unnamedChanges, wrongChangeset } from "../../../scripts/house-changesets.mjs";

const bundled = ["@murre/locking", "@murre/pep440"];
const set = (...lines: readonly string[]) => `---\n${lines.join("\n")}\n---\n\nSomething is better.\n`;

describe("a change of a bundled package reaches murre's users", () => {
  test.each<[text: string, problem: RegExp]>([
    [set('"@murre/locking": patch', '"murre": patch'), /^$/],
    [set('"murre": minor'), /^$/],
    [set("'@murre/pep440': major", "murre: major"), /^$/],
    [set('"@murre/elsewhere": patch'), /^$/],
    [set('"@murre/locking": patch'), /names @murre\/locking and not murre/],
    [set('"@murre/pep440": major', '"@murre/locking": patch'), /names @murre\/pep440, @murre\/locking and not murre/],
    [set('"@murre/locking": patch', '"murre-like": patch'), /and not murre/],
    [set('"@murre/locking": tiny', '"murre": patch'), /tiny is no kind of change/],
    ["no head", /names no package/],
  ])("%j", (text, problem) => {
    expect(wrongChangeset(text, "murre", bundled).join("\n")).toMatch(problem);
  });
});

describe("a package that has changed since the last release is named by a changeset", () => {
  const packages = [
    ["@murre/locking", "packages/locking"],
    ["murre", "apps/murre"],
  ] as const;
  const manifest = (version: string) => JSON.stringify({ version }, null, 2);
  const nobody = { "packages/locking/src/lock.ts": "2", ".changeset/one.md": set('"murre": patch') };

  test.each<[what: string, changes: Readonly<Record<string, string>>, unnamed: readonly string[], tag?: string]>([
    ["its sources, by none", nobody, ["packages/locking"]],
    [
      "its sources, by one",
      { "packages/locking/src/lock.ts": "2", ".changeset/one.md": set('"@murre/locking": patch') },
      [],
    ],
    ["a new file of it", { "apps/murre/src/deep/new.ts": "1" }, ["apps/murre"]],
    ["both", { "packages/locking/src/lock.ts": "2", "apps/murre/src/new.ts": "1" }, ["packages/locking", "apps/murre"]],
    ["its tests alone", { "packages/locking/src/lock.test.ts": "2", "packages/locking/test/a.ts": "2" }, []],
    ["its sources, and its version", { ...nobody, "packages/locking/package.json": manifest("1.0.1") }, []],
    ["another one's", { "packages/elsewhere/src/a.ts": "1" }, []],
    ["before the first release", nobody, [], "v1"],
  ])("%s", (_, changes, unnamed, tag = "murre@1.0.0") => {
    const root = temporaryFolder("changes");
    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: root });
    const write = (files: Readonly<Record<string, string>>) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      git("add", "--all");
      git("commit", "-qm", "a change");
    };
    git("init", "-q");
    write({
      ".changeset/README.md": "how",
      "apps/murre/package.json": manifest("1.0.0"),
      "packages/locking/package.json": manifest("1.0.0"),
      "packages/locking/src/lock.ts": "1",
    });
    git("tag", tag);
    write(changes);
    expect(unnamedChanges(root, "murre", packages).map(([folder]) => folder)).toEqual(unnamed);
  });
});
