import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded, type Environment } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 120_000;

/** A cache, an index with `six`, projects that build themselves, and an environment. */
async function makeWorld(projects: Readonly<Record<string, ProjectFacts>>) {
  const log = join(temporaryFolder("hooks"), "hooks.txt");
  const world = makeCommandWorld({ HOOK_LOG: log });
  writeFileSync(log, "");
  const six = { name: "six", version: "1.0", files: { "six.py": "" } };
  writeIndex(join(world.folder, "index"), [await indexedWheel(six), await indexedWheel({ ...six, version: "2.0" })]);
  for (const [folder, facts] of Object.entries(projects)) writeProject(join(world.folder, folder), facts);
  const environment = await world.environment("env");
  const change = async (...words: string[]) =>
    succeeded(await environment.pip(...words, "--no-config", "--index-url", join(world.folder, "index/simple")));
  return {
    ...world,
    env: environment,
    change,
    uninstall: async (...words: string[]) => succeeded(await environment.pip("uninstall", ...words)),
    refused: (...words: string[]) => environment.pip(...words, "--no-config", "--no-index"),
    url: (path: string) => pathToFileURL(join(world.folder, path)).href,
    hooks: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
    site: () => filesOf(environment),
  };
}

function filesOf({ folder }: Environment): string[] {
  const [python = ""] = readdirSync(join(folder, "lib"));
  const inside = ["bin", join("lib", python, "site-packages")].map((path) => join(folder, path));
  return inside
    .flatMap((path) => readdirSync(path, { recursive: true, encoding: "utf8" }))
    .filter((name) => !name.startsWith(".murre"))
    .toSorted();
}

const demo: ProjectFacts = { name: "demo", version: "1.0" };

describe.skipIf(process.platform === "win32")("an editable project", () => {
  test("is imported from its folder, after every edit, and leaves no trace when it goes", { timeout }, async () => {
    const { env: environment, change, uninstall, folder, hooks, site, url } = await makeWorld({ demo });
    const before = site();
    await change("install", "-e", "./demo");
    const script = async () => (await run(join(environment.folder, "bin/demo"), [], folder, {})).stdout.trim();
    expect(await script()).toBe("demo, as written");
    writeFileSync(join(folder, "demo/src/demo.py"), 'def main(): print("edited")\n');
    expect(await script()).toBe("edited");
    expect((await change("install", "-e", "./demo")).stdout).toContain("Nothing to do");
    expect(hooks()).toEqual(["build_editable demo"]);
    const location = await environment.print(
      "import importlib.metadata as m; print(m.distribution('demo').read_text('direct_url.json'))",
    );
    expect(JSON.parse(location)).toEqual({ url: url("demo"), dir_info: { editable: true } });
    await uninstall("demo");
    expect(site()).toEqual(before);
  });

  test.each<[string, ProjectFacts, ProjectFacts, string[]]>([
    ["its version", demo, { ...demo, version: "1.1" }, ["-e DEMO", "1.1"]],
    ["what it needs", demo, { ...demo, needs: ["six<2"] }, ["-e DEMO", "six==1.0", "1.0"]],
    [
      "what it needs, for something else",
      { ...demo, needs: ["six<2"] },
      { ...demo, needs: ["six>=2"] },
      ["-e DEMO", "six==2.0", "1.0"],
    ],
  ])("is installed again when %s changes", { timeout }, async (_, first, second, expected) => {
    const { env: environment, change, folder, hooks } = await makeWorld({ demo: first });
    await change("install", "-e", "./demo");
    writeProject(join(folder, "demo"), second);
    await change("install", "-e", "./demo");
    const version = await environment.print("import importlib.metadata as m; print(m.version('demo'))");
    const installed = (await environment.installed()).map((line) => line.replace(join(folder, "demo"), "DEMO"));
    expect([...installed, version]).toEqual(expected);
    await change("install", "-e", "./demo");
    expect(hooks()).toHaveLength(2);
  });

  test("is left out where the marker behind it in a file does not hold", { timeout }, async () => {
    const {
      env: environment,
      change,
      folder,
      write,
      hooks,
    } = await makeWorld({
      demo,
      old: { ...demo, name: "old" },
      far: { ...demo, name: "far" },
    });
    const lines = [
      '-e ./demo ; python_version >= "3"',
      '-e ./old; python_version < "3"',
      "-e far @ ./far ; os_name == 'nt'",
    ];
    await change("install", "-r", write("r.txt", lines.join("\n")));
    expect(await environment.installed()).toEqual([`-e ${join(folder, "demo")}`]);
    expect(hooks()).toEqual(["build_editable demo"]);
  });

  test("is installed again when the file changes from which its backend has the version", { timeout }, async () => {
    const { env: environment, change, write } = await makeWorld({ demo: { name: "demo" } });
    write("demo/VERSION", "3.0");
    await change("install", "-e", "./demo");
    write("demo/VERSION", "3.1.dev1");
    await change("install", "-e", "./demo");
    expect(await environment.print("import importlib.metadata as m; print(m.version('demo'))")).toBe("3.1.dev1");
  });

  test(
    "and the ordinary form of it take each other's place, and only what is named stays with sync",
    { timeout },
    async () => {
      const {
        env: environment,
        change,
        uninstall,
        folder,
        hooks,
        url,
        write,
      } = await makeWorld({ demo, other: { ...demo, name: "other" } });
      const asEditable = `-e ${join(folder, "demo")}`;
      const asOrdinary = `demo @ ${url("demo")}`;
      for (const [words, expected] of [
        [["-e", "demo"], asEditable],
        [["./demo"], asOrdinary],
        [["./demo"], asOrdinary],
        [["-e", "./demo", "./demo"], asEditable],
        [["-e", "./demo", "--no-editable"], asOrdinary],
        [["-e", "demo @ ./demo"], asEditable],
        [["-e", url("demo"), "--no-editable-package", "Demo"], asOrdinary],
        [["demo @ file:demo", "-e", "file:demo"], asEditable],
      ] as const) {
        await change("install", ...words);
        expect(await environment.installed()).toEqual([expected]);
      }
      expect(hooks()).toEqual(["build_editable demo", "build_wheel demo"]);
      const file = write("r.txt", "-e ./other\n--editable demo\nsix==1.0\n");
      await change("sync", file);
      expect(await environment.installed()).toEqual([asEditable, `-e ${join(folder, "other")}`, "six==1.0"]);
      expect((await change("sync", file)).stdout).toContain("Nothing to do");
      write("r.txt", "-e ./other\n");
      await change("sync", file, "--no-editable");
      expect(await environment.installed()).toEqual([`other @ ${url("other")}`]);
      await uninstall("-r", file);
      expect(await environment.installed()).toEqual([]);
    },
  );

  test("is named with extras, in a folder of a folder, and by files elsewhere", { timeout }, async () => {
    const {
      env: environment,
      change,
      uninstall,
      folder,
      url,
      write,
    } = await makeWorld({
      "many/one": { ...demo, name: "one", extras: { six: ["six==1.0"] } },
      "many/two": { ...demo, name: "two", extras: { all: ["one[six]"] } },
    });
    await change("install", "-e", "./many#subdirectory=two", "-e", "many/one[six]");
    expect(await environment.installed()).toEqual([
      `-e ${join(folder, "many/one")}`,
      "six==1.0",
      `-e ${join(folder, "many/two")}`,
    ]);
    await uninstall("one", "two", "six");
    mkdirSync(join(folder, "reqs"));
    // Relative paths start at the working directory, as in pip and uv.
    const file = write(
      "reqs/dev.txt",
      `-e ./many/one\n-e "${url("many/two")}[all] ; python_version > '3'"\n-e "./nowhere ; python_version < '3'"\n`,
    );
    await change("install", "-r", file);
    expect(await environment.installed()).toHaveLength(3);
  });

  test("is listed with its folder, or alone, or left out", { timeout }, async () => {
    const { env: environment, change, folder } = await makeWorld({ demo });
    await change("install", "-e", "./demo", "six");
    const list = async (...words: string[]) => {
      const rows = JSON.parse(
        succeeded(await environment.pip("list", "--format", "json", ...words)).stdout,
      ) as object[];
      return rows;
    };
    const own = { name: "demo", version: "1.0", editable_project_location: join(folder, "demo") };
    const six = { name: "six", version: "2.0" };
    expect(await list()).toEqual([own, six]);
    expect(await list("--editable")).toEqual([own]);
    expect(await list("-e")).toEqual([own]);
    expect(await list("--exclude-editable")).toEqual([six]);
    expect(succeeded(await environment.pip("freeze", "--exclude-editable")).stdout).toBe("six==2.0\n");
    expect(succeeded(await environment.pip("show", "demo")).stdout).toContain(
      `Editable project location: ${join(folder, "demo")}`,
    );
    succeeded(await environment.pip("check", "--files"));
  });

  test("is built once for two processes that install it into environments of their own", { timeout }, async () => {
    const world = await makeWorld({ demo });
    const { env: one, hooks } = world;
    const two = await world.environment("second");
    const install = ({ pip }: Environment) => pip("install", "-e", "./demo", "--no-config", "--no-index");
    for (const result of await Promise.all([install(one), install(one), install(two)])) succeeded(result);
    expect(hooks()).toEqual(["build_editable demo"]);
    expect([await one.installed(), await two.installed()].flat()).toEqual(
      Array(2).fill(`-e ${join(world.folder, "demo")}`),
    );
  });

  test.each<[string, readonly string[], string, RegExp]>([
    ["a folder that is not there", ["-e", "./nowhere"], "MURRE_UNSUPPORTED_REQUIREMENT", /no folder that is there/],
    ["a name", ["-e", "six==1.0"], "MURRE_UNSUPPORTED_REQUIREMENT", /no folder that is there/],
    ["an archive elsewhere", ["-e", "https://e.test/x-1.0.zip"], "MURRE_UNSUPPORTED_REQUIREMENT", /no folder/],
    [
      "a folder without a project",
      ["-e", "./empty"],
      "MURRE_NO_SOURCE_TREE",
      /neither a pyproject.toml nor a setup.py/,
    ],
    ["another project", ["-e", "other @ ./demo"], "MURRE_UNSUPPORTED_REQUIREMENT", /holds demo, and not other/],
    ["a backend that cannot", ["-e", "./old"], "MURRE_EDITABLE_UNSUPPORTED", /makes no editable wheels/],
    ["what has to have a hash", ["-e", "./demo", "--require-hashes"], "MURRE_HASH_REQUIRED", /a folder has no hash/],
    [
      "two folders of one project",
      ["-e", "./demo", "-e", "./copy"],
      "MURRE_CONFLICTING_REQUIREMENTS",
      /demo is required in two ways/,
    ],
  ])("is refused for %s, and nothing is changed", { timeout }, async (_, words, code, message) => {
    const world = await makeWorld({ demo, copy: demo, old: { name: "old", version: "1", code: "del build_editable" } });
    mkdirSync(join(world.folder, "empty"));
    const before = world.site();
    const { code: status, stderr } = await world.refused("install", ...words);
    expect(status).toBe(1);
    expect(stderr).toContain(code);
    expect(stderr).toMatch(message);
    expect(world.site()).toEqual(before);
  });
});
