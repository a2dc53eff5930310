import { indexedWheel, writeIndex, type WheelSpec } from "@murre/test-kit";
import { existsSync, mkdirSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded, type CommandWorld, type Run } from "./command-world.ts";
import { canMount, mount, unmountAfterEach } from "./mounts.ts";
import { brokenRecords, snapshot } from "../../../packages/installer/test/world.ts";

unmountAfterEach();

const tool = (version: string, extra: WheelSpec["files"] = {}): WheelSpec => ({
  name: "tool",
  version,
  files: { "tool/__init__.py": version, "tool/sub/x.py": version, "top.py": version, ...extra },
  dataFiles: { "data/share/tool/doc.txt": version },
  entryPoints: { console_scripts: { tool: "tool:main" } },
});

async function indexOf(world: CommandWorld, specs: readonly WheelSpec[]): Promise<string[]> {
  writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  return ["--index-url", join(world.folder, "index/simple"), "--no-config"];
}

function siteOf(environment: string): string {
  const lib = join(environment, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
}

/** Installs, upgrades and removes; each state is whole, and nothing of a transaction stays. */
async function goesThrough(environment: string, pip: (...words: string[]) => Promise<Run>) {
  const site = siteOf(environment);
  const before = Object.keys(snapshot(environment));
  for (const version of ["1.0", "2.0"]) {
    succeeded(await pip("install", `tool==${version}`));
    expect([brokenRecords(site), existsSync(join(environment, "bin/tool"))]).toEqual([[], true]);
    expect(readdirSync(site)).toContain(`tool-${version}.dist-info`);
  }
  expect(await pip("uninstall", "tool")).toMatchObject({ code: 0 });
  const state = /(?:^|\/)\.murre(?:\/|$)/;
  expect(Object.keys(snapshot(environment)).filter((path) => !state.test(path))).toEqual(
    before.filter((path) => !state.test(path)),
  );
}

describe.runIf(canMount)("an environment", () => {
  test(
    "on a full disk stays as it was, and the same command succeeds once there is space",
    { timeout: 120_000 },
    async () => {
      const world = makeCommandWorld();
      const index = await indexOf(world, [
        tool("1.0"),
        tool("2.0", { "tool/big.bin": Buffer.alloc(3_000_000, "x"), "tool/sub/big.bin": Buffer.alloc(3_000_000, "y") }),
      ]);
      const disk = join(world.folder, "disk");
      mkdirSync(disk);
      mount("-t", "tmpfs", "-o", "size=4m", "none", disk);
      const environment = await world.environment("disk/env");
      const site = siteOf(environment.folder);
      expect(await environment.pip("install", "tool==1.0", ...index)).toMatchObject({ code: 0 });
      const before = snapshot(environment.folder);
      const failed = await environment.pip("install", "tool==2.0", ...index);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(/ENOSPC.*the environment is as it was.*\(MURRE_LINK_FAILED\)/);
      expect(snapshot(environment.folder)).toEqual(before);
      expect(statfsSync(disk).bfree).toBeGreaterThan(0); // what had been staged is gone
      mount("-o", "remount,size=40m", disk);
      expect(await environment.pip("install", "tool==2.0", ...index)).toMatchObject({ code: 0 });
      expect([brokenRecords(site), await environment.installed()]).toEqual([[], ["tool==2.0"]]);
    },
  );

  test("whose bin and share are on other file systems changes as a whole too", { timeout: 120_000 }, async () => {
    const world = makeCommandWorld();
    const index = await indexOf(world, [tool("1.0"), tool("2.0")]);
    const environment = await world.environment("env");
    const bin = join(world.folder, "bin-elsewhere");
    mkdirSync(bin);
    mkdirSync(join(environment.folder, "share"));
    await run("cp", ["-a", `${environment.folder}/bin/.`, bin], world.folder, {});
    // A bind mount has the same device number, and refuses renames all the same.
    expect(mount("--bind", bin, join(environment.folder, "bin"))).toBe(true);
    expect(mount("-t", "tmpfs", "none", join(environment.folder, "share"))).toBe(true);
    const pip = (...words: string[]) => environment.pip(...words, ...(words[0] === "install" ? index : []));
    await goesThrough(environment.folder, pip);
  });

  test(
    "in the lower layer of an overlay, as in a container build, changes file by file",
    { timeout: 120_000 },
    async ({ skip }) => {
      const world = makeCommandWorld();
      const index = await indexOf(world, [tool("0.9", { "tool/old/y.py": "old" }), tool("1.0"), tool("2.0")]);
      const lower = join(world.folder, "lower");
      const merged = join(world.folder, "merged");
      const layers = join(world.folder, "layers");
      for (const folder of [lower, merged, layers]) mkdirSync(folder);
      mount("-t", "tmpfs", "none", layers);
      for (const folder of ["upper", "work"]) mkdirSync(join(layers, folder));
      const made = await world.environment("lower/env");
      expect(await made.pip("install", "tool==0.9", ...index)).toMatchObject({ code: 0 });
      const form = `lowerdir=${lower},upperdir=${layers}/upper,workdir=${layers}/work`;
      if (!mount("-t", "overlay", "overlay", "-o", form, merged)) skip();
      const environment = join(merged, "env");
      const pip = (...words: string[]) =>
        world.murre("pip", ...words, "-p", environment, ...(words[0] === "install" ? index : []));
      succeeded(await pip("install", "tool==2.0"));
      expect(brokenRecords(siteOf(environment))).toEqual([]);
      expect(existsSync(join(siteOf(environment), "tool/old"))).toBe(false);
      expect(await pip("uninstall", "tool")).toMatchObject({ code: 0 });
      await goesThrough(environment, pip);
    },
  );
});
