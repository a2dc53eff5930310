import { indexedWheel, temporaryFolder, writeIndex, writeWheel, type WheelSpec } from "@murre/test-kit";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const specs: readonly WheelSpec[] = [
  {
    name: "app",
    version: "1.0",
    requiresDist: ["lib>=1", "fast-part>=1; extra == 'Fast'", 'never; python_version < "3"', 'lib; os_name != ""'],
    providesExtra: ["fast"],
    entryPoints: { console_scripts: { app: "app:main" } },
  },
  { name: "fast-part", version: "1.0", requiresDist: ["leaf"] },
  { name: "lib", version: "1.0" },
  { name: "lib", version: "1.5", requiresDist: ["leaf"] },
  { name: "lib", version: "2.0", requiresDist: ["leaf>=1"] },
  { name: "lib", version: "3.0rc1" },
  { name: "leaf", version: "1.0" },
  { name: "leaf", version: "1.1" },
  { name: "never", version: "1.0" },
  { name: "picky", version: "1.0", requiresDist: ["lib<1.5"] },
];

let index = "";
let world: CommandWorld;
let count = 0;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  index = join(folder, "simple");
  world = makeCommandWorld();
});

/** An environment of its own for each test, and `murre pip install` over the index of this file. */
async function begin(...installed: string[]): Promise<{
  environment: Environment;
  install: (...words: string[]) => ReturnType<Environment["pip"]>;
}> {
  const environment = await world.environment(`env-${count++}`);
  const install = (...words: string[]) => environment.pip("install", ...words, "--no-config", "-i", index);
  if (installed.length > 0) succeeded(await install(...installed));
  return { environment, install };
}

describe("what murre pip install takes (PEP 508, PEP 440)", () => {
  const wishes: readonly (readonly [what: string, words: readonly string[], expected: readonly string[]])[] = [
    ["the newest release, and what it needs by its markers", ["app"], ["app==1.0", "leaf==1.1", "lib==2.0"]],
    ["an extra, whatever its spelling", ["APP[fast]"], ["app==1.0", "fast-part==1.0", "leaf==1.1", "lib==2.0"]],
    ["a requirement's own marker", ['never; sys_platform == "nowhere"', "leaf"], ["leaf==1.1"]],
    ["several requirements together", ["app", "picky"], ["app==1.0", "lib==1.0", "picky==1.0"]],
    ["a pre-release, when it is named", ["lib>=3.0rc1"], ["lib==3.0rc1"]],
    ["pre-releases with --pre", ["lib", "--pre"], ["lib==3.0rc1"]],
    ["only what is named with --no-deps", ["app", "lib==1.5", "--no-deps"], ["app==1.0", "lib==1.5"]],
    ["wheels with --only-binary", ["app", "--only-binary", ":all:"], ["app==1.0", "leaf==1.1", "lib==2.0"]],
  ];

  test.each(wishes)("%s", async (_, words, expected) => {
    const { environment, install } = await begin();
    succeeded(await install(...words));
    expect(await environment.installed()).toEqual(expected);
  });

  test("-r and -c: constraints limit what is needed and ask for nothing", async () => {
    const { environment, install } = await begin();
    const requirements = world.write("requirements.txt", "app  # the application\n");
    const constraints = world.write("constraints.txt", "lib<2\nleaf==1.0\nnever==1.0\n");
    succeeded(await install("-r", requirements, "-c", constraints));
    expect(await environment.installed()).toEqual(["app==1.0", "leaf==1.0", "lib==1.5"]);
  });

  test("a wheel's path, with the rest from the index", async () => {
    const folder = temporaryFolder("wheels");
    const path = await writeWheel(folder, { name: "local", version: "1.0", requiresDist: ["leaf<1.1"] });
    const { environment, install } = await begin();
    succeeded(await install(path));
    const [leaf, local] = await environment.installed();
    expect(leaf).toBe("leaf==1.0");
    expect(local).toMatch(/^local @ file:\/\/.*local-1\.0-py3-none-any\.whl#sha256=[\da-f]{64}$/);
  });
});

describe("murre pip install and what is installed already", () => {
  test("stays, as long as it satisfies; --upgrade takes the newest, --upgrade-package of one project", async () => {
    const { environment, install } = await begin("lib==1.5", "leaf==1.0");
    succeeded(await install("app"));
    expect(await environment.installed()).toEqual(["app==1.0", "leaf==1.0", "lib==1.5"]);
    succeeded(await install("app", "--upgrade-package", "leaf"));
    expect(await environment.installed()).toEqual(["app==1.0", "leaf==1.1", "lib==1.5"]);
    succeeded(await install("app", "--upgrade"));
    expect(await environment.installed()).toEqual(["app==1.0", "leaf==1.1", "lib==2.0"]);
  });

  test("is replaced where the new requirements do not allow it", async () => {
    const { environment, install } = await begin("lib==2.0");
    succeeded(await install("picky"));
    expect(await environment.installed()).toEqual(["leaf==1.1", "lib==1.0", "picky==1.0"]);
  });

  test.each(["--reinstall", "--force-reinstall"])("%s restores files that were lost", async (flag) => {
    const { environment, install } = await begin("app");
    const module = await environment.print("import lib; print(lib.__file__)");
    rmSync(module);
    expect(succeeded(await install("app")).stdout).toContain("Nothing to do");
    expect(existsSync(module)).toBe(false);
    succeeded(await install("app", flag));
    expect(existsSync(module)).toBe(true);
  });

  test("--dry-run says what would be done, and does nothing", async () => {
    const { environment, install } = await begin("lib==1.5");
    const { stdout } = succeeded(await install("app", "--upgrade", "--dry-run"));
    expect(stdout).toContain(" - lib==1.5\n + lib==2.0\n");
    expect(stdout).toContain("Nothing was changed");
    expect(await environment.installed()).toEqual(["leaf==1.1", "lib==1.5"]);
    const report = JSON.parse(succeeded(await install("app", "--dry-run", "--json")).stdout) as {
      added: unknown;
      changed: boolean;
    };
    expect(report).toMatchObject({ added: [{ name: "app", version: "1.0" }], changed: false });
  });

  test("--exact removes what the requirements do not lead to", async () => {
    const { environment, install } = await begin("never", "app");
    succeeded(await install("lib==1.0", "--exact"));
    expect(await environment.installed()).toEqual(["lib==1.0"]);
  });
});

describe("where murre pip install puts it", () => {
  test("--target: a folder of its own, the environment stays as it is", async () => {
    const { environment, install } = await begin();
    const target = join(world.folder, "target");
    succeeded(await install("app", "--target", target));
    expect(
      readdirSync(target)
        .filter((name) => name.endsWith(".py"))
        .toSorted(),
    ).toEqual(["app.py", "leaf.py", "lib.py"]);
    expect(await environment.installed()).toEqual([]);
    expect(
      await environment.print(
        `import sys; sys.path.insert(0, ${JSON.stringify(target)}); import lib; print(lib.__file__)`,
      ),
    ).toBe(join(target, "lib.py"));
  });

  test("--prefix: the folders of an installation below it", async () => {
    const { environment, install } = await begin();
    const prefix = join(world.folder, "prefix");
    succeeded(await install("app", "--prefix", prefix));
    const files = readdirSync(prefix, { recursive: true, encoding: "utf8" });
    expect(files.some((path) => /site-packages[\\/]lib\.py$/.test(path))).toBe(true);
    expect(files.some((path) => /^(?:bin[\\/]app|Scripts[\\/]app\.exe)$/.test(path))).toBe(true);
    expect(await environment.installed()).toEqual([]);
  });
});

describe("what murre pip install refuses, with the environment as it was", () => {
  const refusals: readonly (readonly [what: string, words: readonly string[], code: string, message: RegExp])[] = [
    ["requirements without a solution", ["picky", "lib>=2"], "MURRE_NO_SOLUTION", /picky.*lib<1\.5[\s\S]*lib>=2/],
    ["a constraint against it", ["app", "-c", "none.txt"], "MURRE_NO_SOLUTION", /lib/],
    ["a project that is nowhere", ["unheard-of"], "MURRE_NO_SOLUTION", /unheard-of/],
    ["--no-binary where there are only wheels", ["app", "--no-binary", ":all:"], "MURRE_NO_SOLUTION", /no sdist/],
    ["a malformed requirement", ["app=1"], "MURRE_INVALID_REQUIREMENT", /app=1/],
  ];

  test.each(refusals)("%s", async (_, words, code, message) => {
    world.write("none.txt", "lib<0.5\n");
    const { environment, install } = await begin("leaf==1.0");
    const result = await install(...words);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toContain(`(${code})`);
    expect(result.code).toBe(1);
    expect(await environment.installed()).toEqual(["leaf==1.0"]);
  });

  test.each([[["install"]], [["install", "app", "--no-such-option"]], [["uninstall"]], [["show"]]])(
    "pip %j is wrong usage: exit code 2",
    async (words) => {
      const { code, stderr } = await world.murre("pip", ...words);
      expect(code).toBe(2);
      expect(stderr).not.toBe("");
    },
  );
});
