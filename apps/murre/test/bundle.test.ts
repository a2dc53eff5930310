import { indexedWheel, temporaryFolder, writeIndex, writeWheel } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { toyBackend, writeProject } from "../../../packages/installer/test/source-world.ts";
import { makeCommandWorld, succeeded, type Environment } from "./command-world.ts";

const house = fileURLToPath(new URL("../../..", import.meta.url));
const dist = fileURLToPath(new URL("../dist", import.meta.url));

test("no file of the bundle uses a name that it does not have, such as __filename in an ES module", () => {
  const configuration = join(temporaryFolder(), "oxlintrc.json");
  const globals = ["process", "Buffer", "global", "setImmediate", "clearImmediate"];
  writeFileSync(
    configuration,
    JSON.stringify({
      categories: { correctness: "off" },
      env: { builtin: true, "shared-node-browser": true },
      globals: Object.fromEntries(globals.map((name) => [name, "readonly"])),
      rules: { "no-undef": "error" },
    }),
  );
  const files = ["index.js", ...readdirSync(dist).filter((name) => name.endsWith(".cjs"))].map((name) =>
    join(dist, name),
  );
  // A thread's program is the text that its file says.
  const programs = files.filter((path) => path.endsWith("-worker.cjs"));
  const read = programs.map((path, at) => {
    const program = join(configuration, `../${at}.cjs`);
    writeFileSync(program, createRequire(path)(path) as string);
    return program;
  });
  expect(read.length).toBe(4);
  const words = ["-c", configuration, "--no-ignore", "--format=unix", ...files, ...read];
  const { stdout } = spawnSync(process.execPath, [join(house, "node_modules/oxlint/bin/oxlint"), ...words], {
    encoding: "utf8",
  });
  const missing = [...stdout.matchAll(/: '(\w+)' is not defined/g)].map(([, name]) => name);
  expect(stdout).toContain("problem");
  // What every file of CommonJS is given.
  expect(new Set(missing)).toEqual(new Set(["module", "require"]));
});

describe("each command of the bundle does its work", () => {
  const world = makeCommandWorld({ HOOK_LOG: join(temporaryFolder(), "hooks") });
  const index = join(world.folder, "index");
  const wheels = join(world.folder, "wheels");
  const project = join(world.folder, "demo");
  const places = ["--no-config", "-i", join(index, "simple")];
  let environment: Environment;

  beforeAll(async () => {
    writeIndex(index, [await indexedWheel({ name: "one", version: "1.0" }), await indexedWheel(toyBackend)]);
    await writeWheel(wheels, { name: "two", version: "2.0" });
    writeProject(project, { name: "demo", version: "1.0" });
    world.write("pins.txt", "one==1.0\n");
    world.write("names.txt", "one\n");
    environment = await world.environment("env");
  });

  /** In an order in which each finds what it needs; `HERE` is the environment. */
  const rows: readonly (readonly [command: string, ...words: string[]])[] = [
    ["venv", "other"],
    ["venv", "other", "--allow-existing"],
    ["venv", "other", "--clear", "--prompt", "other"],
    ["pip install", "one", ...places, "-p", "HERE"],
    ["pip install", project, ...places, "-p", "HERE"],
    ["pip install", join(wheels, "two-2.0-py3-none-any.whl"), ...places, "-p", "HERE", "--compile-bytecode"],
    ["pip list", "-p", "HERE"],
    ["pip freeze", "-p", "HERE"],
    ["pip tree", "-p", "HERE"],
    ["pip inspect", "-p", "HERE"],
    ["pip debug", "-p", "HERE"],
    ["pip hash", join(wheels, "two-2.0-py3-none-any.whl")],
    ["pip index versions", "one", ...places, "-p", "HERE"],
    ["pip config list"],
    ["pip config debug"],
    ["config list"],
    ["config debug"],
    ["completion", "bash"],
    ["pip cache dir"],
    ["pip cache info"],
    ["pip cache list"],
    ["pip cache remove", "one"],
    ["pip cache purge"],
    ["pip show", "one", "-f", "-p", "HERE"],
    ["pip check", "--files", "-p", "HERE"],
    ["pip check", "--recover", "-p", "HERE"],
    ["pip sync", "pins.txt", ...places, "-p", "HERE"],
    ["pip uninstall", "one", "-p", "HERE"],
    ["pip wheel", "one", ...places, "-p", "HERE"],
    ["pip download", "one", ...places, "-p", "HERE"],
    ["pip compile", "pins.txt", ...places, "-p", "HERE"],
    ["pip lock", "one", ...places, "-p", "HERE"],
    ["lock", "--project", project, ...places],
    ["sync", "--project", project, "--no-editable", ...places],
    ["build", project, "--wheel", ...places],
    ["install-many", "names.txt", ...places, "-p", "HERE"],
    ["cache dir"],
    ["cache size"],
    ["cache list"],
    ["cache verify"],
    ["cache verify", "--repair"],
    ["cache prune"],
    ["cache clean"],
    ["python list"],
    ["python find"],
    ["python pin", "3"],
  ];

  test.each(rows.map((row) => [row.join(" "), row] as const))("murre %s", async (_, [command, ...words]) => {
    const given = words.map((word) => (word === "HERE" ? environment.folder : word));
    const { stderr } = succeeded(await world.murre(...command.split(" "), ...given));
    expect(stderr).not.toMatch(/error|is not defined|Warning/);
  });

  test("and there is no other", async () => {
    // Of a setting that there is not, `pip config get` is an error as in pip.
    const tried = new Set([...rows.map(([command]) => command), "pip config get", "config get"]);
    expect(new Set(await leaves())).toEqual(tried);
  });

  async function leaves(...parents: string[]): Promise<string[]> {
    const { stdout } = succeeded(await world.murre(...parents, "--help"));
    const listed = stdout.slice(stdout.search(/^Commands:/m)).matchAll(/^ {2}([a-z-]+)/gm);
    const names = stdout.includes("\nCommands:") ? [...listed].map(([, name = ""]) => name) : [];
    const below = await Promise.all(names.filter((name) => name !== "help").map((name) => leaves(...parents, name)));
    return names.length === 0 ? [parents.join(" ")] : below.flat();
  }
});
