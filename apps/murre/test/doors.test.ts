import { indexedWheel, writeIndex, writeWheel } from "@murre/test-kit";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded } from "./command-world.ts";

const timeout = 60_000;

async function makeWorld() {
  const world = makeCommandWorld();
  const environment = await world.environment("env");
  const lib = join(environment.folder, "lib");
  const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
  if (lstatSync(join(environment.folder, "lib64"), { throwIfNoEntry: false }) === undefined)
    symlinkSync("lib", join(environment.folder, "lib64"));
  return { ...world, environment, site };
}

test(
  "a journal that a wheel or anybody else laid there is refused by every command that would execute it",
  { timeout },
  async () => {
    const { environment, site, folder } = await makeWorld();
    const victim = join(folder, "victim");
    writeFileSync(victim, "mine");
    const executor = join(site, ".murre/commit/left-1/x-left-2");
    mkdirSync(join(executor, "old"), { recursive: true });
    const schemes = {
      purelib: site,
      platlib: site,
      scripts: join(environment.folder, "bin"),
      headers: site,
      data: environment.folder,
    };
    const destination = {
      schemes,
      executable: environment.python,
      platform: process.platform,
      boundary: environment.folder,
    };
    const steps = [{ do: "retire", at: 0, target: victim, old: "old/0", was: "0:0:0" }];
    const journal = { format: 1, id: "left-1", command: "", places: [], destination, steps, removed: [], added: [] };
    writeFileSync(join(executor, "journal"), JSON.stringify(journal));
    for (const words of [
      ["check", "--recover"],
      ["uninstall", "nothing"],
    ]) {
      const refused = await environment.pip(...words);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("MURRE_UNREADABLE_JOURNAL")]);
    }
    expect(readFileSync(victim, "utf8")).toBe("mine");
  },
);

test(
  "an environment with lib64 -> lib holds each distribution once, whichever of the two its wheel goes to",
  { timeout },
  async () => {
    const { environment, site, folder } = await makeWorld();
    const name = site.split("/").at(-2) ?? "";
    const wheel = await writeWheel(join(folder, "wheels"), {
      name: "demo",
      version: "1.0",
      files: { "demo/__init__.py": "" },
      dataFiles: { [`data/lib64/${name}/site-packages/demo/more.py`]: "" },
    });
    for (let run = 0; run < 2; run++) succeeded(await environment.pip("install", wheel, "--reinstall"));
    expect(await environment.pip("check", "--files")).toMatchObject({ code: 0 });
    expect(await environment.installed()).toHaveLength(1);
    succeeded(await environment.pip("uninstall", "demo"));
    expect([existsSync(join(site, "demo")), lstatSync(join(environment.folder, "lib64")).isSymbolicLink()]).toEqual([
      false,
      true,
    ]);
  },
);

describe("freeze says one line for each distribution, whatever direct_url.json says", () => {
  test.each([
    [
      "a URL of two lines",
      '{"url":"https://example.org/a.whl\\n--index-url https://evil/","archive_info":{}}',
      "demo==1.0",
    ],
    ["no JSON", "{", "demo==1.0"],
    ["another shape", '{"url":["https://example.org"],"dir_info":7}', "demo==1.0"],
    [
      "an editable path of two lines",
      '{"url":"file:///src%0A--pre","dir_info":{"editable":true}}',
      "-e file:///src%0A--pre",
    ],
    ["a path on another host", '{"url":"file://host/src","dir_info":{"editable":true}}', "-e file://host/src"],
  ])("%s", { timeout }, async (_, text, line) => {
    const { environment, site, folder } = await makeWorld();
    writeIndex(join(folder, "index"), [await indexedWheel({ name: "demo", version: "1.0" })]);
    succeeded(await environment.pip("install", "demo", "--index-url", join(folder, "index/simple"), "--no-config"));
    writeFileSync(join(site, "demo-1.0.dist-info/direct_url.json"), text);
    const { stdout, stderr } = succeeded(await environment.pip("freeze"));
    expect(stdout).toBe(`${line}\n`);
    expect(stderr.includes("demo: where it came from cannot be read")).toBe(line === "demo==1.0");
    for (const words of [["list"], ["show", "demo"], ["list", "--json"]]) succeeded(await environment.pip(...words));
  });
});
