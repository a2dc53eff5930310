import { normalizeName } from "@murre/pep508";
import { parseLockFile, writeLockFile, type LockedPackage, type LockFile } from "@murre/requirements";
import {
  indexedWheel,
  serveFolder,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type WheelSpec,
} from "@murre/test-kit";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const specs: readonly WheelSpec[] = [
  { name: "alpha", version: "2.0", requiresDist: ["beta>=1", "win; sys_platform == 'win32'"] },
  { name: "beta", version: "1.0" },
  { name: "gamma", version: "0.2" },
  { name: "win", version: "1.0" },
];

let folder = "";
let server: FolderServer;
let world: CommandWorld;
let environment: Environment;

beforeAll(async () => {
  folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  server = await serveFolder(folder);
  world = makeCommandWorld();
  environment = await world.environment("env");
  world.write("a.in", "alpha\ngamma\n");
});
afterAll(() => server.close());

const index = () => ["--no-config", "-i", `${server.url}/simple/`];
const lock = async (...words: string[]) =>
  parseLockFile(succeeded(await world.murre("pip", "lock", ...index(), "-o", "-", ...words)).stdout).lock;
const wheelOf = (name: string) => join(folder, "files", name);
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

function locked(name: string, version: string, more: Partial<LockedPackage> = {}): LockedPackage {
  const filename = `${name}-${version}-py3-none-any.whl`;
  const hashes = { sha256: sha256(wheelOf(filename)) };
  const wheel = { url: `${server.url}/files/${filename}`, size: readFileSync(wheelOf(filename)).length, hashes };
  return { name: normalizeName(name), version, source: { kind: "files", wheels: [wheel] }, ...more };
}

function write(name: string, packages: readonly LockedPackage[], more: Partial<LockFile> = {}): string {
  return world.write(name, writeLockFile({ lockVersion: "1.0", createdBy: "test", packages, ...more }));
}

describe("what murre pip lock writes", () => {
  test("every file with size and hash, markers, who needs whom", async () => {
    const { packages, requiresPython } = await lock("alpha", "--universal", "--python-version", "3.11");
    expect(requiresPython).toBe(">=3.11");
    expect(packages).toMatchObject([
      {
        name: "alpha",
        dependencies: [{ name: "beta" }, { name: "win" }],
        index: `${server.url}/simple/`,
        source: { wheels: [{ hashes: { sha256: sha256(wheelOf("alpha-2.0-py3-none-any.whl")) } }] },
      },
      { name: "beta", version: "1.0" },
      { name: "win", marker: "sys_platform == 'win32'" },
    ]);
    const here = await lock("-r", "a.in", "--python-platform", "linux");
    expect(here.packages.map(({ name }) => name)).toEqual(["alpha", "beta", "gamma"]);
  });

  test.each<[string, () => string[]]>([
    ["the first", () => ["-i", `${server.url}/simple/`, "--extra-index-url", join(folder, "simple")]],
    ["whichever is chosen from", () => ["-i", join(folder, "simple"), "--extra-index-url", `${server.url}/simple/`]],
  ])("a file that two indexes have once, of %s", async (_, indexes) => {
    const { stdout } = succeeded(await world.murre("pip", "lock", "--no-config", ...indexes(), "-o", "-", "beta"));
    expect(
      parseLockFile(stdout).lock.packages.map(
        ({ source }) => source !== undefined && "wheels" in source && source.wheels.length,
      ),
    ).toEqual([1]);
  });

  test("places of this machine by paths relative to the file, editables, URLs as archives", async () => {
    const project = join(world.folder, "proj");
    mkdirSync(project);
    const build = `[build-system]\nrequires = []\nbuild-backend = "none"\nbackend-path = ["."]\n`;
    writeFileSync(join(project, "pyproject.toml"), `${build}[project]\nname = "proj"\nversion = "1"\n`);
    world.write("gamma-0.2-py3-none-any.whl", "");
    writeFileSync(
      join(world.folder, "gamma-0.2-py3-none-any.whl"),
      readFileSync(wheelOf("gamma-0.2-py3-none-any.whl")),
    );
    mkdirSync(join(world.folder, "out"));
    const url = `${server.url}/files/beta-1.0-py3-none-any.whl`;
    const words = ["./gamma-0.2-py3-none-any.whl", `beta @ ${url}`, "-e", "./proj", "-o", "out/pylock.dev.toml"];
    succeeded(await world.murre("pip", "lock", ...index(), ...words));
    const text = readFileSync(join(world.folder, "out", "pylock.dev.toml"), "utf8");
    expect(parseLockFile(text).lock.packages).toMatchObject([
      { name: "beta", source: { kind: "archive", url } },
      { name: "gamma", source: { kind: "archive", path: "../gamma-0.2-py3-none-any.whl" } },
      { name: "proj", source: { kind: "directory", path: "../proj", isEditable: true } },
    ]);
  });

  test("the file of before where nothing changed, and installs what it says", async () => {
    const words = ["pip", "lock", ...index(), "alpha", "gamma"];
    expect(succeeded(await world.murre(...words)).stderr).toContain("pylock.toml: written");
    expect(succeeded(await world.murre(...words)).stderr).toContain("pylock.toml: as it was");
    succeeded(await environment.pip("sync", "pylock.toml", "--no-config"));
    expect(await environment.installed()).toEqual(["alpha==2.0", "beta==1.0", "gamma==0.2"]);
    expect(succeeded(await environment.pip("sync", "pylock.toml", "--no-config")).stdout).toContain("Nothing to do");
  });
});

describe("what is installed of a lock file", () => {
  test.each<[words: readonly string[], expected: readonly string[]]>([
    [["sync"], ["alpha==2.0", "beta==1.0"]],
    [
      ["sync", "--extra", "X"],
      ["alpha==2.0", "beta==1.0", "gamma==0.2"],
    ],
    [
      ["sync", "--all-groups"],
      ["alpha==2.0", "beta==1.0", "win==1.0"],
    ],
    [
      ["sync", "--group", "dev", "--all-extras"],
      ["alpha==2.0", "beta==1.0", "gamma==0.2", "win==1.0"],
    ],
  ])("%j", async (words, expected) => {
    const file = write(
      "pylock.sel.toml",
      [
        locked("alpha", "2.0", { marker: "python_version >= '3'" }),
        locked("beta", "1.0"),
        locked("gamma", "0.2", { marker: "'x' in extras" }),
        locked("win", "1.0", { marker: "'dev' in dependency_groups or sys_platform == 'none'" }),
      ],
      { extras: [normalizeName("x")], dependencyGroups: [normalizeName("dev")] },
    );
    const [command = "", ...options] = words;
    succeeded(await environment.pip(command, file, "--no-config", ...options));
    expect(await environment.installed()).toEqual(expected);
  });

  test.each<[suffix: string, words: readonly string[], expected: readonly string[]]>([
    ["[x]", [], ["alpha==2.0", "gamma==0.2"]],
    ["[X, y]", [], ["alpha==2.0", "beta==1.0", "gamma==0.2"]],
    ["[y]", ["--extra", "x"], ["alpha==2.0", "beta==1.0", "gamma==0.2"]],
    ["[]", [], ["alpha==2.0"]],
  ])("extras are named as in pip, too: pylock.toml%s %j", async (suffix, words, expected) => {
    const packages = [
      locked("alpha", "2.0"),
      locked("beta", "1.0", { marker: "'y' in extras" }),
      locked("gamma", "0.2", { marker: "'x' in extras" }),
    ];
    const file = write("pylock.extras.toml", packages, { extras: [normalizeName("x"), normalizeName("y")] });
    const own = await world.environment(`extras${expected.length}${words.length}${suffix.length}`);
    succeeded(await own.pip("install", "-r", `${file}${suffix}`, "--no-config", ...words));
    expect(await own.installed()).toEqual(expected);
  });

  test("install keeps what is there besides", async () => {
    const own = await world.environment("kept");
    succeeded(await own.pip("install", "win", ...index()));
    succeeded(await own.pip("install", "-r", write("pylock.one.toml", [locked("beta", "1.0")]), "--no-config"));
    expect(await own.installed()).toEqual(["beta==1.0", "win==1.0"]);
  });

  test("the path goes first, and the version may be the file's to tell", async () => {
    const path = wheelOf("beta-1.0-py3-none-any.whl");
    const source = {
      kind: "archive",
      path,
      url: "https://host.invalid/x.whl",
      hashes: { sha256: sha256(path) },
    } as const;
    const { version: _, ...entry } = locked("beta", "1.0", { source });
    succeeded(await environment.pip("sync", write("pylock.path.toml", [entry]), "--no-config"));
    expect((await environment.installed())[0]).toMatch(/^beta @ file:/);
  });
});

describe("refused", () => {
  const rows: readonly (readonly [what: string, change: (text: string) => string, message: string | RegExp])[] = [
    [
      "another digest",
      (text) => text.replace(/sha256 = ".../, 'sha256 = "000'),
      /gamma-0\.2-py3-none-any\.whl of gamma==0\.2: the hash is another one: .*sha256:000.*sha256:[0-9a-f]/,
    ],
    ["another size", (text) => text.replace(/size = \d+/, "size = 7"), "the size is another one: expected size:7"],
    ["no hash", (text) => text.replace(/hashes = \{[^}]*\}/, "hashes = {}"), "(gamma).wheels[0].hashes has none of"],
    ["a hash of another kind", (text) => text.replace("sha256 =", "sha512 ="), "sha512 needs 128 hexadecimal digits"],
    [
      "a weak hash",
      (text) => text.replace(/sha256 = "(.{32}).*?"/, 'md5 = "$1"'),
      "(gamma).wheels[0].hashes has none of",
    ],
    ["another Python", (text) => `requires-python = ">=3.99"\n${text}`, "MURRE_LOCK_PYTHON"],
    ["other tags", (text) => text.replaceAll("py3-none-any", "cp27-none-any"), "has no usable file"],
    ["an extra that there is not", (text) => text, "there is no extra nope"],
    ["a file beside it", (text) => text, "nothing else can be named beside it"],
  ];

  test.each(rows)("%s", async (what, change, message) => {
    const own = await world.environment(`refused ${what}`);
    const file = write("pylock.bad.toml", [locked("gamma", "0.2")]);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    const more = what.startsWith("an extra") ? ["--extra", "nope"] : what.startsWith("a file") ? ["a.in"] : [];
    const { code, stderr } = await own.pip(
      "sync",
      file,
      "--no-config",
      "--cache-dir",
      temporaryFolder("cache"),
      ...more,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(await own.installed()).toEqual([]);
  });
});
