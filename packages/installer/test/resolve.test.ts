import { indexedWheel, temporaryFolder } from "@murre/test-kit";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { ResolveOptions, ResolveReport } from "../src/api/resolution.ts";
import { toyBackend, writeProject } from "./source-world.ts";
import { makeWorld, type World } from "./world.ts";

let world: World;
let lib: { readonly size: number };

beforeAll(async () => {
  const newLib = await indexedWheel({
    name: "lib",
    version: "2.0",
    requiresDist: ["core", "speed; extra == 'fast'"],
    requiresPython: ">=3.8",
  });
  lib = { size: newLib.data.length };
  process.env["HOOK_LOG"] = join(temporaryFolder("hooks"), "log");
  world = await makeWorld([
    { name: "app", version: "1.0", requiresDist: ["lib[fast]>=1", "other; python_version < '3'"] },
    { name: "lib", version: "1.0" },
    newLib,
    { name: "core", version: "0.1" },
    { name: "speed", version: "3.0", requiresDist: ["core>=0.1"] },
    await indexedWheel({ name: "core", version: "0.2" }, { yanked: "broken" }),
    { name: "winonly", version: "1.0", requiresDist: ["core; sys_platform == 'win32'"] },
    { name: "circle", version: "1.0", requiresDist: ["round"] },
    { name: "round", version: "1.0", requiresDist: ["circle"] },
    toyBackend,
  ]);
});

function resolve(options: ResolveOptions): Promise<ResolveReport> {
  const { python: _, ...common } = world.common;
  return world.installer.resolve({ ...common, python: world.environment, ...options });
}

/** `app 1.0 -> lib`, as lines. */
const edges = ({ distributions }: ResolveReport) =>
  distributions.map(({ name, version, dependencies }) => [`${name} ${version}`, ...dependencies].join(" > "));

describe("resolve() gives the graph", () => {
  test("of versions and edges, and installs nothing", async () => {
    const report = await resolve({ requirements: ["app"] });
    expect(edges(report)).toEqual(["app 1.0 > lib", "core 0.1", "lib 2.0 > core > speed", "speed 3.0 > core"]);
    const node = (name: string) => report.distributions.find((one) => one.name === name);
    expect(node("core")).toMatchObject({ dependents: ["lib", "speed"], requested: false, extras: [] });
    expect(node("lib")).toMatchObject({ dependents: ["app"], extras: ["fast"], requiresPython: ">=3.8" });
    expect(node("app")).toMatchObject({ dependents: [], requested: true });
    expect(await world.installed()).toEqual([]);
  });

  test("with the file of each: URL, hashes, size, index", async () => {
    const { distributions } = await resolve({ requirements: ["lib"] });
    const node = distributions.find(({ name }) => name === "lib");
    expect(node).toMatchObject({
      kind: "wheel",
      filename: "lib-2.0-py3-none-any.whl",
      url: pathToFileURL(join(world.index, "files/lib-2.0-py3-none-any.whl")).href,
      hashes: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(node?.sizeBytes ?? lib.size).toBe(lib.size);
    expect(node?.index).toContain("simple");
  });

  test("the same again, when it is remembered", async () => {
    const { durationMs: _, ...first } = await resolve({ requirements: ["app"] });
    const { durationMs: __, ...second } = await resolve({ requirements: ["app"] });
    expect(second).toEqual(first);
  });

  test.each<[what: string, options: ResolveOptions, expected: readonly string[]]>([
    [
      "for another platform",
      { requirements: ["winonly"], pythonPlatform: "windows", pythonVersion: "3.12" },
      ["core 0.1", "winonly 1.0 > core"],
    ],
    ["for this one", { requirements: ["winonly"], pythonPlatform: "linux" }, ["winonly 1.0"]],
    ["of what is named alone", { requirements: ["app"], dependencies: "none" }, ["app 1.0"]],
    ["of a circle", { requirements: ["circle"] }, ["circle 1.0 > round", "round 1.0 > circle"]],
    ["of a yanked pin", { requirements: ["core==0.2"] }, ["core 0.2"]],
    ["of another version that is asked for", { requirements: ["app", "lib<2"] }, ["app 1.0 > lib", "lib 1.0"]],
  ])("%s", async (_, options, expected) => {
    expect(edges(await resolve(options))).toEqual(expected);
  });

  test("what is yanked says so", async () => {
    const { distributions } = await resolve({ requirements: ["core==0.2"] });
    expect(distributions).toMatchObject([{ yanked: "broken" }]);
  });

  test("it says for which Python, and none need be there", async () => {
    const { python } = await resolve({
      requirements: ["core"],
      pythonVersion: "3.9",
      pythonPlatform: "aarch64-manylinux_2_28",
    });
    expect(python).toEqual({ implementation: "cpython", version: "3.9.0", platform: "linux", machine: "aarch64" });
  });

  test("folders and files that are named by their places", async () => {
    const project = join(world.folder, "project");
    writeProject(project, { name: "project", version: "4.0", requires: ["core"] });
    const wheel = join(world.index, "files/speed-3.0-py3-none-any.whl");
    const report = await resolve({ requirements: [wheel, project] });
    expect(report.distributions).toMatchObject([
      { name: "core", kind: "wheel" },
      { name: "project", kind: "folder", url: pathToFileURL(project).href, dependencies: ["core"] },
      { name: "speed", kind: "wheel", url: pathToFileURL(wheel).href, requested: true },
    ]);
    expect(report.distributions[1]).not.toHaveProperty("filename");
    expect(report.distributions[2]).not.toHaveProperty("index");
    expect(existsSync(join(project, "build"))).toBe(false);
  });

  test("or the error that installing would end with", async () => {
    await expect(resolve({ requirements: ["app", "lib<1"] })).rejects.toMatchObject({ code: "MURRE_NO_SOLUTION" });
    await expect(resolve({ requirements: ["core"], requireHashes: true })).rejects.toMatchObject({
      code: "MURRE_HASH_REQUIRED",
    });
  });
});
