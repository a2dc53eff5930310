import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const specs = [
  { name: "app", version: "1.0", requiresDist: ["lib"] },
  { name: "app", version: "2.0", requiresDist: ["lib"] },
  { name: "lib", version: "1.0" },
  { name: "lib", version: "2.0" },
];

let places: readonly string[] = [];
let world: CommandWorld;
let count = 0;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  places = ["--no-config", "-i", join(folder, "simple")];
  world = makeCommandWorld();
});

/** An environment with app 1.0 and lib 1.0. */
async function old(): Promise<Environment> {
  const environment = await world.environment(`env-${count++}`);
  succeeded(await environment.pip("install", "app==1.0", "lib==1.0", ...places));
  return environment;
}

describe("murre pip install", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["-U takes the newest of all", ["-U"], ["app==2.0", "lib==2.0"]],
    [
      "pip's strategy leaves what is needed alone",
      ["-U", "--upgrade-strategy", "only-if-needed"],
      ["app==2.0", "lib==1.0"],
    ],
    ["its other one is -U", ["-U", "--upgrade-strategy=eager"], ["app==2.0", "lib==2.0"]],
    ["-I looks at nothing that is there", ["-I"], ["app==2.0", "lib==2.0"]],
  ])("%s", async (_, words, expected) => {
    const environment = await old();
    succeeded(await environment.pip("install", "app", ...words, ...places));
    expect(await environment.installed()).toEqual(expected);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["one project", ["--reinstall-package", "LIB"], ["lib"]],
    ["several", ["--reinstall-package", "lib", "--reinstall-package", "app"], ["app", "lib"]],
    ["one that nobody asks for", ["--reinstall-package", "other"], []],
    ["all", ["--reinstall"], ["app", "lib"]],
  ])("installs %s again", async (_, words, expected) => {
    const environment = await old();
    const pins = ["app==1.0", "lib==1.0"];
    const { stdout } = succeeded(await environment.pip("install", ...pins, "--json", ...words, ...places));
    expect((JSON.parse(stdout) as { added: { name: string }[] }).added.map(({ name }) => name)).toEqual(expected);
  });

  test("--check only says whether something would be changed", async () => {
    const environment = await old();
    expect((await environment.pip("install", "app", "--check", ...places)).code).toBe(0);
    expect((await environment.pip("install", "app", "-U", "--check", ...places)).code).toBe(1);
    expect(await environment.installed()).toEqual(["app==1.0", "lib==1.0"]);
  });

  test("--strict says what the environment lacks", async () => {
    const environment = await world.environment(`env-${count++}`);
    const { stderr } = succeeded(await environment.pip("install", "app", "--no-deps", "--strict", ...places));
    expect(stderr).toContain("warning: app 2.0 requires lib, which is not installed");
  });

  test("--directory is where paths are looked for", async () => {
    const environment = await old();
    const folder = join(world.folder, "below");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "wanted.txt"), "lib==2.0\n");
    succeeded(
      await world.murre(
        "--directory",
        folder,
        "pip",
        "install",
        "-r",
        "wanted.txt",
        "-p",
        environment.folder,
        ...places,
      ),
    );
    expect(await environment.installed()).toEqual(["app==1.0", "lib==2.0"]);
  });
});

describe("only in a virtual environment", () => {
  const refusal = "MURRE_VIRTUALENV_REQUIRED";
  test.each<[string, readonly string[]]>([
    ["pip install", ["pip", "install", "lib", "--dry-run", "--break-system-packages"]],
    ["pip --require-virtualenv uninstall", ["pip", "--require-virtualenv", "uninstall", "lib", "--dry-run"]],
  ])("murre %s refuses the system's", async (name, words) => {
    const option = name.includes("--") ? [] : ["--require-virtualenv"];
    const { code, stderr } = await world.murre(...words, ...option, "--system", ...(name.includes("un") ? [] : places));
    expect([code, /MURRE_VIRTUALENV_REQUIRED|MURRE_EXTERNALLY_MANAGED/.test(stderr)]).toEqual([1, true]);
  });

  test("and takes one", async () => {
    const environment = await old();
    const { stderr, code } = await environment.pip("install", "lib", "--require-virtualenv", ...places);
    expect([code, stderr.includes(refusal)]).toEqual([0, false]);
  });

  test("pip's variable says the same, unless variables do not count", async () => {
    const asked = makeCommandWorld({ PIP_REQUIRE_VIRTUALENV: "1", PIP_CONFIG_FILE: "/dev/null" });
    const words = ["pip", "install", "lib", "--system", "--dry-run", "--break-system-packages", "-i", places[2]!];
    expect((await asked.murre(...words)).stderr).toContain(refusal);
    expect((await asked.murre(...words, "--isolated")).stderr).not.toContain(refusal);
  });
});

describe("what is listed", () => {
  test.each<[readonly string[], readonly string[]]>([
    [[], ["app==1.0", "lib==1.0"]],
    [["--exclude", "LIB"], ["app==1.0"]],
    [["--local"], ["app==1.0", "lib==1.0"]],
    [["--all"], ["app==1.0", "lib==1.0"]],
    [["--path", "nowhere"], []],
  ])("murre pip freeze %s", async (words, expected) => {
    const environment = await old();
    const { stdout } = succeeded(await environment.pip("freeze", ...words));
    expect(stdout.split(/\r?\n/).filter(Boolean)).toEqual(expected);
  });

  test("murre pip list --not-required has what nothing else needs", async () => {
    const environment = await old();
    const { stdout } = succeeded(await environment.pip("list", "--not-required", "--format", "json"));
    expect(JSON.parse(stdout)).toEqual([{ name: "app", version: "1.0" }]);
  });

  test("--path lists another folder", async () => {
    const environment = await old();
    const target = join(world.folder, `target-${count}`);
    succeeded(await environment.pip("install", "lib", "-t", target, ...places));
    expect(succeeded(await environment.pip("freeze", "--path", target)).stdout.trim()).toBe("lib==2.0");
  });
});
