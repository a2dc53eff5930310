import { indexedWheel, temporaryFolder, writeIndex, type WheelSpec } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const specs: readonly WheelSpec[] = [
  { name: "App", version: "1.0", requiresDist: ["lib>=1", "ghost; extra == 'x'"], providesExtra: ["x"] },
  { name: "lib", version: "1.0" },
  { name: "lib", version: "0.5" },
];

let index = "";
let world: CommandWorld;

beforeAll(async () => {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  index = join(folder, "simple");
  world = makeCommandWorld();
});

const from = () => ["--no-config", "-i", index];

describe("murre pip uninstall, show and check", () => {
  let environment: Environment;

  beforeAll(async () => {
    environment = await world.environment("env");
    succeeded(await environment.pip("install", "App", ...from()));
  });

  test("show says what the metadata says, and who needs it", async () => {
    const { stdout } = succeeded(await environment.pip("show", "app", "LIB", "-f"));
    expect(stdout).toContain("Name: App\nVersion: 1.0\nSummary: The App of murre's tests\n");
    expect(stdout).toContain("Requires: lib\nRequired-by:\n");
    expect(stdout).toContain("Requires:\nRequired-by: app\n");
    expect(stdout).toContain("\nFiles:\n");
    expect(stdout).toContain("  lib.py\n");
  });

  test("show of what is not installed ends with exit code 1", async () => {
    const { code, stderr } = await environment.pip("show", "ghost");
    expect(stderr).toContain("ghost");
    expect(code).toBe(1);
  });

  test("check finds nothing, then what is missing, then what does not fit", async () => {
    expect(succeeded(await environment.pip("check")).stdout).toContain("No broken requirements found");
    const files = await environment.print("import lib, os; print(os.path.exists(lib.__file__))");
    expect(files).toBe("True");

    succeeded(await environment.pip("uninstall", "Lib", "ghost", "-y"));
    expect(await environment.installed()).toEqual(["App==1.0"]);
    const missing = await environment.pip("check");
    expect(missing.stdout).toMatch(/app 1\.0 requires lib>=1, which is not installed/i);
    expect(missing.code).toBe(1);

    succeeded(await environment.pip("install", "lib==0.5", "--no-deps", ...from()));
    const incompatible = await environment.pip("check");
    expect(incompatible.stdout).toMatch(/app 1\.0 requires lib>=1, but 0\.5 is installed/i);
    expect(incompatible.code).toBe(1);
  });

  test("uninstall --dry-run removes nothing, -r removes what a file lists", async () => {
    const own = await world.environment("removal");
    succeeded(await own.pip("install", "App", ...from()));
    succeeded(await own.pip("uninstall", "App", "--dry-run"));
    expect(await own.installed()).toEqual(["App==1.0", "lib==1.0"]);
    succeeded(await own.pip("uninstall", "-r", world.write("remove.txt", "app\nlib\n")));
    expect(await own.installed()).toEqual([]);
    expect(await own.print("import importlib.util as u; print(u.find_spec('lib'), u.find_spec('app'))")).toBe(
      "None None",
    );
  });
});

/**
 * A real interpreter that says it belongs to a distributor (PEP 668): a copy of the machine's, whose standard library is a folder
 * of links to the true one, with EXTERNALLY-MANAGED beside them. POSIX only: on Windows a copy finds its library by the registry.
 */
function makeManagedPython(): string {
  const facts = "import sys, sysconfig; print(sys._base_executable); print(sysconfig.get_path('stdlib'))";
  const [executable = "", library = ""] = execFileSync("python3", ["-c", facts], { encoding: "utf8" })
    .trim()
    .split("\n");
  const prefix = temporaryFolder("managed");
  const python = join(prefix, "bin", "python3");
  const own = join(prefix, "lib", library.split("/").at(-1) ?? "");
  mkdirSync(dirname(python), { recursive: true });
  copyFileSync(executable, python);
  chmodSync(python, 0o755);
  mkdirSync(join(own, "site-packages"), { recursive: true });
  for (const name of readdirSync(library))
    if (name !== "site-packages" && name !== "dist-packages" && name !== "EXTERNALLY-MANAGED")
      symlinkSync(join(library, name), join(own, name));
  writeFileSync(join(own, "EXTERNALLY-MANAGED"), "[externally-managed]\nError = Ask the keeper of this machine.\n");
  return python;
}

describe.runIf(process.platform !== "win32")("PEP 668: an interpreter that is managed from outside", () => {
  let python = "";
  const names = async () => {
    const program = "import importlib.metadata as m; print(sorted(d.metadata['Name'] for d in m.distributions()))";
    return succeeded(await run(python, ["-c", program], world.folder, {})).stdout.trim();
  };

  beforeAll(() => {
    python = makeManagedPython();
  });

  test.each([
    ["install", "lib"],
    ["uninstall", "lib"],
  ])("pip %s is refused, with what its distributor says", async (...words) => {
    const result = await world.murre("pip", ...words, "-p", python, ...(words[0] === "install" ? from() : []));
    expect(result.stderr).toContain("(MURRE_EXTERNALLY_MANAGED)");
    expect(result.stderr).toContain("Ask the keeper of this machine.");
    expect(result.code).toBe(1);
    expect(await names()).toBe("[]");
  });

  test("--target and a virtual environment of it are no change of it", async () => {
    const target = join(world.folder, "aside");
    succeeded(await world.murre("pip", "install", "lib", "-p", python, "--target", target, ...from()));
    expect(readdirSync(target)).toContain("lib.py");
    const environment = join(world.folder, "of-managed");
    succeeded(await world.murre("venv", environment, "-p", python));
    succeeded(await world.murre("pip", "install", "lib", "-p", environment, ...from()));
    expect(await names()).toBe("[]");
  });

  test("--break-system-packages installs into it, and removes from it", async () => {
    succeeded(await world.murre("pip", "install", "lib", "-p", python, "--break-system-packages", ...from()));
    expect(await names()).toBe("['lib']");
    succeeded(await world.murre("pip", "uninstall", "lib", "-p", python, "--break-system-packages"));
    expect(await names()).toBe("[]");
  });
});
