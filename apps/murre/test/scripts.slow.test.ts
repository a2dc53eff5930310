import { indexedWheel, writeIndex } from "@murre/test-kit";
import { readFileSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";

const timeout = 120_000;

/** What a script says of the process that runs it. */
const says = "import json, sys; print(json.dumps([sys.prefix, sys.argv[1:]]))";
const wheel = {
  name: "tools",
  version: "1.0",
  files: {
    "tools.py": `def main():\n    ${says}\n    return 7\n`,
    "tools-1.0.data/scripts/rewritten": `#!python\n${says}; sys.exit(7)\n`,
    "tools-1.0.data/scripts/rewritten-windowed": `#!pythonw -u\r\n${says}; sys.exit(7)\r\n`,
    "tools-1.0.dist-info/entry_points.txt":
      "[console_scripts]\nconsole = tools:main\n[gui_scripts]\nwindowed = tools:main\n",
  },
};
const scripts = ["console", "windowed", "rewritten", "rewritten-windowed"];
const words = ["a b", "", "'\"$x`*\\", "é"];

/** An environment below a folder of that name, with the wheel. */
async function installedBelow(name: (folder: string) => string) {
  const world = makeCommandWorld();
  writeIndex(join(world.folder, "index"), [await indexedWheel(wheel)]);
  const environment = await world.environment(name(world.folder));
  succeeded(
    await environment.pip("install", "tools", "--no-config", "--index-url", join(world.folder, "index/simple")),
  );
  const script = (script: string) => join(environment.folder, "bin", script);
  return { ...world, environment, script };
}

/** The name of the folder that makes `#!FOLDER/bin/python` so many bytes long. */
const forLine = (bytes: number) => (folder: string) =>
  "e".repeat(bytes - Buffer.byteLength(`#!${realpathSync(folder)}//bin/python`));

describe.runIf(process.platform !== "win32").each([
  ["with nothing special", () => "env", "interpreter"],
  ["with a space", () => "my env", "shell"],
  ["with a tab and spaces at both ends of a name", () => " my\tenv ", "shell"],
  ["with a line break", () => "my\nenv", "shell"],
  ["with a space and quotes", () => `it's "my" ''env''`, "shell"],
  ["with a space and what a shell expands", () => "a $HOME `id` $(id) *;&|#!~ b", "shell"],
  ["with quotes and what a shell expands, and no space", () => `it's"$HOME\`id\`;&`, "interpreter"],
  ["with a space and backslashes", () => String.raw`my\new \x \N{env}\ `.trimEnd(), "shell"],
  ["with letters that are not ASCII", () => "ünï-環境", "interpreter"],
  ["with a space and letters that are not ASCII", () => "ünï 環境", "shell"],
  ["that fills a line of 127 bytes", forLine(127), "interpreter"],
  ["that needs a line of 128 bytes", forLine(128), "shell"],
  ["that needs a line of 129 bytes, as many as no old kernel reads", forLine(129), "shell"],
  ["of 200 bytes in letters of two bytes", () => "é".repeat(100), "shell"],
  ["of more than 255 bytes", () => `${"e".repeat(200)}/${"f".repeat(200)}`, "shell"],
] as const)("an environment at a path %s", (_, name, startedBy) => {
  test(`has scripts that the ${startedBy} starts, with its own interpreter`, { timeout }, async () => {
    const { environment, folder, script } = await installedBelow(name);
    const expected = { code: 7, stderr: "", stdout: `${JSON.stringify([realpathSync(environment.folder), words])}\n` };
    for (const name of scripts) {
      const first = readFileSync(script(name), "utf8").split("\n", 1)[0];
      expect(first === "#!/bin/sh").toBe(startedBy === "shell");
      const parsed = async (...command: [string, ...string[]]) => {
        const ended = await run(command[0], [...command.slice(1), ...words], folder, {});
        return { ...ended, stdout: asText(ended.stdout) };
      };
      expect(await parsed(script(name))).toEqual(expected);
      // Python reads what the shell read as one string.
      expect(await parsed(environment.python, "-W", "error", script(name))).toEqual(expected);
      // From elsewhere, through a link.
      const link = join(folder, `link to ${name}`);
      symlinkSync(script(name), link);
      expect(await parsed(link)).toEqual(expected);
    }
  });
});

/** JSON as Python writes it, written as JSON.stringify does. */
const asText = (stdout: string) => (stdout === "" ? "" : `${JSON.stringify(JSON.parse(stdout))}\n`);
