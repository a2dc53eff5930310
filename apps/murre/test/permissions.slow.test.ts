import { indexedWheel, writeIndex } from "@murre/test-kit";
import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, run, succeeded, type CommandWorld } from "./command-world.ts";

const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

/** A wheel that has a file of every kind. */
const wheel = {
  name: "kinds",
  version: "1.0",
  files: {
    "kinds/__init__.py": "def main():\n    print('called')\n",
    "kinds/tool.sh": { data: "#!/bin/sh\necho tool\n", executable: true },
    "kinds-1.0.data/scripts/kinds-script": "#!python\nprint('script')\n",
    "kinds-1.0.data/scripts/kinds-shell": { data: "#!/bin/sh\necho shell\n", executable: true },
    "kinds-1.0.data/data/share/kinds.txt": "data",
    "kinds-1.0.dist-info/entry_points.txt": "[console_scripts]\nkinds = kinds:main\n",
  },
};
/** All that can be started. */
const executables = ["kinds/tool.sh", "bin/kinds", "bin/kinds-script", "bin/kinds-shell"];
const plain = [
  "kinds/__init__.py",
  "share/kinds.txt",
  ...["METADATA", "WHEEL", "RECORD", "INSTALLER", "REQUESTED"].map((name) => `kinds-1.0.dist-info/${name}`),
];
const folders = ["kinds", "kinds-1.0.dist-info", "bin", "share"];

async function makeWorld() {
  const world = makeCommandWorld();
  writeIndex(join(world.folder, "index"), [await indexedWheel(wheel)]);
  let made = 0;
  const install = (umask: string, ...words: string[]) =>
    installUnder(umask, world, join(world.folder, `target-${made++}`), words);
  return { ...world, install };
}

/** `murre pip install kinds` into a new folder, in a process with that umask. */
async function installUnder(umask: string, world: CommandWorld, target: string, words: readonly string[]) {
  const index = ["--no-config", "--index-url", join(world.folder, "index/simple")];
  const places = ["--target", target, "--cache-dir", world.cache];
  const command = [process.execPath, bin, "pip", "install", "kinds", ...index, ...places, ...words];
  succeeded(await run("sh", ["-c", `umask ${umask}; exec "$@"`, "sh", ...command], world.folder, {}));
  expect(brokenRecords(target)).toEqual([]);
  return target;
}

/** Of all paths, in octal. */
function permissions(target: string): Record<string, string> {
  const paths = [...executables, ...plain, ...folders];
  return Object.fromEntries(paths.map((path) => [path, (lstatSync(join(target, path)).mode & 0o777).toString(8)]));
}

/** The permissions of new files under that umask. */
function ofNew(umask: string): Record<string, string> {
  const all = (paths: readonly string[], mode: number) =>
    paths.map((path) => [path, (mode & ~Number.parseInt(umask, 8)).toString(8)]);
  return Object.fromEntries([...all([...executables, ...folders], 0o777), ...all(plain, 0o666)]);
}

describe.runIf(process.platform !== "win32")("the permissions of what is installed", () => {
  test.each(["022", "002", "077"])("are those of new files under umask %s", { timeout }, async (umask) => {
    const { install } = await makeWorld();
    const target = await install(umask, "--link-mode", "hardlink");
    expect(permissions(target)).toEqual(ofNew(umask));
    expect(statSync(join(target, "kinds/tool.sh")).nlink).toBe(2);
    for (const [name, printed] of [
      ["kinds-script", "script"],
      ["kinds-shell", "shell"],
      ["kinds", "called"],
    ] as const) {
      const { stdout } = succeeded(await run(join(target, "bin", name), [], target, { PYTHONPATH: target }));
      expect(stdout).toBe(`${printed}\n`);
    }
  });

  test.each(["auto", "clone", "hardlink", "copy"])(
    "with %s are those of each process's umask, whoever filled the cache",
    { timeout },
    async (mode) => {
      const { install } = await makeWorld();
      for (const umask of ["077", "022", "002", "077"])
        expect(permissions(await install(umask, "--link-mode", mode))).toEqual(ofNew(umask));
    },
  );

  test(
    "leave the cache's files as they are: another umask takes copies, its own takes links",
    { timeout },
    async () => {
      const { install } = await makeWorld();
      const first = await install("022", "--link-mode", "hardlink");
      const other = await install("077", "--link-mode", "hardlink");
      const links = (target: string) =>
        ["kinds/__init__.py", "kinds/tool.sh"].map((path) => statSync(join(target, path)).nlink);
      expect([links(first), links(other)]).toEqual([
        [2, 2],
        [1, 1],
      ]);
      expect(permissions(first)).toEqual(ofNew("022"));
      expect(links(await install("022", "--link-mode", "hardlink"))).toEqual([3, 3]);
    },
  );
});
