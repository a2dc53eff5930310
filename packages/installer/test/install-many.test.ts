import { indexedWheel, type IndexedFile } from "@murre/test-kit";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords, makeWorld, snapshot, type World } from "./world.ts";

const file = (name: string, members: Record<string, string>) => indexedWheel({ name, version: "1.0", files: members });

/** Two that are well, and one of each kind that is not. */
async function files(): Promise<IndexedFile[]> {
  const changed = await indexedWheel({ name: "changed", version: "1.0" });
  const nozip = await indexedWheel({ name: "nozip", version: "1.0" });
  return [
    await indexedWheel({ name: "good", version: "1.0" }),
    await indexedWheel({ name: "good", version: "2.0", requiresDist: ["absent"] }),
    await indexedWheel({ name: "windows", version: "1.0", tags: "cp311-cp311-win_amd64" }),
    await file("etc-as-file", { etc: "a file\n" }),
    await file("etc-as-folder", { "etc/conf": "in a folder\n" }),
    await file("share-a", { "shared/__init__.py": "a = 1\n", "share_a.py": "" }),
    await file("share-b", { "shared/__init__.py": "b = 1\n", "share_b.py": "" }),
    await file("unowned", { "mine.py": "the wheel's\n" }),
    { ...changed, hashes: { sha256: "0".repeat(64) } },
    { ...nozip, data: Buffer.from("this is no zip"), hashes: {} },
  ];
}

function sitePackages({ environment }: World): string {
  const [python = ""] = readdirSync(join(environment, "lib"));
  return join(environment, "lib", python, "site-packages");
}

const many = (world: World, list: string, more: object = {}) =>
  world.installer.installMany({
    ...world.common,
    projectsFile: world.requirements(list, "projects.txt"),
    noBuild: true,
    ...more,
  });

const codes = (report: { failures: readonly { name: string; code: string }[] }) =>
  Object.fromEntries(report.failures.map(({ name, code }) => [name, code]));

describe("installMany takes the newest usable wheel of each project of a list", () => {
  test("and nothing of what these depend on; a specifier limits the versions", async () => {
    const world = await makeWorld(await files());
    expect(await many(world, "good\nshare-a\n")).toMatchObject({ failures: [], fetched: 2, transactions: 1 });
    expect(await world.installed()).toEqual(["good==2.0", "share-a==1.0"]);
    await many(world, "good<2\n");
    expect(await world.installed()).toEqual(["good==1.0", "share-a==1.0"]);
  });

  test("empty lines, comments and second mentions count for nothing, and the limit counts what is left", async () => {
    const world = await makeWorld(await files());
    const list = "# the best\n\nGood\ngood <2 # again\nshare_b\nshare-a\n";
    const { installed } = await many(world, list, { limit: 2 });
    expect(installed.map(({ name }) => name)).toEqual(["good", "share-b"]);
  });

  test("a second run finds everything there and changes nothing", async () => {
    const world = await makeWorld(await files());
    await many(world, "good\nshare-a\nshare-b\n");
    const before = snapshot(world.environment);
    const again = await many(world, "good\nshare-a\nshare-b\n");
    expect(again).toMatchObject({ installed: [], fetched: 0, transactions: 0, filesLinked: 0 });
    expect(again.present.map(({ name }) => name)).toEqual(["good", "share-a", "share-b"]);
    expect(snapshot(world.environment)).toEqual(before);
  });

  test("a long list is installed in batches, each a transaction of its own", { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 70 }, (_, index) => `demo-${String(index).padStart(2, "0")}`);
    const world = await makeWorld(names.map((name) => ({ name, version: "1.0" })));
    expect(await many(world, names.join("\n"))).toMatchObject({ failures: [], fetched: 70, transactions: 3 });
    expect(await world.installed()).toHaveLength(70);
    expect(brokenRecords(sitePackages(world))).toEqual([]);
  });

  test("a dry run fetches nothing and leaves the environment as it is", async () => {
    const world = await makeWorld(await files());
    const before = snapshot(world.environment);
    const report = await many(world, "good\nabsent\n", { dryRun: true });
    expect(report).toMatchObject({ installed: [{ name: "good" }], failures: [{ name: "absent" }], fetched: 0 });
    expect(snapshot(world.environment)).toEqual(before);
  });
});

describe("what one project lacks is said of it and keeps no other from being installed", () => {
  test("no such project, no usable wheel, a wrong hash, no zip, a line that names nothing", async () => {
    const world = await makeWorld(await files());
    const report = await many(world, "absent\nwindows\nchanged\nnozip\n=broken=\ngood\n");
    expect(codes(report)).toEqual({
      absent: "MURRE_PROJECT_NOT_FOUND",
      windows: "MURRE_NO_USABLE_WHEEL",
      changed: "MURRE_HASH_MISMATCH",
      nozip: "MURRE_NOT_A_ZIP",
      "=broken=": "MURRE_INVALID_REQUIREMENT",
    });
    expect(await world.installed()).toEqual(["good==2.0"]);
  });

  test("of a file against a folder the earlier by name stays, and the later is left out", async () => {
    const world = await makeWorld(await files());
    const report = await many(world, "etc-as-folder\ngood\netc-as-file\n");
    expect(codes(report)).toEqual({ "etc-as-folder": "MURRE_FILE_AGAINST_DIRECTORY" });
    expect(await world.installed()).toEqual(["etc-as-file==1.0", "good==2.0"]);
    expect(readFileSync(join(sitePackages(world), "etc"), "utf8")).toBe("a file\n");
  });

  test("a file that nobody owns leaves out the distribution that has it, and stays", async () => {
    const world = await makeWorld(await files());
    mkdirSync(sitePackages(world), { recursive: true });
    writeFileSync(join(sitePackages(world), "mine.py"), "the user's\n");
    const report = await many(world, "good\nunowned\nshare-a\n");
    expect(codes(report)).toEqual({ unowned: "MURRE_UNOWNED_FILE" });
    expect(await world.installed()).toEqual(["good==2.0", "share-a==1.0"]);
    expect(readFileSync(join(sitePackages(world), "mine.py"), "utf8")).toBe("the user's\n");
  });

  test("of shared files the last by name has its own, and the conflict is reported", async () => {
    const world = await makeWorld(await files());
    const { conflicts, failures } = await many(world, "share-b\nshare-a\n");
    expect(failures).toEqual([]);
    expect(conflicts).toMatchObject([{ winner: "share-b", losers: ["share-a"] }]);
    expect(readFileSync(join(sitePackages(world), "shared/__init__.py"), "utf8")).toBe("b = 1\n");
  });

  test("an abort ends it; what was placed by then is whole", async () => {
    const world = await makeWorld(await files());
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(many(world, "good\n", { signal })).rejects.toThrow("enough");
    expect(await world.installed()).toEqual([]);
  });

  test("one hash, here of a constraint, asks for the hashes of all", async () => {
    const world = await makeWorld(await files());
    const { hashes } = (await files()).find(({ project }) => project === "changed") ?? {};
    const constraint = world.requirements(`changed==1.0 --hash=sha256:${hashes?.["sha256"]}\n`, "constraints.txt");
    const report = await many(world, "good\nchanged\n", { constraintFiles: [constraint] });
    expect(codes(report)).toEqual({ good: "MURRE_HASH_REQUIRED", changed: "MURRE_HASH_MISMATCH" });
    expect(await world.installed()).toEqual([]);
  });
});
