import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

const spec = {
  name: "demo",
  version: "1.0",
  entryPoints: { console_scripts: { say: "demo:main" } },
  files: { "demo/__init__.py": "import sys\ndef main(): print(sys.prefix)\n" },
};

let world: CommandWorld;
let index = "";

beforeAll(async () => {
  world = makeCommandWorld();
  index = temporaryFolder("index");
  writeIndex(index, [await indexedWheel(spec)]);
});

const runs = (program: string, ...words: string[]) => execFileSync(program, words, { encoding: "utf8" }).trim();

/** An environment with a script that was installed before it was moved. */
async function moved(name: string): Promise<string> {
  const [before, after] = [join(world.folder, `${name} before`), join(world.folder, `${name} after`)];
  succeeded(await world.murre("venv", "--relocatable", before));
  succeeded(await world.murre("pip", "install", "demo", "-p", before, "--no-config", "-i", join(index, "simple")));
  renameSync(before, after);
  return after;
}

test.skipIf(process.platform === "win32")(
  "what is installed runs where the environment was moved, by links too",
  async () => {
    const folder = await moved("script");
    expect(runs(join(folder, "bin", "say"))).toBe(folder);
    symlinkSync(join(folder, "bin", "say"), join(world.folder, "say-link"));
    expect(runs(join(world.folder, "say-link"))).toBe(folder);
  },
);

test.skipIf(!existsSync("/bin/bash"))("its activation finds it", async () => {
  const folder = await moved("shell");
  expect(runs("/bin/bash", "-euc", `. '${folder}/bin/activate'; echo "$VIRTUAL_ENV"; say; deactivate`)).toBe(
    `${folder}\n${folder}`,
  );
});

test("it can be changed where it is, stays one when it is refreshed, and another one is none", async () => {
  const folder = await moved("changed");
  succeeded(await world.murre("pip", "check", "-p", folder));
  succeeded(await world.murre("pip", "uninstall", "-p", folder, "demo"));
  succeeded(await world.murre("venv", "--allow-existing", folder));
  const isNoted = (path: string) => readFileSync(join(path, "pyvenv.cfg"), "utf8").includes("relocatable = true\n");
  expect(isNoted(folder)).toBe(true);
  succeeded(await world.murre("venv", "--clear", folder));
  expect(isNoted(folder)).toBe(false);
});
