import { parseRecord } from "@murre/wheel";
import { temporaryFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { madeUpWheel, type MadeUp } from "../test/made-up-wheel.ts";
import type { Destination } from "./destination.ts";
import { viewEnvironment } from "./environment-view.ts";
import { executeChange } from "./execute.ts";
import { planChange } from "./plan.ts";
import { planRemoval, type RecordedDistribution } from "./removal.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** An empty environment, or a `--target` folder, where everything lies below one. */
function place(form: "environment" | "target") {
  const folder = temporaryFolder("linker");
  folders.push(folder);
  const env = `${folder}/env`;
  const site = form === "target" ? env : `${env}/lib/site-packages`;
  mkdirSync(site, { recursive: true });
  const destination: Destination = {
    schemes: { purelib: site, platlib: site, scripts: `${env}/bin`, headers: `${env}/include`, data: env },
    executable: "/env/bin/python",
    platform: "linux",
    boundary: env,
  };
  const change = async (wheels: readonly MadeUp[], removed: readonly RecordedDistribution[] = []) => {
    const made = wheels.map((wheel) => madeUpWheel(wheel, `${folder}/store-${wheel.version ?? ""}`));
    const removals = removed.map((distribution) => planRemoval(distribution, env, () => false));
    await executeChange(
      planChange(
        destination,
        made,
        removals,
        viewEnvironment(() => []),
      ),
    );
  };
  const installed = (name: string, version = "1.0"): RecordedDistribution => {
    const distInfo = `${site}/${name}-${version}.dist-info`;
    const record = parseRecord(readFileSync(`${distInfo}/RECORD`, "utf8"));
    return { name, version, sitePackages: site, distInfo, record };
  };
  return { env, site, change, installed };
}

describe("places of files (PEP 427, PEP 376)", () => {
  test("a script in a folder of .data/scripts gets that folder, and goes with it", async () => {
    const { env, change, installed } = place("environment");
    await change([{ name: "a", files: { "a-1.0.data/scripts/sub/tool": "#!python\n" } }]);
    expect(readFileSync(`${env}/bin/sub/tool`, "utf8")).toBe("#!/env/bin/python\n");
    expect(installed("a").record.map(({ path }) => path)).toContain("../../bin/sub/tool");
    await change([], [installed("a")]);
    expect(existsSync(`${env}/bin/sub`)).toBe(false);
  });

  test("a package called bin or include stands beside scripts and headers below one target folder", async () => {
    const { env, change } = place("target");
    await change([
      { name: "a", files: { "bin/__init__.py": "", "include/__init__.py": "" }, console: { tool: "bin:main" } },
      { name: "b", files: { "b-1.0.data/headers/b.h": "" } },
    ]);
    const paths = ["bin/__init__.py", "bin/tool", "include/__init__.py", "include/b/b.h"];
    expect(paths.filter((path) => existsSync(`${env}/${path}`))).toEqual(paths);
  });

  test("a link to a folder is a folder: what belongs below share goes where share leads", async () => {
    const { env, change } = place("environment");
    mkdirSync(`${env}/elsewhere`);
    symlinkSync("elsewhere", `${env}/share`);
    await change([{ name: "a", files: { "a-1.0.data/data/share/a.txt": "a" } }]);
    expect(readFileSync(`${env}/elsewhere/a.txt`, "utf8")).toBe("a");
  });
});

describe("bytecode (PEP 3147)", () => {
  test("an upgrade removes the old bytecode and keeps what the new wheel brings itself", async () => {
    const { site, change, installed } = place("environment");
    const shipped = "a/__pycache__/__init__.cpython-311.pyc";
    await change([{ name: "a", files: { "a/__init__.py": "1", [shipped]: "old" } }]);
    await change([{ name: "a", version: "2.0", files: { "a/__init__.py": "2", [shipped]: "new" } }], [installed("a")]);
    expect(readFileSync(`${site}/${shipped}`, "utf8")).toBe("new");
  });

  test("uninstalling leaves no __pycache__ behind", async () => {
    const { site, change, installed } = place("environment");
    await change([{ name: "a", files: { "a/__init__.py": "1", "top.py": "1" } }]);
    for (const folder of [`${site}/a/__pycache__`, `${site}/__pycache__`]) mkdirSync(folder);
    writeFileSync(`${site}/a/__pycache__/__init__.cpython-311.pyc`, "");
    writeFileSync(`${site}/__pycache__/top.cpython-311.pyc`, "");
    await change([], [installed("a")]);
    expect([existsSync(`${site}/a`), existsSync(`${site}/__pycache__`)]).toEqual([false, false]);
  });
});
