import { CACHE_LAYOUT } from "@murre/cache";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sdistOf, toyBackend, type ToyProject } from "./source-world.ts";
import { brokenRecords, makeWorld } from "./world.ts";

const script = fileURLToPath(new URL("install-child.mjs", import.meta.url));
const processes = 8;

interface Said {
  readonly type: string;
  readonly what?: string;
  readonly hook?: string;
  readonly code?: string;
  readonly message?: string;
}

/** A process that installs, and what it said so far. */
class Installing {
  readonly said: Said[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;

  constructor(folder: string, name: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [script, folder, name, "lib"], { env, stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.said.push(JSON.parse(line) as Said));
    this.#closed = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  /** It runs the hook that builds the wheel. */
  get builds(): boolean {
    return this.said.some(({ type, hook }) => type === "building" && hook === "build_wheel");
  }

  /** It waits for the process that does. */
  get waits(): boolean {
    return this.said.some(({ type, what }) => type === "waiting" && what?.includes("wheel of lib") === true);
  }

  get end(): Said | undefined {
    return this.said.find(({ type }) => type === "done" || type === "failed");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  ended(): Promise<void> {
    return this.#closed;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(20);
}

/** Starts eight processes that need one sdist; its build is held until all of the others wait for it. */
async function begin(project: ToyProject) {
  const world = await makeWorld([toyBackend, await sdistOf(project)]);
  const [log, gate] = [join(world.folder, "hooks.txt"), join(world.folder, "gate")];
  const env = { ...process.env, HOOK_LOG: log, HOOK_GATE: gate };
  const names = Array.from({ length: processes }, (_, index) => `env-${index}`);
  const all = names.map((name) => new Installing(world.folder, name, env));
  await until(() => all.filter(({ waits }) => waits).length === processes - 1);
  return {
    folder: world.folder,
    all,
    environments: names.map((name) => join(world.folder, name)),
    open: () => writeFileSync(gate, ""),
    builds: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("wheel")).length,
    leftovers: () => readdirSync(join(world.folder, `cache/${CACHE_LAYOUT}/tmp`)),
  };
}

function sitePackages(environment: string): string {
  const lib = join(environment, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
}

describe("eight processes need the same sdist at once", () => {
  const lib = { name: "lib", version: "1.5" };

  test("it is built once, and all install it", async () => {
    const { all, environments, open, builds, leftovers } = await begin(lib);
    open();
    await Promise.all(all.map((one) => one.ended()));
    expect(all.map(({ end }) => end?.type)).toEqual(Array(processes).fill("done"));
    expect(builds()).toBe(1);
    for (const environment of environments) expect(brokenRecords(sitePackages(environment))).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test("who builds is killed: it is built once more, and all the others finish", async () => {
    const { all, environments, open, builds, folder } = await begin(lib);
    const builder = all.find(({ builds }) => builds);
    builder?.kill();
    await until(() => all.filter((one) => one !== builder).some((one) => one.builds));
    open();
    await Promise.all(all.map((one) => one.ended()));
    const others = all.filter((one) => one !== builder);
    expect(others.map(({ end }) => end?.type)).toEqual(Array(processes - 1).fill("done"));
    expect(builder?.end).toBeUndefined();
    expect(builds()).toBe(2);
    const finished = environments.filter((_, index) => all[index] !== builder);
    for (const environment of finished) expect(brokenRecords(sitePackages(environment))).toEqual([]);
    expect(existsSync(join(folder, `cache/${CACHE_LAYOUT}/built/lib`))).toBe(true);
  });

  test("the build fails: it fails once, and all say why", async () => {
    const { all, open, builds, environments } = await begin({ ...lib, fails: "wheel" });
    open();
    await Promise.all(all.map((one) => one.ended()));
    const failed = {
      type: "failed",
      code: "MURRE_BUILD_FAILED",
      message: expect.stringContaining("ValueError: no wheel today"),
    };
    expect(all.map(({ end }) => end)).toEqual(all.map(() => failed));
    expect(builds()).toBe(1);
    for (const environment of environments)
      expect(readdirSync(sitePackages(environment)).filter((name) => name.startsWith("lib"))).toEqual([]);
  });
});
