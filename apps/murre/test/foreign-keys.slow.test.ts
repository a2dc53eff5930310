import {
  indexedWheel,
  serveFolder,
  writeIndex,
  type FolderServer,
  type IndexedFile,
  type WheelSpec,
} from "@murre/test-kit";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded } from "./command-world.ts";

const timeout = 120_000;
const servers: FolderServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** What every plain object of JavaScript has without being asked. */
const inherited = ["constructor", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf"];

async function makeWorld(specs: readonly WheelSpec[], claims: Partial<IndexedFile> = {}) {
  const world = makeCommandWorld();
  const index = join(world.folder, "index");
  writeIndex(index, await Promise.all(specs.map((spec) => indexedWheel(spec, claims))));
  const server = await serveFolder(index);
  servers.push(server);
  const environment = await world.environment("env");
  return { world, environment, index: ["--no-config", "-i", `${server.url}/simple`] };
}

describe("names that plain objects have are names like others", () => {
  test("of projects, extras, modules, entry points and requirements", { timeout }, async () => {
    const [first = "", ...others] = inherited;
    const { world, environment, index } = await makeWorld([
      {
        name: first,
        version: "1.0",
        files: { "constructor.py": "def main():\n    print('called')\n", "__proto__.py": "1", "__proto__/x.py": "1" },
        providesExtra: others,
        requiresDist: [
          ...others.map((name) => `${name}; extra == "${name}"`),
          'nothing-of-this-name; extra == "__proto__"',
          'nothing-of-this-name; python_version == "__proto__"',
        ],
        entryPoints: {
          console_scripts: { toString: "constructor:main", __proto__: "constructor:main" },
          ["__proto__"]: { valueOf: "a:b" },
        },
      },
      ...others.map((name) => ({ name, version: "1.0" })),
    ]);
    const all = inherited.map((name) => `${name.toLowerCase()}==1.0`).toSorted();
    const names = async () => (await environment.installed()).map((line) => line.toLowerCase());
    succeeded(await environment.pip("install", `${first}[${others.join(",")}]`, ...index));
    expect(await names()).toEqual(all);
    const file = world.write("r.txt", inherited.map((name) => `${name}==1.0\n`).join(""));
    succeeded(await environment.pip("sync", file, ...index));
    succeeded(await environment.pip("check"));
    expect(succeeded(await environment.pip("show", ...inherited)).stdout).toContain("Name: hasOwnProperty");
    succeeded(await environment.pip("uninstall", ...others));
    expect(await names()).toEqual([`${first}==1.0`]);
    const refused = await environment.pip("install", `${first}[__proto__]`, ...index);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("MURRE_INVALID_REQUIREMENT")]);
  });

  test("of config settings, in words and in requirements", { timeout }, async () => {
    const { world, environment } = await makeWorld([]);
    const project = join(world.folder, "project");
    mkdirSync(project);
    writeFileSync(
      join(project, "pyproject.toml"),
      '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
    );
    writeFileSync(
      join(project, "own.py"),
      `import json, os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "asked-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("asked.py", "settings = %r\\n" % json.dumps(config_settings, sort_keys=True))
        wheel.writestr("asked-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: asked\\nVersion: 1.0\\n")
        wheel.writestr("asked-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("asked-1.0.dist-info/RECORD", "asked.py,,\\nasked-1.0.dist-info/METADATA,,\\nasked-1.0.dist-info/WHEEL,,\\nasked-1.0.dist-info/RECORD,,\\n")
    return name
`,
    );
    const given = ["constructor=2", "__proto__=x", "toString=1", "toString=2"];
    const settings = '{"__proto__": "x", "constructor": "2", "toString": ["1", "2"]}';
    const words = given.flatMap((setting) => ["-C", setting]);
    succeeded(await environment.pip("install", project, ...words, "--no-config"));
    expect(await environment.print("import asked; print(asked.settings)")).toBe(settings);
    const lines = given.map((setting) => `--config-settings ${setting}`).join(" ");
    const file = world.write("r.txt", `asked @ file://${project} ${lines}\n`);
    succeeded(await environment.pip("install", "-r", file, "--no-config", "--reinstall"));
    expect(await environment.print("import asked; print(asked.settings)")).toBe(settings);
  });
});

describe("of the hashes that somebody names", () => {
  const spec = { name: "one", version: "1.0" };
  const digest = (file: IndexedFile, algorithm: string) => createHash(algorithm).update(file.data).digest("hex");

  const rows: readonly (readonly [string, (file: IndexedFile) => Record<string, string>])[] = [
    ["sha256 beside one that nobody knows", (file) => ({ sha256: digest(file, "sha256"), blake3: "ab".repeat(32) })],
    ["sha512 beside an inherited name", (file) => ({ sha512: digest(file, "sha512"), constructor: "ab" })],
    ["blake2b", (file) => ({ blake2b: digest(file, "blake2b512") })],
    ["sha3_256 and blake2s", (file) => ({ sha3_256: digest(file, "sha3-256"), blake2s: digest(file, "blake2s256") })],
  ];

  test.each(rows)("%s is compared, on a page and in a URL", { timeout }, async (_, hashesOf) => {
    const file = await indexedWheel(spec);
    for (const isRight of [true, false]) {
      const [[name = "", right = ""] = [], ...more] = Object.entries(hashesOf(file));
      const hashes = {
        [name]: isRight ? right : right.replace(/^./, (first) => (first === "0" ? "1" : "0")),
        ...Object.fromEntries(more),
      };
      const { world, environment, index } = await makeWorld([spec], { hashes });
      const fragment = Object.entries(hashes)
        .map(([algorithm, hex]) => `${algorithm}=${hex}`)
        .join("&");
      const url = `one @ file://${join(world.folder, "index/files", file.filename)}#${fragment}`;
      for (const words of [
        ["one", ...index],
        [url, "--no-config"],
      ]) {
        const { code, stderr } = await environment.pip("install", ...words, "--reinstall");
        expect([words[0], code, stderr.includes("MURRE_HASH_MISMATCH")]).toEqual([words[0], isRight ? 0 : 1, !isRight]);
      }
    }
  });

  test.each(["blake3", "constructor"])(
    "%s alone is refused with a word, on a page and in a line",
    { timeout },
    async (algorithm) => {
      const { world, environment, index } = await makeWorld([spec], { hashes: { [algorithm]: "ab".repeat(32) } });
      const page = await environment.pip("install", "one", ...index);
      expect([page.code, page.stderr]).toEqual([1, expect.stringMatching(`${algorithm}.*MURRE_`)]);
      const file = world.write("r.txt", `one --hash=${algorithm}:${"ab".repeat(32)}\n`);
      const line = await environment.pip("install", "-r", file, ...index);
      expect([line.code, line.stderr]).toEqual([
        1,
        expect.stringMatching(/expected one of sha224, sha256,.*MURRE_REQUIREMENTS_OPTION/),
      ]);
    },
  );

  test("in a line, what is unknown or too weak is passed over beside a right one", { timeout }, async () => {
    const file = await indexedWheel(spec);
    const { world, environment, index } = await makeWorld([spec]);
    const unknown = `--hash=blake3:ab --hash=md5:${digest(file, "md5")}`;
    const lines = world.write("r.txt", `one ${unknown} --hash=sha256:${digest(file, "sha256")}\n`);
    expect(succeeded(await environment.pip("install", "-r", lines, ...index)).stderr).toMatch(
      /blake3:ab is passed over/,
    );
    const wrong = world.write("w.txt", `one ${unknown} --hash=sha256:${"0".repeat(64)}\n`);
    const refused = await environment.pip("install", "-r", wrong, ...index, "--reinstall");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("the hash is another one")]);
  });
});
