import type { IndexedFile, WheelSpec } from "@murre/test-kit";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sdistOf, toyBackend } from "./source-world.ts";
import { makeWorld, openInstaller } from "./world.ts";

async function begin(files: readonly (WheelSpec | IndexedFile)[]) {
  const world = await makeWorld([toyBackend, ...files]);
  const log = join(world.folder, "hooks.txt");
  const settings = { buildLogFolder: join(world.folder, "logs") };
  const installer = openInstaller(world.folder, undefined, { ...process.env, HOOK_LOG: log }, settings);
  const hooks = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  const install = (...requirements: string[]) => installer.install({ ...world.common, requirements });
  return { ...world, installer, hooks, install };
}

const foreign = { name: "lib", version: "2.0", tags: "cp311-cp311-win_amd64", requiresDist: ["dep"] };
const dep = { name: "dep", version: "1.0" };

describe("a release with wheels for other platforms and an sdist", () => {
  test.each([
    ["for another platform", {}],
    ["for another Python", { tags: "cp27-cp27m-manylinux1_x86_64" }],
    ["in another spelling of the version", { version: "2.0.0" }],
  ])("tells what it needs by a wheel %s: nothing is built before it is chosen", async (_, changes) => {
    const sdist = await sdistOf({ name: "lib", version: "2.0", requires: ["dep"], fails: "metadata" });
    const world = await begin([{ ...foreign, ...changes }, sdist, dep]);
    const { added } = await world.installer.install({ ...world.common, requirements: ["lib"], dryRun: true });
    expect(added.map(({ name }) => name)).toEqual(["dep", "lib"]);
    expect(world.hooks()).toEqual([]);
  });

  test.each(["2.0", "2.0.0"])("is built in the end from its sdist, beside a wheel of %s", async (version) => {
    const world = await begin([
      { ...foreign, version },
      await sdistOf({ name: "lib", version: "2.0", requires: ["dep"] }),
      dep,
    ]);
    await world.install("lib");
    expect(await world.installed()).toEqual(["dep==1.0", "lib==2.0"]);
    expect(world.hooks()).toEqual(["wheel lib 2.0"]);
  });

  test.each([
    ["a wheel that cannot be read", { metadata: "nothing" }, {}],
    ["a wheel of something else", { metadata: "Metadata-Version: 2.1\nName: other\nVersion: 2.0\n" }, {}],
    ["wheels that the user does not want", {}, { noBinary: ["lib"] }],
  ])("is asked itself beside %s", async (_, changes, options) => {
    const world = await begin([{ ...foreign, ...changes }, await sdistOf({ name: "lib", version: "2.0" })]);
    await world.installer.install({ ...world.common, ...options, requirements: ["lib"] });
    expect(world.hooks()).toEqual(["metadata lib", "wheel lib 2.0"]);
  });
});

test.each([
  [["cp311-cp311-win_amd64", "cp312-cp312-win_amd64"], /for cp311-cp311-win_amd64, cp312-cp312-win_amd64 only/],
  [["cp311-cp311-win_amd64", "cp311-cp311-macosx_11_0_arm64"], /for macosx_11_0_arm64, win_amd64 only/],
  [["cp27-none-any"], /for cp27-none-any only/],
])("a release with wheels for %j alone says so", async (tags, said) => {
  const world = await begin(tags.map((tag) => ({ ...foreign, tags: tag })));
  await expect(world.install("lib")).rejects.toThrow(said);
});

describe("a release whose metadata cannot be built", () => {
  const broken = (version: string) => sdistOf({ name: "lib", version, fails: "metadata" });

  test("is passed over for an older one, and that is told", async () => {
    const world = await begin([await broken("2.0"), { name: "lib", version: "1.0" }]);
    await world.install("lib");
    const warnings = world.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(await world.installed()).toEqual(["lib==1.0"]);
    expect(warnings.join()).toMatch(/passed over.*lib-2\.0.*no metadata today/s);
  });

  test("is passed over for what another project needs as well", async () => {
    const app = { name: "app", version: "1.0", requiresDist: ["lib"] };
    const world = await begin([app, await broken("2.0"), { name: "lib", version: "1.0" }]);
    await world.install("app");
    expect(await world.installed()).toEqual(["app==1.0", "lib==1.0"]);
  });

  test("is told with its log where nothing else fits", async () => {
    const world = await begin([await broken("2.0"), { name: "lib", version: "1.0" }]);
    await expect(world.install("lib>1")).rejects.toMatchObject({
      code: "MURRE_NO_SOLUTION",
      message: expect.stringMatching(/lib==2\.0 cannot be used.*no metadata today.*all of it is in/s),
    });
  });

  test.each<[string, string[], string[]]>([
    ["a pin", ["2.0", "1.0"], ["lib==2.0"]],
    ["a pin beside another requirement", ["2.0", "1.0"], ["lib", "lib===2.0"]],
    ["the only release", ["2.0"], ["lib"]],
    ["the third failure", ["4.0", "3.0", "2.0", "1.0"], ["lib"]],
  ])("ends the installation with its own error where it is %s", async (_, versions, requirements) => {
    const world = await begin(await Promise.all(versions.map(broken)));
    await expect(world.install(...requirements)).rejects.toMatchObject({
      code: "MURRE_BUILD_FAILED",
      message: expect.stringContaining("no metadata today"),
    });
    expect(world.hooks().length).toBeLessThanOrEqual(3);
  });
});
