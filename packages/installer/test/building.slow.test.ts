import { CACHE_LAYOUT } from "@murre/cache";
import { serveFolder, type IndexedFile, type WheelSpec } from "@murre/test-kit";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { sdistOf, toyBackend, writeProject, type ToyProject } from "./source-world.ts";
import { brokenRecords, makeWorld, openInstaller, type World } from "./world.ts";

/** A world whose operations note the hooks that backends ran, and leave the logs of failed builds below its folder. */
async function begin(files: readonly (WheelSpec | IndexedFile)[]) {
  const world = await makeWorld([toyBackend, ...files]);
  const log = join(world.folder, "hooks.txt");
  const buildLogFolder = join(world.folder, "logs");
  const installer = openInstaller(world.folder, undefined, { ...process.env, HOOK_LOG: log }, { buildLogFolder });
  const hooks = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return { ...world, installer, hooks };
}

const sitePackages = ({ environment }: Pick<World, "environment">) => {
  const lib = join(environment, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
};

const app = { name: "app", version: "1.0", requires: ["lib>=1"], content: "APP = 1\n" };
const lib = { name: "lib", version: "1.5" };

describe("an index with sdists", () => {
  test("a version that has only an sdist is built, with all that its metadata asks for", async () => {
    const world = await begin([await sdistOf(app), await sdistOf(lib)]);
    await world.installer.install({ ...world.common, requirements: ["app"] });
    expect(await world.installed()).toEqual(["app==1.0", "lib==1.5"]);
    expect(world.hooks().toSorted()).toEqual(["metadata app", "metadata lib", "wheel app 1.0", "wheel lib 1.5"]);
    expect(brokenRecords(sitePackages(world))).toEqual([]);
    expect(readdirSync(join(world.folder, `cache/${CACHE_LAYOUT}/tmp`))).toEqual([]);
  });

  test("the wheel of a version wins over its sdist, and a newer sdist over an older wheel", async () => {
    const world = await begin([
      await sdistOf(lib),
      { name: "lib", version: "1.5" },
      await sdistOf({ name: "tool", version: "2.0" }),
      { name: "tool", version: "1.0" },
    ]);
    await world.installer.install({ ...world.common, requirements: ["lib", "tool"] });
    expect(await world.installed()).toEqual(["lib==1.5", "tool==2.0"]);
    expect(world.hooks()).toEqual(["metadata tool", "wheel tool 2.0"]);
  });

  test.each([
    ["--no-build", { noBuild: true }],
    ["--only-binary :all:", { onlyBinary: [":all:"] }],
    ["--only-binary for the project", { onlyBinary: ["tool"] }],
  ])("with %s the older wheel is taken", async (_, options) => {
    const world = await begin([await sdistOf({ name: "tool", version: "2.0" }), { name: "tool", version: "1.0" }]);
    for (const dependencies of ["follow", "none"] as const) {
      const { added } = await world.installer.install({
        ...world.common,
        ...options,
        dependencies,
        requirements: ["tool"],
        dryRun: true,
      });
      expect(added).toEqual([{ name: "tool", version: "1.0" }]);
    }
  });

  test("with --no-binary the sdist is built although there is a wheel, and pinned by sync too", async () => {
    const world = await begin([await sdistOf(lib), { name: "lib", version: "1.5" }]);
    const requirementFiles = [world.requirements("lib==1.5\n")];
    await world.installer.sync({ ...world.common, requirementFiles, noBinary: ["lib"] });
    expect(world.hooks()).toEqual(["metadata lib", "wheel lib 1.5"].slice(1));
  });

  test("what was built is in the cache for the next environment, and gone when its project is cleaned", async () => {
    const world = await begin([await sdistOf(lib)]);
    const install = async (name: string) => {
      await world.installer.venv({ path: name });
      await world.installer.install({ ...world.common, python: join(world.folder, name), requirements: ["lib"] });
    };
    await install("one");
    await install("two");
    expect(world.hooks()).toEqual(["metadata lib", "wheel lib 1.5"]);
    await world.installer.cache.clean({ projects: ["lib"] });
    await install("three");
    expect(world.hooks()).toEqual(["metadata lib", "wheel lib 1.5", "metadata lib", "wheel lib 1.5"]);
  });

  test("over HTTP an sdist is fetched once, and its hash is verified", async () => {
    const sdist = await sdistOf(lib);
    const world = await begin([sdist]);
    const server = await serveFolder(world.index);
    try {
      const indexUrl = `${server.url}/simple/`;
      await world.installer.install({ ...world.common, indexUrl, requirements: ["lib"] });
      expect(server.requests.filter(({ path }) => path.endsWith(".zip"))).toHaveLength(1);
      const requirements = [`lib @ ${server.url}/files/${sdist.filename}`];
      await world.installer.install({ ...world.common, requirements, reinstall: true });
      expect(world.hooks()).toEqual(["metadata lib", "wheel lib 1.5"]);
      const lying = await begin([{ ...sdist, hashes: { sha256: "0".repeat(64) } }]);
      const refused = lying.installer.install({ ...lying.common, requirements: ["lib"] });
      await expect(refused).rejects.toMatchObject({ code: "MURRE_HASH_MISMATCH" });
      expect(lying.hooks()).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

describe("hashes", () => {
  test("that the user gives are compared before any code of the sdist runs, also when it is in the cache", async () => {
    const sdist = { ...(await sdistOf({ ...lib, fails: "metadata" })), hashes: {} };
    const world = await begin([sdist]);
    const server = await serveFolder(world.index);
    const hash = `sha256:${"1".repeat(64)}`;
    const files = {
      index: world.requirements(`lib==1.5 --hash=${hash}\n`, "index.txt"),
      url: world.requirements(
        `lib @ ${server.url}/files/${sdist.filename} --hash=${hash} --hash=${hash.replace("1", "2")}\n`,
        "url.txt",
      ),
    };
    try {
      const change = { ...world.common, indexUrl: `${server.url}/simple/` };
      for (const file of [files.index, files.url]) {
        const refused = world.installer.install({ ...change, requirementFiles: [file] });
        await expect(refused).rejects.toMatchObject({ code: "MURRE_HASH_MISMATCH" });
      }
      expect(world.hooks()).toEqual([]);
      // Fetched without a hash, it is in the cache from now on.
      await expect(world.installer.install({ ...change, requirements: ["lib"] })).rejects.toThrow("no metadata today");
      const again = world.installer.install({ ...change, requirementFiles: [files.index] });
      await expect(again).rejects.toMatchObject({ code: "MURRE_HASH_MISMATCH" });
      expect(world.hooks()).toEqual(["metadata lib"]);
    } finally {
      await server.close();
    }
  });
});

describe("requirements of builds", () => {
  test("are resolved and put into an environment of their own, of which nothing stays", async () => {
    const needy = {
      ...lib,
      buildSystemRequires: ["helper<2"],
      build_requires: ["extra-helper"],
      imports: ["helper", "extra_helper"],
    };
    const world = await begin([
      await sdistOf(needy),
      { name: "helper", version: "1.0", requiresDist: ["deep"] },
      { name: "helper", version: "2.0" },
      { name: "deep", version: "1.0" },
      { name: "extra-helper", version: "1.0" },
    ]);
    await world.installer.install({ ...world.common, requirements: ["lib"] });
    expect(await world.installed()).toEqual(["lib==1.5"]);
  });

  test("are limited by build constraints, not by constraints", async () => {
    const content = { content: "import helper\nHELPER = helper.__version__\n" };
    const world = await begin([
      await sdistOf({ ...lib, ...content, buildSystemRequires: ["helper"] }),
      { name: "helper", version: "1.0" },
      { name: "helper", version: "2.0" },
    ]);
    const constraintFiles = [world.requirements("helper<1\n", "constraints.txt")];
    const buildConstraintFiles = [world.requirements("helper<2\n", "build-constraints.txt")];
    await world.installer.install({ ...world.common, requirements: ["lib"], constraintFiles, buildConstraintFiles });
    const cached = await world.installer.cache.list();
    expect(cached.filter(({ project }) => project === "helper").map(({ version }) => version)).toEqual(["1.0"]);
  });

  test("may have to be built themselves", async () => {
    const world = await begin([
      await sdistOf({ ...lib, buildSystemRequires: ["helper"], imports: ["helper"] }),
      await sdistOf({ name: "helper", version: "1.0" }),
    ]);
    await world.installer.install({ ...world.common, requirements: ["lib"] });
    expect(world.hooks()).toEqual(["metadata helper", "wheel helper 1.0", "metadata lib", "wheel lib 1.5"]);
  });

  test.each<[string, Partial<ToyProject>, object, RegExp]>([
    [
      "that nobody has",
      { buildSystemRequires: ["nonexistent-builder"] },
      {},
      /the build of lib.*lib-1\.5\.zip.* needs toy-backend, nonexistent-builder \(build-system\.requires\).*nonexistent-builder was not found/s,
    ],
    [
      "of a version that there is not",
      { buildSystemRequires: ["helper>=9"] },
      {},
      /the build of lib.* needs toy-backend, helper>=9 \(build-system\.requires\).*the build requires helper>=9/s,
    ],
    [
      "that only the hook asks for",
      { build_requires: ["helper>=9"] },
      {},
      /the build of lib.* needs helper>=9 \(get_requires_for_build_wheel\).*the build requires helper>=9/s,
    ],
    [
      "that a build constraint excludes",
      { buildSystemRequires: ["helper>=2"] },
      { constraint: "helper<2\n" },
      /the build of lib.* needs toy-backend, helper>=2 \(build-system\.requires\).*helper<2/s,
    ],
  ])(
    "%s are told with the build that needs them, and not as the user's",
    async (_, changes, { constraint }: { constraint?: string }, said) => {
      const helpers = ["1.0", "2.0"].map((version) => ({ name: "helper", version }));
      const world = await begin([await sdistOf({ ...lib, ...changes }), ...helpers]);
      const buildConstraintFiles = constraint === undefined ? [] : [world.requirements(constraint, "build.txt")];
      const error = await world.installer
        .install({ ...world.common, requirements: ["lib"], buildConstraintFiles })
        .catch((e: Error) => e);
      expect(error).toMatchObject({ code: "MURRE_BUILD_REQUIREMENTS", message: expect.stringMatching(said) });
      expect(error).toMatchObject({ message: expect.not.stringMatching(/you require|your requirements/) });
    },
  );

  test("that need each other are an error that names them", async () => {
    const world = await begin([
      await sdistOf({ ...lib, buildSystemRequires: ["helper"] }),
      await sdistOf({ name: "helper", version: "1.0", buildSystemRequires: ["lib"] }),
    ]);
    const install = world.installer.install({ ...world.common, requirements: ["lib"] });
    await expect(install).rejects.toMatchObject({ code: "MURRE_BUILD_CYCLE", projects: ["lib", "helper", "lib"] });
  });

  test("are those of the environment without isolation", async () => {
    const world = await begin([await sdistOf({ ...lib, imports: ["helper"] }), { name: "helper", version: "1.0" }]);
    const change = { ...world.common, buildIsolation: false };
    const missing = world.installer.install({ ...change, requirements: ["lib"] });
    await expect(missing).rejects.toThrow(/has no backend toy_backend/);
    await world.installer.install({ ...change, requirements: ["toy-backend", "helper"] });
    await world.installer.install({ ...change, requirements: ["lib"] });
    expect(await world.installed()).toEqual(["helper==1.0", "lib==1.5", "toy-backend==1.0"]);
  });
});

describe("folders and archives that are named", () => {
  test("a folder is installed under the name that it has, and again when a file of it changed", async () => {
    const world = await begin([{ name: "lib", version: "1.5" }]);
    const folder = writeProject(join(world.folder, "my-app"), app);
    const install = () => world.installer.install({ ...world.common, requirements: ["./my-app"] });
    const content = () => readFileSync(join(sitePackages(world), "app/__init__.py"), "utf8");
    await install();
    expect(content()).toContain("APP = 1\n");
    await install();
    expect(world.hooks().filter((hook) => hook.startsWith("wheel"))).toHaveLength(1);
    writeProject(folder, { ...app, content: "APP = 2\n" });
    await install();
    expect(content()).toContain("APP = 2\n");
    const distInfo = join(sitePackages(world), "app-1.0.dist-info");
    expect(JSON.parse(readFileSync(join(distInfo, "direct_url.json"), "utf8"))).toEqual({
      url: pathToFileURL(folder).href,
      dir_info: {},
    });
    expect(readdirSync(folder).toSorted()).toEqual(["project.json", "pyproject.toml"]);
  });

  test("an archive may hold the project in a folder inside", async () => {
    const world = await begin([]);
    const sdist = await sdistOf(lib);
    writeFileSync(join(world.folder, "download.zip"), sdist.data);
    const url = `${pathToFileURL(join(world.folder, "download.zip")).href}#subdirectory=lib-1.5`;
    // The archive's one top folder is entered anyway, so that the folder named in it is missing.
    const missing = world.installer.install({ ...world.common, requirements: [`lib @ ${url}`] });
    await expect(missing).rejects.toMatchObject({ code: "MURRE_NO_SOURCE_TREE" });
    await world.installer.install({ ...world.common, requirements: ["./download.zip"], dependencies: "none" });
    expect(await world.installed()).toEqual(["lib==1.5"]);
  });

  test.each(["follow", "none"] as const)(
    "the name and version have to fit, with dependencies: %s",
    async (dependencies) => {
      const world = await begin([]);
      writeProject(join(world.folder, "here"), lib);
      const url = pathToFileURL(join(world.folder, "here")).href;
      const change = { ...world.common, dependencies, dryRun: true };
      const other = world.installer.install({ ...change, requirements: [`other @ ${url}`] });
      await expect(other).rejects.toMatchObject({ message: expect.stringMatching(/lib/) });
      const newer = world.installer.install({ ...change, requirements: ["./here", "lib>=2"] });
      await expect(newer).rejects.toMatchObject({ code: "MURRE_CONFLICTING_REQUIREMENTS" });
      const refused = world.installer.install({ ...change, requirements: ["./here"], noBuild: true });
      await expect(refused).rejects.toMatchObject({ code: "MURRE_CANNOT_BUILD" });
    },
  );

  test("settings go to the backend: those of all, and those of one requirement", async () => {
    const world = await begin([await sdistOf(lib), await sdistOf({ name: "other", version: "1" })]);
    const requirementFiles = [world.requirements("lib --config-settings own=1\nother\n")];
    const configSettings = ["all=1", "all=2"];
    await world.installer.install({ ...world.common, requirementFiles, configSettings });
    const settings = (name: string) => readFileSync(join(sitePackages(world), `${name}/__init__.py`), "utf8");
    expect(settings("lib")).toBe("SETTINGS = {'all': ['1', '2'], 'own': '1'}\n");
    expect(settings("other")).toBe("SETTINGS = {'all': ['1', '2']}\n");
  });
});

describe("a build that fails", () => {
  test.each(["metadata", "wheel"] as const)("ends the installation, with the backend's words: %s", async (fails) => {
    const world = await begin([await sdistOf({ ...lib, fails })]);
    const error = await world.installer.install({ ...world.common, requirements: ["lib"] }).catch((e: Error) => e);
    expect(error).toMatchObject({
      code: "MURRE_BUILD_FAILED",
      message: expect.stringContaining(`ValueError: no ${fails} today`),
    });
    expect(await world.installed()).toEqual([]);
    expect(readdirSync(join(world.folder, "logs"))).toHaveLength(1);
  });

  test.each([
    ["a setting without =", { configSettings: ["nothing"] }, "MURRE_BUILD_OPTION"],
    ["a timeout that is none", { buildTimeoutSeconds: Number.NaN }, "MURRE_INVALID_OPTION"],
  ])("is not begun with %s", async (_, options, code) => {
    const world = await begin([await sdistOf(lib)]);
    const install = world.installer.install({ ...world.common, ...options, requirements: ["lib"] });
    await expect(install).rejects.toMatchObject({ code });
  });
});

describe("distributions as files", () => {
  test("wheel leaves a wheel of each, built or fetched; download what the index has", async () => {
    const world = await begin([await sdistOf(app), { name: "lib", version: "1.5" }]);
    const options = { ...world.common, requirements: ["app"] };
    const wheels = await world.installer.wheel({ ...options, outputFolder: "wheels" });
    expect(readdirSync(wheels.folder).toSorted()).toEqual(["app-1.0-py3-none-any.whl", "lib-1.5-py3-none-any.whl"]);
    const files = await world.installer.download({ ...options, outputFolder: "files" });
    expect(readdirSync(files.folder).toSorted()).toEqual(["app-1.0.zip", "lib-1.5-py3-none-any.whl"]);
    const { indexUrl: _, ...common } = world.common;
    const change = { ...common, noIndex: true, findLinks: [wheels.folder] };
    await world.installer.install({ ...change, requirements: ["app"] });
    expect(await world.installed()).toEqual(["app==1.0", "lib==1.5"]);
  });

  test.each(["nowhere", "nowhere/lib-1.0.tar.gz", "../nowhere/"])("build says that there is no %s", async (source) => {
    const world = await begin([]);
    await expect(world.installer.build({ ...world.common, source })).rejects.toMatchObject({
      code: "MURRE_NO_SOURCE_TREE",
      message: expect.stringContaining("nowhere"),
    });
  });

  test("an sdist that was fetched is listed in the cache as what it is", async () => {
    const world = await begin([await sdistOf(lib)]);
    const server = await serveFolder(world.index);
    try {
      await world.installer.install({ ...world.common, indexUrl: `${server.url}/simple/`, requirements: ["lib"] });
    } finally {
      await server.close();
    }
    const listed = (await world.installer.cache.list()).filter(({ project }) => project === "lib");
    expect(listed.map(({ kind, version, filename }) => [kind, version, filename]).toSorted()).toEqual([
      ["archive", "1.5", "lib-1.5.zip"],
      ["wheel", "1.5", undefined],
    ]);
  });

  test("build leaves the wheel of a folder in its dist", async () => {
    const world = await begin([]);
    const folder = writeProject(join(world.folder, "lib"), lib);
    const { wheel } = await world.installer.build({ ...world.common, source: "lib", what: "wheel" });
    expect(wheel).toBe(join(folder, "dist/lib-1.5-py3-none-any.whl"));
    expect(existsSync(wheel ?? "")).toBe(true);
  });
});
