import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 120_000;

const members = '[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nlib = { workspace = true }';
const groups =
  '[dependency-groups]\ndev = ["check", { include-group = "lint" }]\nlint = ["six<2"]\ndocs = ["docs"]\n[tool.uv]\ndefault-groups = ["dev", "docs"]';

/** What lies in a folder with a package.json, what `murre sync` installs there, and how often it builds. */
type Case = readonly [what: string, projects: Record<string, ProjectFacts>, installed: string[], builds: number];
const cases: Case[] = [
  ["a single project", { ".": { name: "one", version: "1.0", needs: ["web"] } }, ["one-1.0", "six-2.0", "web-1.0"], 1],
  [
    "a workspace",
    {
      ".": { name: "one", version: "1.0", needs: ["lib", "check"], more: members },
      "packages/lib": { name: "lib", version: "2.0", needs: ["six<2"] },
      "packages/tool": { name: "tool", version: "1.0", needs: ["docs"] },
    },
    ["check-1.0", "lib-2.0", "one-1.0", "six-1.0"],
    2,
  ],
  ["a version that the backend finds", { ".": { name: "one", needs: ["six"] } }, ["one-3.1", "six-2.0"], 1],
  [
    "groups",
    { ".": { name: "one", version: "1.0", needs: ["web"], more: groups } },
    ["check-1.0", "docs-1.0", "one-1.0", "six-1.0", "web-1.0"],
    1,
  ],
];

const wheels = [
  { name: "six", version: "1.0" },
  { name: "six", version: "2.0" },
  { name: "web", version: "1.0", requiresDist: ["six"] },
  { name: "check", version: "1.0" },
  { name: "docs", version: "1.0" },
];

/** What npm and its user have there. */
const ofNpm: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "site", "private": true, "dependencies": { "left": "1.0.0" } }\n',
  "package-lock.json": '{ "name": "site", "lockfileVersion": 3 }\n',
  "node_modules/left/package.json": '{ "name": "left", "version": "1.0.0" }\n',
  "node_modules/left/pyproject.toml": '[project]\nname = "left"\nversion = "1"\n',
};

describe.skipIf(process.platform === "win32")("murre sync where npm's files lie as well", () => {
  test.each(cases)("cold, warm, and with nothing to do: %s", { timeout }, async (_, projects, expected, builds) => {
    const log = join(temporaryFolder("hooks"), "hooks.txt");
    const { folder, murre } = makeCommandWorld({ HOOK_LOG: log });
    writeIndex(join(folder, "index"), await Promise.all(wheels.map((wheel) => indexedWheel(wheel))));
    const root = join(folder, "site");
    for (const [path, facts] of Object.entries(projects)) writeProject(join(root, path), facts);
    writeFileSync(join(root, "VERSION"), "3.1\n");
    mkdirSync(join(root, "node_modules/left"), { recursive: true });
    for (const [path, text] of Object.entries(ofNpm)) writeFileSync(join(root, path), text);
    const before = readdirSync(root);
    const sync = async () =>
      succeeded(await murre("sync", "--project", "site", "--no-config", "--index-url", join(folder, "index/simple")));
    const state = async () => {
      const lib = join(root, ".venv/lib");
      const site = join(lib, readdirSync(lib)[0] ?? "", "site-packages");
      const told = await run(join(root, ".venv/bin/one"), [], folder, {});
      return {
        installed: readdirSync(site)
          .flatMap((name) => /(.*)\.dist-info$/.exec(name)?.[1] ?? [])
          .toSorted(),
        told: told.stdout,
        lock: readFileSync(join(root, "pylock.toml"), "utf8"),
        builds: readFileSync(log, "utf8").trim().split("\n").length,
      };
    };

    await sync();
    const cold = await state();
    expect(cold).toMatchObject({ installed: expected, told: "one, as written\n", builds });
    rmSync(join(root, ".venv"), { recursive: true });
    await sync();
    expect(await state()).toEqual(cold);
    expect((await sync()).stdout).toContain("Nothing to do");
    expect(await state()).toEqual(cold);
    const names = readdirSync(root).filter((name) => name !== "__pycache__"); // Python's, of the backend
    expect(names.toSorted()).toEqual([...before, ".venv", "pylock.toml"].toSorted());
    for (const [path, text] of Object.entries(ofNpm)) expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });
});
