import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { chmodSync, existsSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const specs = [
  { name: "one", version: "1.0", files: { "one_pkg/__init__.py": "x = 1\n", "one_pkg/deep/mod.py": "y = 2\n" } },
  { name: "old", version: "1.0", files: { "old_pkg/__init__.py": "print 'two'\n" } },
  { name: "single", version: "1.0" },
];
let world: CommandWorld;
let index = "";
let made = 0;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  index = join(folder, "simple");
  world = makeCommandWorld();
});

async function begin() {
  const environment = await world.environment(`env-${made++}`);
  const pip = (...words: string[]) => environment.pip(...words, "--no-config", "-i", index);
  return { environment, pip, bytecode: () => bytecodeOf(environment) };
}

/** Names of compiled modules in site-packages, sorted. */
function bytecodeOf({ folder }: Environment): string[] {
  const paths = readdirSync(join(folder, "lib"), { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => path.endsWith(".pyc"))
    .map((path) => (path.split("/").at(-1) ?? "").replace(/\..*/, ""))
    .toSorted();
}

describe("--compile-bytecode", () => {
  test("compiles what is installed and what was there, skips what is no Python 3, and the next time only what lacks", async () => {
    const { pip, bytecode } = await begin();
    succeeded(await pip("install", "single"));
    expect(bytecode()).toEqual([]);
    const installed = succeeded(await pip("install", "one", "old", "--compile-bytecode"));
    expect(installed.stderr).toContain("Compiled 3 files");
    expect(bytecode()).toEqual(["__init__", "mod", "single"]);
    const again = succeeded(await pip("install", "one", "old", "--compile"));
    expect(again.stderr).not.toContain("Compiled");
  });

  test("is nobody else's change: the next command looks at nothing again, and check --files finds nothing", async () => {
    const { environment, pip } = await begin();
    succeeded(await pip("install", "one", "single", "--compile-bytecode"));
    const list = world.write("pins.txt", "one==1.0\nsingle==1.0\n");
    const again = succeeded(await pip("sync", list, "-v"));
    expect(again.stderr).not.toMatch(/changed by|looked at/i);
    expect(again.stdout).toContain("Nothing to do");
    succeeded(await environment.pip("check", "--files"));
  });

  test("bytecode goes with its distribution, also what a killed Python left of it", async () => {
    const { environment, pip, bytecode } = await begin();
    succeeded(await pip("install", "one", "single", "--compile-bytecode"));
    const site = join(
      environment.folder,
      "lib",
      readdirSync(join(environment.folder, "lib"))[0] ?? "",
      "site-packages",
    );
    writeFileSync(join(site, "one_pkg/deep/__pycache__/mod.cpython-311.pyc.140234"), "torn");
    succeeded(await environment.pip("uninstall", "one"));
    expect([bytecode(), existsSync(join(site, "one_pkg"))]).toEqual([["single"], false]);
  });

  test("an interpreter that dies is an error that says what there is: installed, and completed by the same command", async () => {
    const { environment, pip, bytecode } = await begin();
    const python = join(environment.folder, "bin/python");
    const real = readlinkSync(python);
    rmSync(python);
    writeFileSync(python, "#!/bin/sh\nexit 3\n");
    chmodSync(python, 0o755);
    const failed = await pip("install", "one", "--compile-bytecode");
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/everything is installed, \d+ files .*MURRE_BYTECODE_NOT_COMPILED/),
    ]);
    writeFileSync(python, `#!/bin/sh\nexec "${real}" "$@"\n`);
    expect(await environment.installed()).toEqual(["one==1.0"]);
    succeeded(await pip("install", "one", "--compile-bytecode"));
    expect(bytecode()).toEqual(["__init__", "mod"]);
  });
});
