import { temporaryFolder } from "@murre/test-kit";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { areConfigured, places } from "./configured-places.ts";

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

/** The set with native code, data files, namespaces and scripts that is small enough for every run. */
const wanted = ["numpy", "flask", "pyyaml", "sphinx", "jupyter-core"];

const real = areConfigured(wanted) && spawnSync("python3.11", ["--version"]).status === 0;
const folder = temporaryFolder("real");
const cache = join(folder, "cache");

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [murre, ...words, "--cache-dir", cache], { encoding: "utf8" });
}

describe.runIf(real)("real wheels of the indexes of pip's configuration", () => {
  const environment = join(folder, "env");
  const sitePackages = join(environment, "lib/python3.11/site-packages");

  test("install with all they need", () => {
    expect(run("venv", environment, "-p", "3.11")).toMatchObject({ status: 0 });
    expect(run("pip", "install", "-p", environment, "--no-config", ...places, ...wanted)).toMatchObject({ status: 0 });
  });

  test("every RECORD row of every distribution exists with its hash and size", () => {
    const broken: string[] = [];
    for (const distInfo of readdirSync(sitePackages).filter((name) => name.endsWith(".dist-info")))
      for (const row of readFileSync(join(sitePackages, distInfo, "RECORD"), "utf8")
        .trimEnd()
        .split("\n")) {
        const [, path = "", hash = "", size = ""] = /^(?:"?)(.*?)(?:"?),([^,]*),([^,]*)$/.exec(row.trim()) ?? [];
        const file = join(sitePackages, path);
        if (hash === "") {
          if (!statSync(file).isFile()) broken.push(path);
        } else {
          const content = readFileSync(file);
          const digest = createHash("sha256").update(content).digest("base64url");
          if (hash !== `sha256=${digest}` || size !== String(content.length)) broken.push(path);
        }
      }
    expect(broken).toEqual([]);
  });

  test("the environment has all that it needs", () => {
    expect(run("pip", "check", "-p", environment)).toMatchObject({ status: 0 });
  });

  test("they import, and their scripts run", () => {
    const python = join(environment, "bin/python");
    const code = "import numpy, flask, yaml, sphinx, jupyter_core; print(numpy.arange(3).sum())";
    expect(execFileSync(python, ["-c", code], { encoding: "utf8" })).toBe("3\n");
    expect(execFileSync(join(environment, "bin/sphinx-build"), ["--version"], { encoding: "utf8" })).toMatch(
      /^sphinx-build \d/,
    );
    expect(execFileSync(join(environment, "bin/flask"), ["--version"], { encoding: "utf8" })).toContain("Flask");
  });

  test("the same again changes nothing", () => {
    const again = run("pip", "install", "-p", environment, "--no-config", ...places, ...wanted);
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("Nothing to do") as string });
  });

  test("a sync into a second environment fetches and unpacks nothing", () => {
    const pins = join(folder, "pins.txt");
    writeFileSync(pins, run("pip", "freeze", "-p", environment).stdout);
    const second = join(folder, "second");
    run("venv", second, "-p", "3.11");
    const { stdout } = run("pip", "sync", pins, "-p", second, "--no-config", "--json", ...places);
    expect(JSON.parse(stdout)).toMatchObject({ fetched: 0, filesCopied: 0, changed: true });
  });

  test("removing all of it leaves nothing behind", () => {
    const names = run("pip", "freeze", "-p", environment)
      .stdout.trim()
      .split("\n")
      .map((line) => line.split("==")[0] ?? "");
    expect(run("pip", "uninstall", "-p", environment, ...names)).toMatchObject({ status: 0 });
    expect(readdirSync(sitePackages).filter((name) => name !== ".murre" && name !== "_virtualenv.py")).toEqual([]);
  });
});

test.runIf(!real)("this machine's pip configuration names no index with real wheels", () => {
  expect(real).toBe(false);
});
