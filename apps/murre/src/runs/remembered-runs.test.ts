import { temporaryFolder } from "@murre/test-kit";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openKeptFolder, type KeptFolder } from "../kept-folder.ts";
import { openOutputs } from "../outputs.ts";
import { keepRun, nameOfRun, repeatRun, type RunSettings } from "./remembered-runs.ts";
import type { Saying } from "./run-document.ts";
import { watchFileSystem } from "./watched-fs.ts";

const settings = (changed: Partial<RunSettings> = {}): RunSettings => ({
  words: ["pip", "list"],
  cwd: "/here",
  env: { HOME: "/home", PATH: "/bin", TOKEN: "secret" },
  terminals: [false, false],
  ...changed,
});

describe("a run is known by", () => {
  const path = nameOfRun(settings());

  test.each([
    ["its words", { words: ["pip", "list", "-q"] }],
    ["where they end", { words: ["pip list"] }],
    ["its folder", { cwd: "/there" }],
    ["a variable", { env: { HOME: "/home", PATH: "/usr/bin", TOKEN: "secret" } }],
    ["a variable more", { env: { HOME: "/home", PATH: "/bin", TOKEN: "secret", PIP_PRE: "1" } }],
    ["the width of the terminal", { terminals: [[true, 80], false] }],
  ])("%s", (_, changed) => {
    expect(nameOfRun(settings(changed))).not.toBe(path);
  });

  test("a hash, in which no secret can be read", () => {
    expect(path).toMatch(/^runs\/[0-9a-f]{32}$/);
  });

  test("nothing that differs from one shell to the next", () => {
    const { env } = settings();
    expect(nameOfRun(settings({ env: { TOKEN: "secret", PATH: "/bin", HOME: "/home", SHLVL: "3", _: "/x" } }))).toBe(
      path,
    );
    expect(env).not.toHaveProperty("SHLVL");
  });

  test.each([
    "-v",
    "-qv",
    "-n",
    "--verbose",
    "--no-cache",
    "--refresh",
    "--refresh-package=x",
    "--resolve-anew",
    "--log=x",
    "--exclude-newer=3 days",
    "--uploaded-prior-to",
    "cache",
    "-",
  ])("nothing where it is to be found again: %s", (word) =>
    expect(nameOfRun(settings({ words: ["pip", "list", word] }))).toBeUndefined(),
  );
  test.each(["MURRE_RESOLVE_ANEW", "PIP_NO_CACHE_DIR", "UV_NO_CACHE", "UV_EXCLUDE_NEWER"])(
    "nothing with %s",
    (name) => {
      expect(nameOfRun(settings({ env: { [name]: "1" } }))).toBeUndefined();
    },
  );
});

describe("what is kept of a run", () => {
  const far = Date.now() + 3_600_000;
  const openFolder = (): KeptFolder => {
    const settings = { cacheFolder: temporaryFolder("runs"), node: "x" };
    return openKeptFolder(settings, `(/*${"0".repeat(32)}*/`) ?? expect.unreachable();
  };
  function keep(sayings: readonly Saying[], holdsUntil = Infinity, { run } = watchFileSystem()) {
    const folder = openFolder();
    keepRun(folder, "runs/0", run, { sayings, holdsUntil });
    return `${folder.path}/runs/0`;
  }
  const repeats = (path: string, ms = Date.now()): boolean =>
    repeatRun(path, { ms, elapsedMs: () => 5 }, openOutputs(process.platform));
  const names = (path: string): string[] => {
    try {
      return readdirSync(dirname(path));
    } catch {
      return [];
    }
  };

  test("is said again, without a word more", () => {
    expect(repeats(keep([]))).toBe(true);
  });

  test("holds as long as the pages of the index are fresh", () => {
    const path = keep([], far);
    expect([repeats(path), repeats(path, far - 1), repeats(path, far)]).toEqual([true, true, false]);
    expect(names(keep([], Date.now() - 1))).toEqual([]);
  });

  test("has no times in it", () => {
    const text = "Resolved 3 distributions in 1.20s\nBuilt x in 12ms\nPlaced in 1m 02s\nmade in 12msx\n";
    const [head = ""] = readFileSync(keep([[2, text]]), "utf8").split("\n");
    expect(JSON.parse(head)).toEqual([
      0,
      0,
      [[2, "Resolved 3 distributions in \u0000\nBuilt x in \u0000\nPlaced in \u0000\nmade in 12msx\n"]],
    ]);
  });

  test("is nothing where lines were drawn over", () => {
    expect(names(keep([[2, "fetching\r\u001b[K"]]))).toEqual([]);
  });

  test("is nobody else's", () => {
    const path = keep([]);
    chmodSync(path, 0o666);
    expect(repeats(path)).toBe(false);
  });

  test.each(["", "x", "[0,0", "[0,1,[]]", "[0,0,[]]\ns\t0\t/\tx", "null", '{"a":1}', "\0\0\0"])(
    "is passed over where it cannot have been written: %j",
    (text) => {
      const path = keep([]);
      writeFileSync(path, text, { mode: 0o600 });
      expect(repeats(path)).toBe(false);
    },
  );

  test("is nothing of what was changed a moment ago: another change may have the same time", () => {
    const folder = temporaryFolder("young");
    writeFileSync(join(folder, "x"), "");
    const watched = watchFileSystem();
    watched.fileSystem.readFileSync(join(folder, "x"));
    expect(names(keep([], Infinity, watched))).toEqual([]);
  });
});
