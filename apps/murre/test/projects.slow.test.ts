import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, openEnvironment, run, succeeded } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

const wheels = [
  { name: "six", version: "1.0" },
  { name: "six", version: "2.0" },
  { name: "web", version: "1.0", requires: ["six; extra == 'fast'", "win; sys_platform == 'win32'"], extras: ["fast"] },
  { name: "win", version: "1.0" },
  { name: "check", version: "1.0" },
  { name: "docs", version: "1.0" },
];

/** Projects in a folder, an index, and the two commands in one of the folders. */
async function makeWorld(projects: Readonly<Record<string, ProjectFacts>>) {
  const log = join(temporaryFolder("hooks"), "hooks.txt");
  writeFileSync(log, "");
  const world = makeCommandWorld({ HOOK_LOG: log });
  const { folder } = world;
  const made = wheels.map(({ name, version, requires: requiresDist = [], extras: providesExtra = [] }) =>
    indexedWheel({ name, version, requiresDist, providesExtra, files: { [`${name}.py`]: "" } }),
  );
  writeIndex(join(folder, "index"), await Promise.all(made));
  for (const [path, facts] of Object.entries(projects)) writeProject(join(folder, path), facts);
  const command =
    (name: string) =>
    (place: string, ...words: string[]) =>
      world.murre(name, "--project", place, ...words, "--no-config", "--index-url", join(folder, "index/simple"));
  const root = Object.keys(projects)[0] ?? "";
  const environment = openEnvironment(world.murre, join(folder, root, ".venv"), folder);
  const lockFile = join(folder, root, "pylock.toml");
  return {
    ...world,
    lock: command("lock"),
    sync: command("sync"),
    environment,
    lockFile,
    locked: () => readFileSync(lockFile, "utf8"),
    installed: async () =>
      (await environment.installed()).map((line) => line.replaceAll(folder, "WORLD").replace(/==.*/, "")),
    hooks: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}

const app: ProjectFacts = {
  name: "app",
  version: "1.0",
  needs: ["web"],
  extras: { quick: ["web[fast]"] },
  more: '[dependency-groups]\ndev = ["check", {include-group = "more"}]\nmore = ["six<2"]\ndocs = ["docs"]',
};

describe.skipIf(process.platform === "win32")("a project", () => {
  test("is there after one command, which does nothing the second time", { timeout }, async () => {
    const { sync, locked, lockFile, environment, installed, hooks } = await makeWorld({ app });
    succeeded(await sync("app"));
    expect(await installed()).toEqual(["-e WORLD/app", "check", "six", "web"]);
    expect(await environment.print("import app; app.main()")).toBe("app, as written");
    const before = locked();
    const again = succeeded(await sync("app"));
    expect(again.stdout).toContain("Nothing to do");
    expect(again.stderr).not.toContain("Wrote");
    expect([locked(), hooks()]).toEqual([before, ["build_editable app"]]);
    rmSync(join(lockFile, "../.venv"), { recursive: true });
    succeeded(await sync("app", "--locked"));
    expect(await installed()).toHaveLength(4);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["nothing", [], ["-e WORLD/app", "check", "six", "web"]],
    ["no group", ["--no-dev"], ["-e WORLD/app", "web"]],
    ["no default group", ["--no-default-groups"], ["-e WORLD/app", "web"]],
    ["an extra", ["--no-dev", "--extra", "Quick"], ["-e WORLD/app", "six", "web"]],
    ["all extras but one", ["--no-dev", "--all-extras", "--no-extra", "quick"], ["-e WORLD/app", "web"]],
    ["a group", ["--no-dev", "--group", "docs"], ["-e WORLD/app", "docs", "web"]],
    ["all groups", ["--all-groups"], ["-e WORLD/app", "check", "docs", "six", "web"]],
    ["all groups but one", ["--all-groups", "--no-group", "dev"], ["-e WORLD/app", "docs", "six", "web"]],
    ["only a group", ["--only-group", "docs"], ["docs"]],
    ["only dev", ["--only-dev"], ["check", "six"]],
    ["not itself", ["--no-dev", "--no-install-project"], ["web"]],
    ["not one project", ["--no-dev", "--no-install-package", "web"], ["-e WORLD/app"]],
    ["itself as an ordinary one", ["--no-dev", "--no-editable"], ["app @ file://WORLD/app", "web"]],
  ])("is made with what is asked for: %s", { timeout }, async (_, words, expected) => {
    const { sync, installed } = await makeWorld({ app });
    succeeded(await sync("app", "--all-groups", "--all-extras"));
    succeeded(await sync("app", ...words));
    expect(await installed()).toEqual(expected);
  });

  test(
    "is locked for all platforms, extras and groups, and keeps its pins until somebody upgrades",
    { timeout },
    async () => {
      const { lock, locked, folder } = await makeWorld({ app: { ...app, more: "" } });
      writeProject(join(folder, "app"), { ...app, needs: ["web", "six<2"], more: "" });
      succeeded(await lock("app"));
      expect(locked()).toMatch(/name = "win"\nversion = "1.0"\nmarker = "sys_platform == \\"win32\\""/);
      writeProject(join(folder, "app"), { ...app, needs: ["web", "six"], more: "" });
      expect(succeeded(await lock("app")).stderr).toContain("Wrote");
      expect(locked()).toContain('name = "six"\nversion = "1.0"');
      expect(succeeded(await lock("app")).stderr).toContain("up to date");
      succeeded(await lock("app", "--upgrade-package", "six"));
      expect(locked()).toContain('name = "six"\nversion = "2.0"');
    },
  );

  test(
    "shares lock file and environment with its workspace, and each member can be had alone",
    { timeout },
    async () => {
      const { sync, installed, lockFile, folder } = await makeWorld({
        app: {
          ...app,
          needs: ["lib"],
          extras: {},
          more: '[tool.uv.workspace]\nmembers = ["parts/*"]\n[tool.uv.sources]\nlib = { workspace = true }',
        },
        "app/parts/lib": { name: "lib", version: "1", needs: ["six"] },
        "app/parts/tool": { name: "tool", version: "1", needs: ["docs"] },
      });
      succeeded(await sync("app/parts/tool"));
      expect(await installed()).toEqual(["docs", "-e WORLD/app/parts/tool"]);
      expect(existsSync(join(folder, "app/parts/tool/pylock.toml"))).toBe(false);
      const before = readFileSync(lockFile, "utf8");
      for (const [words, expected] of [
        [[], ["-e WORLD/app", "-e WORLD/app/parts/lib", "six"]],
        [
          ["--package", "lib"],
          ["-e WORLD/app/parts/lib", "six"],
        ],
        [["--no-install-workspace"], ["six"]],
        [["--all-packages"], ["-e WORLD/app", "docs", "-e WORLD/app/parts/lib", "six", "-e WORLD/app/parts/tool"]],
      ] as const) {
        succeeded(await sync("app", ...words));
        expect(await installed()).toEqual(expected);
      }
      expect(readFileSync(lockFile, "utf8")).toBe(before);
    },
  );

  test.each<[string, readonly string[], string, RegExp]>([
    ["is not up to date, and may not be written", ["--locked"], "MURRE_OUTDATED_LOCK", /pylock\.toml: it is not what/],
    ["has no such extra", ["--extra", "none"], "MURRE_LOCK_UNKNOWN_NAME", /no extra is called none; there is quick/],
    ["has no such group", ["--only-group", "none"], "MURRE_LOCK_UNKNOWN_NAME", /no group is called none/],
    ["has no such member", ["--package", "none"], "MURRE_NO_PROJECT", /none is no member/],
  ])("is refused where its lock file %s, and nothing is changed", { timeout }, async (_, words, code, message) => {
    const { sync, folder, installed } = await makeWorld({ app });
    succeeded(await sync("app"));
    const before = await installed();
    writeProject(join(folder, "app"), { ...app, needs: ["web", "docs"] });
    const { code: status, stderr } = await sync("app", ...words);
    expect([status, stderr]).toEqual([1, expect.stringContaining(code)]);
    expect(stderr).toMatch(message);
    expect(await installed()).toEqual(before);
    succeeded(await sync("app", "--frozen"));
    expect(await installed()).toEqual(before);
  });

  test.each<[string, string, string, string, readonly string[]]>([
    ["kept", "version = 1", "1.0", "", []],
    ["kept where nothing of them is upgraded", "version = 1", "1.0", "", ["-P", "win"]],
    ["passed over where they are upgraded", "version = 1", "2.0", "", ["--upgrade-package", "six"]],
    ["passed over where all is upgraded", "version = 1", "2.0", "", ["-U"]],
    ["passed over, with a warning, where the format is not known", "version = 2", "2.0", "its version is not 1", []],
    ["passed over, with a warning, where it is damaged", "<<<<<<<", "2.0", "uv.lock: Invalid TOML", []],
  ])(
    "without a lock file has the versions of the uv.lock beside it %s",
    { timeout },
    async (_, head, version, warning, words) => {
      const { lock, locked, folder, lockFile } = await makeWorld({ app: { ...app, needs: ["six"], more: "" } });
      const uvLock = join(folder, "app/uv.lock");
      const uv = `${head}\n[[package]]\nname = "six"\nversion = "1.0"\nsource = { registry = "x" }\n`;
      writeFileSync(uvLock, uv);
      const { stderr } = succeeded(await lock("app", ...words));
      expect(stderr).toContain(warning);
      expect(locked()).toContain(`name = "six"\nversion = "${version}"`);
      expect(readFileSync(uvLock, "utf8")).toBe(uv);
      // From then on the lock file alone says it.
      writeFileSync(uvLock, uv.replace("1.0", version === "1.0" ? "2.0" : "1.0"));
      writeFileSync(lockFile, locked().replace(/inputs = ".*"/, 'inputs = "other"'));
      succeeded(await lock("app"));
      expect(locked()).toContain(`name = "six"\nversion = "${version}"`);
    },
  );

  test.each([
    ["a conflict of a merge", (text: string) => `<<<<<<< ours\n${text}`, /cannot be read \(Invalid TOML/],
    ["half of it", (text: string) => text.slice(0, text.length / 2), /cannot be read/],
    ["no names", (text: string) => text.replaceAll(/^name = .*$/gm, ""), /packages\[0\]\.name is missing/],
  ])(
    "whose lock file is damaged says so, and only lock writes it anew: %s",
    { timeout },
    async (_, damage, message) => {
      const { lock, sync, locked, lockFile } = await makeWorld({ app });
      succeeded(await lock("app"));
      const before = locked();
      writeFileSync(lockFile, damage(before));
      const damaged = locked();
      for (const run of [sync("app"), sync("app", "--frozen"), sync("app", "--locked"), lock("app", "--locked")]) {
        const { code, stderr } = await run;
        expect([code, stderr]).toEqual([1, expect.stringContaining("MURRE_OUTDATED_LOCK")]);
        expect(stderr).toMatch(message);
        expect(stderr).toContain("murre lock writes it anew");
      }
      expect(locked()).toBe(damaged);
      expect(succeeded(await lock("app")).stderr).toMatch(message);
      expect(locked()).toBe(before);
    },
  );

  test(
    "is told of what it replaces or leaves out for one project alone, which is not followed",
    { timeout },
    async () => {
      const scoped = '{ package = { name = "web" }, dependencies = ["six"] }';
      const more = `[tool.uv]\noverride-dependencies = [${scoped}]\nexclude-dependencies = [${scoped}]`;
      const { lock } = await makeWorld({ app: { ...app, more } });
      const { stderr } = succeeded(await lock("app"));
      expect(stderr.match(/for what web alone needs, which is not followed/g)).toHaveLength(2);
    },
  );

  test("says what would be done with --dry-run, and writes nothing", { timeout }, async () => {
    const { sync, lock, folder, installed, locked, environment } = await makeWorld({ app });
    const names = () => readdirSync(join(folder, "app")).toSorted();
    const before = names();
    const first = succeeded(await sync("app", "--dry-run"));
    expect(first.stderr).toContain(`Would write ${join(folder, "app/pylock.toml")}`);
    expect(first.stderr).toContain(`Would make ${join(folder, "app/.venv")}`);
    expect(first.stdout).toMatch(/app.*check.*six.*web/s);
    expect(names()).toEqual(before);
    succeeded(await lock("app"));
    expect(succeeded(await sync("app", "--dry-run", "--no-dev")).stdout).not.toContain("check");
    expect(names()).toEqual([...before, "pylock.toml"].toSorted());
    succeeded(await sync("app"));
    const text = locked();
    writeProject(join(folder, "app"), { ...app, needs: ["docs"] });
    expect(succeeded(await sync("app", "--dry-run")).stdout).toContain("docs");
    expect([locked(), await installed()]).toEqual([text, ["-e WORLD/app", "check", "six", "web"]]);
    // One that is broken would be made anew, and stays as it is.
    rmSync(environment.python);
    const broken = readdirSync(environment.folder, { recursive: true });
    expect(succeeded(await sync("app", "--dry-run")).stderr).toContain("would be made anew");
    expect(readdirSync(environment.folder, { recursive: true })).toEqual(broken);
  });

  test.each<[string, (bin: string) => void, RegExp]>([
    [
      "its interpreter is gone",
      (bin) => rmSync(bin, { recursive: true }),
      /\.venv: .*no interpreter; it is made anew, with Python 3/,
    ],
    [
      "its interpreter leads nowhere",
      (bin) => {
        for (const name of readdirSync(bin).filter((name) => name.startsWith("python"))) {
          rmSync(join(bin, name));
          symlinkSync("/nowhere/python", join(bin, name));
        }
      },
      /\.venv: .*which is gone; it is made anew/,
    ],
  ])("has its environment made anew where %s", { timeout }, async (_, damage, message) => {
    const { sync, environment, installed, folder } = await makeWorld({ app });
    succeeded(await sync("app"));
    damage(join(environment.folder, "bin"));
    expect(succeeded(await sync("app")).stderr).toMatch(message);
    // Also from its own folder, with something to be locked.
    damage(join(environment.folder, "bin"));
    writeProject(join(folder, "app"), { ...app, extras: {} });
    const words = ["sync", "--no-config", "--index-url", join(folder, "index/simple")];
    const cache = { MURRE_CACHE_DIR: join(folder, "cache"), HOOK_LOG: join(folder, "hooks.txt") };
    const inside = await run(process.execPath, [bin, ...words], join(folder, "app"), cache);
    expect(succeeded(inside).stderr).toMatch(message);
    expect(await installed()).toEqual(["-e WORLD/app", "check", "six", "web"]);
  });

  test(
    "has its environment made anew where another Python is asked for, and only then",
    { timeout },
    async (context) => {
      const { sync, environment, murre, folder, write, installed } = await makeWorld({ app });
      succeeded(await sync("app"));
      const version = () => environment.print("import sys; print('%d.%d' % sys.version_info[:2])");
      const first = await version();
      if ((await murre("venv", join(folder, "other"), "-p", `>=3.9,!=${first}.*`)).code !== 0) context.skip();
      const second = await openEnvironment(murre, join(folder, "other"), folder).print(
        "import sys; print('%d.%d' % sys.version_info[:2])",
      );
      const anew = `it is made anew, with Python ${second}`;
      expect(succeeded(await sync("app", "-p", first)).stderr).not.toContain("anew");
      expect(succeeded(await sync("app", "-p", second, "--dry-run")).stderr).toContain("would be made anew");
      expect(await version()).toBe(first);
      expect(succeeded(await sync("app", "-p", second)).stderr).toContain(anew);
      expect([await version(), await installed()]).toEqual([second, ["-e WORLD/app", "check", "six", "web"]]);
      // Whoever asks for nothing keeps it.
      expect(succeeded(await sync("app")).stderr).not.toContain("anew");
      write("app/.python-version", first);
      expect(succeeded(await sync("app")).stderr).toContain("made anew");
      expect(await version()).toBe(first);
      expect(succeeded(await sync("app", "-p", join(folder, "other"))).stderr).toContain(anew);
    },
  );

  test.each([
    ["a folder with something else", [], /\.venv is not empty and holds no pyvenv\.cfg/],
    ["that, with nothing to be written", ["--dry-run"], /\.venv is not empty and holds no pyvenv\.cfg/],
  ])("never replaces what is no environment: %s", { timeout }, async (_, words, message) => {
    const { sync, environment } = await makeWorld({ app });
    mkdirSync(environment.folder);
    writeFileSync(join(environment.folder, "notes.txt"), "mine");
    const { code, stderr } = await sync("app", ...words);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(environment.folder)).toEqual(["notes.txt"]);
  });

  test("has one lock file, whether or not what is installed by it is an editable one", { timeout }, async () => {
    const { lock, sync, locked, installed } = await makeWorld({ app });
    succeeded(await sync("app", "--no-editable"));
    expect(await installed()).not.toContain("-e WORLD/app");
    const written = locked();
    expect(written).toContain('directory = { path = ".", editable = true }');
    succeeded(await lock("app", "--locked"));
    succeeded(await sync("app", "--locked"));
    expect(await installed()).toContain("-e WORLD/app");
    expect(locked()).toBe(written);
  });

  test("keeps its environment where a Python is asked for that it is not for", { timeout }, async () => {
    const { sync, environment, lockFile, locked, installed } = await makeWorld({ app });
    succeeded(await sync("app"));
    writeFileSync(lockFile, locked().replace(/requires-python = ".*"/, 'requires-python = "<3.5"'));
    const { code, stderr } = await sync("app", "--frozen", "-p", environment.python);
    expect([code, stderr]).toEqual([1, expect.stringContaining("MURRE_LOCK_PYTHON")]);
    expect(await installed()).toHaveLength(4);
  });

  test("is needed: elsewhere there is nothing to lock", { timeout }, async () => {
    const { lock, sync, folder } = await makeWorld({ app });
    for (const command of [lock, sync])
      expect((await command(join(folder, "index"))).stderr).toContain("MURRE_NO_PROJECT");
    expect((await sync("app", "--frozen")).stderr).toContain("MURRE_OUTDATED_LOCK");
  });
});
