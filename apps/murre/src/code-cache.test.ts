import { temporaryFolder } from "@murre/test-kit";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCodeCache } from "./code-cache.ts";
import { openKeptFolder } from "./kept-folder.ts";

const id = "0123456789abcdef0123456789abcdef";
const source = `(/*${id}*/function(){})`;
const code = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

function world(words: readonly string[] = ["pip", "list"], given = source) {
  const cacheFolder = temporaryFolder();
  const cache = openCodeCache(openKeptFolder({ cacheFolder, node: "v20.0.0-x64" }, given)!, words);
  const files = () =>
    readdirSync(cacheFolder, { recursive: true })
      .map(String)
      .filter((path) => lstatSync(join(cacheFolder, path)).isFile());
  return { cacheFolder, cache, files, path: () => join(cacheFolder, files()[0]!) };
}

describe("V8's compiled form of the bundle", () => {
  test("is what was written, in a folder of its user, its bundle and its Node, by its command", () => {
    const { cache, files } = world();
    expect(cache.read()).toBeUndefined();
    cache.write(code);
    expect(cache.read()).toEqual(code);
    expect(files()).toEqual([`code/u${process.getuid?.() ?? ""}/${id}-v20.0.0-x64/pip-list`]);
  });

  test.each([
    [["--quiet", "venv", "../../x"], "venv"],
    [["pip", "install", "flask"], "pip-install"],
    [["install-many", "names.txt"], "install-many"],
    [["../../etc", "passwd"], "passwd"],
    [[], "murre"],
  ])("of %j lies under %s", (words, name) => {
    const { cache, files } = world(words);
    cache.write(code);
    expect(files().map((path) => path.split("/").at(-1))).toEqual([name]);
  });

  test.each(["--no-cache", "-n"])("is not written with %s", (word) => {
    const { cache, files } = world(["pip", "list", word]);
    cache.write(code);
    expect(files()).toEqual([]);
  });

  test("is nobody's where the bundle does not say which it is", () => {
    expect(openKeptFolder({ cacheFolder: temporaryFolder(), node: "x" }, "(function(){})")).toBeUndefined();
  });

  test("of other bundles and Nodes goes when it was not added to for long", () => {
    const { cacheFolder, cache, files } = world();
    for (const [name, days] of [
      ["old", 31],
      ["new", 29],
    ] as const) {
      const folder = join(cacheFolder, `code/u${process.getuid?.() ?? ""}/${name}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "venv"), "");
      const then = Date.now() / 1000 - days * 24 * 3600;
      utimesSync(folder, then, then);
    }
    cache.write(code);
    expect(
      files()
        .map((path) => path.split("/").at(-2))
        .toSorted(),
    ).toEqual([`${id}-v20.0.0-x64`, "new"].toSorted());
  });

  test("that cannot be written is passed over", () => {
    const { cacheFolder, cache, files } = world();
    writeFileSync(join(cacheFolder, "code"), "a file where a folder belongs");
    cache.write(code);
    expect([cache.read(), files()]).toEqual([undefined, ["code"]]);
  });
});

describe("what is not this user's own and whole is not run", () => {
  const damages: readonly (readonly [what: string, damage: (path: string) => void])[] = [
    ["a file that its group can write", (path) => chmodSync(path, 0o620)],
    ["a file that everybody can write", (path) => chmodSync(path, 0o602)],
    [
      "a link to one's own file",
      (path) => {
        renameSync(path, `${path}.elsewhere`);
        symlinkSync(`${path}.elsewhere`, path);
      },
    ],
    ["a file that was cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, 3000))],
    ["an empty file", (path) => writeFileSync(path, "")],
    ["a file with a page of zeros", (path) => writeFileSync(path, readFileSync(path).fill(0, 1024, 2048))],
    ["a folder", (path) => (renameSync(path, `${path}.elsewhere`), mkdirSync(path))],
  ];

  test.each(damages)("%s", (_, damage) => {
    const { cache, path } = world();
    cache.write(code);
    damage(path());
    expect(cache.read()).toBeUndefined();
  });

  test("nothing is left aside, and others cannot look into the folder", () => {
    const { cache, path, files } = world();
    cache.write(code);
    cache.write(code);
    expect(files()).toHaveLength(1);
    expect([lstatSync(path()).mode & 0o777, lstatSync(dirname(path())).mode & 0o077]).toEqual([0o600, 0]);
  });
});
