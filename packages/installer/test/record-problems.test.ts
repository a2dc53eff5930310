import { indexedWheel, writeWheel, type WheelSpec } from "@murre/test-kit";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Operations } from "../src/api/all-operations.ts";
import type { ChangeOptions } from "../src/api/operations.ts";
import { brokenRecords, makeWorld, openInstaller, type World } from "./world.ts";

/** Its RECORD names a file that is not there, lies about one that is, and says nothing of another. */
const lying: WheelSpec = {
  name: "lying",
  version: "1.0",
  files: { "lying.py": "x = 1\n", "unlisted.py": "" },
  record: (rows) => [
    ...rows
      .filter(({ path }) => path !== "unlisted.py")
      .map((row) => (row.path === "lying.py" ? { ...row, size: "7" } : row)),
    { path: "../../../../outside.py", hash: "", size: "" },
  ],
};
const honest: WheelSpec = { name: "honest", version: "1.0" };

let world: World;
beforeEach(async () => {
  world = await makeWorld([lying, honest]);
});

const sitePackages = () =>
  join(world.environment, "lib", readdirSync(join(world.environment, "lib"))[0]!, "site-packages");
const warnings = () => world.events.flatMap((event) => (event.type === "warning" ? [event] : []));

type Change = (options?: Partial<ChangeOptions>, installer?: Operations) => Promise<unknown>;
const changes: readonly (readonly [what: string, change: Change])[] = [
  [
    "install",
    (options, installer = world.installer) =>
      installer.install({ ...world.common, requirements: ["lying", "honest"], ...options }),
  ],
  [
    "install of a file",
    async (options, installer = world.installer) =>
      installer.install({
        ...world.common,
        requirements: [await writeWheel(join(world.folder, "wheels"), lying)],
        ...options,
      }),
  ],
  [
    "sync",
    (options, installer = world.installer) =>
      installer.sync({
        ...world.common,
        requirementFiles: [world.requirements("lying==1.0\nhonest==1.0\n")],
        ...options,
      }),
  ],
];

describe.each(changes)("%s", (_, change) => {
  test("takes what the archive holds, warns once, and records what is there", async () => {
    await change();
    expect(warnings()).toMatchObject([{ code: "MURRE_WARNING_RECORD", message: expect.stringContaining("lying 1.0") }]);
    for (const part of ["7 bytes", "unlisted.py", "outside.py"]) expect(warnings()[0]!.message).toContain(part);
    expect(await world.installed()).toContain("lying==1.0");
    expect(brokenRecords(sitePackages())).toEqual([]);
    const record = readFileSync(join(sitePackages(), "lying-1.0.dist-info", "RECORD"), "utf8");
    expect(record).toContain("unlisted.py,sha256=");
    expect(record).not.toContain("outside.py");
  });

  test("warns as well when the wheel is in the cache", async () => {
    await change();
    world.events.length = 0;
    await change({ reinstall: true });
    expect(warnings()).toMatchObject([{ code: "MURRE_WARNING_RECORD" }]);
  });

  test.each(["fetched", "cached"])("refuses a %s one where RECORD is held to the letter", async (how) => {
    if (how === "cached") {
      await change();
      await world.installer.uninstall({ python: world.environment, names: ["lying"] });
      world.events.length = 0;
    }
    const refusal = { code: "MURRE_RECORD_MISMATCH", message: expect.stringContaining("lying-1.0-py3-none-any.whl") };
    await expect(change({ strictRecord: true })).rejects.toMatchObject(refusal);
    const strict = openInstaller(world.folder, undefined, { ...process.env, MURRE_STRICT_RECORD: "1" });
    await expect(change({ ignoreConfiguration: false }, strict)).rejects.toMatchObject(refusal);
    expect(await world.installed()).not.toContain("lying==1.0");
    expect(warnings()).toEqual([]);
  });

  test("the option is stronger than the variable, and a variable may say no", async () => {
    const strict = openInstaller(world.folder, undefined, { ...process.env, MURRE_STRICT_RECORD: "yes" });
    await change({ ignoreConfiguration: false, strictRecord: false }, strict);
    const lenient = openInstaller(world.folder, undefined, { ...process.env, MURRE_STRICT_RECORD: "false" });
    await change({ ignoreConfiguration: false, reinstall: true }, lenient);
    expect(warnings()).toHaveLength(2);
  });
});

test("a long list goes on without the refused one", async () => {
  const projectsFile = world.requirements("lying\nhonest\n", "projects.txt");
  const many = { ...world.common, projectsFile };
  const report = await world.installer.installMany({ ...many, strictRecord: true });
  expect(report).toMatchObject({
    installed: [{ name: "honest" }],
    failures: [{ name: "lying", code: "MURRE_RECORD_MISMATCH" }],
  });
  expect((await world.installer.installMany(many)).installed).toMatchObject([{ name: "lying" }]);
  expect(warnings()).toHaveLength(1);
});

test("a file that the archive has twice, with the same bytes, is installed without a word", async () => {
  const twice = await makeWorld([{ ...honest, unlisted: [["honest.py", '__version__ = "1.0"\n']] }]);
  await twice.installer.install({ ...twice.common, requirements: ["honest"], strictRecord: true });
  expect(await twice.installed()).toEqual(["honest==1.0"]);
});

describe("what is installed under another spelling of its version is what was wanted", async () => {
  const named = async (filename: string, spec: WheelSpec) => ({ ...(await indexedWheel(spec)), filename });
  const spelled = await makeWorld([
    await named("a-1.0.0-py3-none-any.whl", { name: "a", version: "1.0" }),
    await named("b-1.0.post1-py3-none-any.whl", { name: "b", version: "1.0-post1", distInfo: "b-1.0-post1.dist-info" }),
    await named("c-2.0-py3-none-any.whl", { name: "c", version: "v2", distInfo: "c-v2.dist-info" }),
  ]);

  test.each(["a==1.0", "a==1", "b==1.0.post1", "c==2.0.0", "c"])("%s", async (requirement) => {
    const requirementFiles = [spelled.requirements(`${requirement}\n`)];
    await spelled.installer.sync({ ...spelled.common, requirementFiles });
    for (const again of [
      await spelled.installer.sync({ ...spelled.common, requirementFiles: [spelled.requirements(`${requirement}\n`)] }),
      await spelled.installer.install({ ...spelled.common, requirements: [requirement] }),
    ])
      expect(again).toMatchObject({ changed: false, added: [], removed: [] });
    expect(existsSync(join(spelled.environment, "lib"))).toBe(true);
  });
});
