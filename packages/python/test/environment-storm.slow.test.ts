import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@murre/test-kit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEnvironment } from "../src/environment/create-environment.ts";
import { recoverEnvironment } from "../src/environment/environment-swap.ts";
import { findInterpreter } from "../src/find/find-interpreter.ts";
import type { Interpreter } from "../src/interpreter/interpreter.ts";
import { machine } from "./real-interpreters.ts";

const interpreter: Interpreter = findInterpreter(undefined, machine, { preference: "system" });
const script = join(import.meta.dirname, "create-environment-process.mjs");
let folder: string;
let path: string;
let description: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "murre-storm-")));
  path = join(folder, "parent", ".venv");
  description = join(folder, "interpreter.json");
  writeFileSync(description, JSON.stringify(interpreter));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(existing: string, rounds: number): ChildProcess {
  return spawn(process.execPath, [script, description, path, existing, String(rounds)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; made: number; errors: string }> {
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, made: Number(/made (\d+)/.exec(output)?.[1] ?? 0), errors };
}

function prefixOf(environment: string): string {
  const python = join(environment, "bin", "python");
  return execFileSync(python, ["-c", "import site, sys; print(sys.prefix)"], { encoding: "utf8" }).trim();
}

/** Runs its Python; an environment that lacks anything Python needs does not name its prefix. */
function expectWhole(): void {
  expect(prefixOf(path)).toBe(path);
  expect(readdirSync(path).sort()).toEqual([...EXPECTED].sort());
}

const EXPECTED = [".gitignore", "CACHEDIR.TAG", "bin", "include", "lib", "lib64", "pyvenv.cfg"].filter(
  (name) => name !== "lib64" || process.platform === "linux",
);

describe("two at once on one path leave one whole environment", () => {
  test("of eight that want a new one, one makes it, the others are told that it exists, and nothing lies around", async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => outcome(start("refuse", 1))));
    expect(results.map(({ errors }) => errors).join("")).toBe("");
    expect(results.reduce((sum, { made }) => sum + made, 0)).toBe(1);
    expectWhole();
    expect(readdirSync(join(path, ".."))).toEqual([".venv"]);
  });

  test.each(["clear", "refresh"])("six processes that each %s it twenty times all succeed", async (existing) => {
    const results = await Promise.all(Array.from({ length: 6 }, () => outcome(start(existing, 20))));
    expect(results.map(({ errors }) => errors).join("")).toBe("");
    expect(results.map(({ made }) => made)).toEqual([20, 20, 20, 20, 20, 20]);
    expectWhole();
    expect(readdirSync(join(path, ".."))).toEqual([".venv"]);
  });
});

async function killWhileMaking(existing: string, afterMs: number): Promise<void> {
  const child = start(existing, 100_000);
  const closed = once(child, "close");
  await once(child.stdout!, "data");
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  await closed;
}

describe("a kill at any moment leaves a whole environment or none", () => {
  test("forty kills while it is replaced never lose it", async () => {
    const random = seededRandom(405);
    createEnvironment(path, interpreter, { murreVersion: "1.0" });
    for (let kill = 0; kill < 40; kill++) {
      await killWhileMaking("clear", random() * 30);
      recoverEnvironment(path);
      expectWhole();
    }
    createEnvironment(path, interpreter, { murreVersion: "1.0", existing: "clear" });
    expectWhole();
    expect(readdirSync(join(path, ".."))).toEqual([".venv"]);
  });

  test("ten kills while it is refreshed leave it whole", async () => {
    const random = seededRandom(406);
    createEnvironment(path, interpreter, { murreVersion: "1.0" });
    for (let kill = 0; kill < 10; kill++) {
      await killWhileMaking("refresh", random() * 30);
      expect(prefixOf(path)).toBe(path);
      createEnvironment(path, interpreter, { murreVersion: "1.0", existing: "refresh" });
    }
  });
});
