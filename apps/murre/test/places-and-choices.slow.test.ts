import { indexedWheel, makeTarGz, temporaryFolder, writeIndex } from "@murre/test-kit";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";

const backend = `import os, zipfile
def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(os.path.join(folder, "own-1.0-py3-none-any.whl"), "w") as wheel:
        info = "own-1.0.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: own\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "".join(info + name + ",,\\n" for name in ("METADATA", "WHEEL", "RECORD")))
    return "own-1.0-py3-none-any.whl"
`;

/** Which file is taken, and where it goes, with pip's words for both. */
describe.skipIf(process.platform === "win32")("places and choices of pip", () => {
  const base = temporaryFolder("user base");
  const world = makeCommandWorld({ PYTHONUSERBASE: base });
  const index = join(temporaryFolder(), "index");
  const places = ["--no-config", "-i", join(index, "simple")];
  let python: string;

  beforeAll(async () => {
    const wheels = [
      { name: "top", version: "1.0", requiresDist: ["below"] },
      { name: "top", version: "9.0", requiresPython: ">=99" },
      { name: "below", version: "1.0" },
      { name: "native", version: "1.0", tags: "cp27-cp27mu-win_amd64" },
      { name: "native", version: "2.0", tags: "pp310-pypy310_pp73-win_amd64" },
    ];
    const data = makeTarGz([
      { path: "below-2.0/PKG-INFO", data: "Metadata-Version: 2.1\nName: below\nVersion: 2.0\n" },
    ]);
    const sdist = { project: "below", filename: "below-2.0.tar.gz", data };
    writeIndex(index, [...(await Promise.all(wheels.map((wheel) => indexedWheel(wheel)))), sdist]);
    python = (await run("python3", ["-c", "import sys; print(sys.executable)"], world.folder, {})).stdout.trim();
  });

  const pip = (...words: string[]) => world.murre("pip", ...words);
  const out = async (...words: string[]) => succeeded(await pip(...words)).stdout;

  test("--user: an interpreter sees it, and it is listed, checked and removed there", async () => {
    const user = ["--user", "-p", python];
    await out("install", ...user, "top", "--prefer-binary", ...places);
    const site = await run(python, ["-c", "import top, below; print(top.__file__)"], base, { PYTHONUSERBASE: base });
    expect(succeeded(site).stdout).toContain(base);
    expect(await out("freeze", ...user)).toBe("below==1.0\ntop==1.0\n");
    expect(await out("install", ...user, "top", ...places)).toContain("Nothing to do");
    await out("uninstall", ...user, "top", "below");
    expect(await out("freeze", ...user)).toBe("");
  });

  test.each([
    ["a folder besides", ["--target", "t"], 2, "cannot be used with"],
    ["an environment that does not see it", ["-p", "blind"], 1, "MURRE_USER_SITE"],
  ])("--user with %s is refused", async (_, words, code, says) => {
    if (words[0] === "-p") await world.environment("blind");
    const { code: exit, stderr } = await pip("install", "--user", "top", ...words, ...places);
    expect([exit, stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  test("--root: below the folder, at the interpreter's own paths, again and away", async () => {
    const root = join(world.folder, "image");
    const there = ["--root", root, "--prefix", "/usr", "-p", python];
    await out("install", ...there, "below<2", ...places);
    const found = readdirSync(join(root, "usr", "lib"), { recursive: true, encoding: "utf8" });
    expect(found.some((path) => path.endsWith("site-packages/below.py"))).toBe(true);
    expect(await out("freeze", ...there)).toBe("below==1.0\n");
    await out("uninstall", ...there, "below");
    expect(await out("freeze", ...there)).toBe("");
  });

  const chosen = async (...words: string[]) => {
    const { stdout } = succeeded(await pip("install", "--dry-run", "--json", ...words, "-p", python, ...places));
    const { added } = JSON.parse(stdout) as { added: { name: string; version: string }[] };
    return added.map(({ name, version }) => `${name}==${version}`).join(" ");
  };
  test.each([
    ["--prefer-binary", "top", "below==1.0 top==1.0"],
    ["--prefer-binary --no-deps", "below", "below==1.0"],
    ["--ignore-requires-python --no-deps", "top", "top==9.0"],
    [
      "--abi cp310 --abi pypy310_pp73 --implementation pp --platform win_amd64 --python-version 3.10",
      "native",
      "native==2.0",
    ],
    ["--implementation pp --abi pypy310_pp73 --platform win_amd64 --python-version 3.10", "native", "native==2.0"],
  ])("%s %s: %s", async (words, requirement, expected) => {
    const target = join(world.folder, "target");
    const asked = [...words.split(" "), "--target", target, requirement];
    expect(await chosen(...asked)).toBe(expected);
    expect(existsSync(target)).toBe(false);
  });

  test.each([
    ["--implementation", "xx"],
    ["--abi", "a b"],
  ])("%s %s is refused", async (option, value) => {
    const { code, stderr } = await pip("install", "top", option, value, "--target", "t", "-p", python, ...places);
    expect([code, stderr]).toEqual([1, expect.stringContaining("MURRE_RESOLUTION_OPTION")]);
  });

  test.each([
    [["--no-build-isolation-package", "Own"], 0, "+ own==1.0"],
    [["--no-build-isolation-package", "other"], 1, "MURRE_BUILD_REQUIREMENTS"],
    [["--no-build-isolation"], 0, "+ own==1.0"],
  ])("a project whose build requires what there is not, with %j", async (words, code, says) => {
    const folder = join(world.folder, `own ${words.join(" ")}`);
    mkdirSync(folder);
    const build = 'requires = ["not-there"]\nbuild-backend = "backend"\nbackend-path = ["."]';
    const project = `[build-system]\n${build}\n[project]\nname = "own"\nversion = "1.0"\n`;
    writeFileSync(join(folder, "pyproject.toml"), project);
    writeFileSync(join(folder, "backend.py"), backend);
    const { pip: inside } = await world.environment(`env ${words.join(" ")}`);
    const { code: exit, stdout, stderr } = await inside("install", "--no-config", "--no-index", folder, ...words);
    expect([exit, stdout + stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  test("freeze -r prints a file's own lines, then the rest", async () => {
    const { pip: inside } = await world.environment("frozen");
    succeeded(await inside("install", "top", "below<2", ...places));
    const file = world.write(
      "asked.txt",
      "# first\n-i https://x/simple\nTOP>=1 # why\n\nabsent\ntop\n# first\n./x.whl\n",
    );
    const { stdout, stderr } = succeeded(await inside("freeze", "-r", file));
    expect(stdout).toBe(
      "# first\n-i https://x/simple\ntop==1.0\n\n## The following requirements were added by pip freeze:\nbelow==1.0\n",
    );
    for (const said of ["absent is not installed", "top is named more than once", "./x.whl is called"])
      expect(stderr).toContain(said);
  });

  test.each([
    ["", 0, "No broken"],
    ["--python-version 3.7", 1, "requires"],
    ["--python-platform windows", 1, "only-there"],
  ])("pip check %s", async (words, code, says) => {
    const folder = join(world.folder, `checked${words.length}`);
    const { pip: inside } = await world.environment(`checked${words.length}`);
    const wheel = {
      name: "old",
      version: "1.0",
      requiresPython: ">=3.8",
      requiresDist: ["only-there; sys_platform == 'win32'"],
    };
    const { filename, data } = await indexedWheel(wheel);
    writeIndex(folder, [{ project: "old", filename, data }]);
    succeeded(await inside("install", "--no-config", "--no-index", join(folder, "files", filename)));
    const { code: exit, stdout, stderr } = await inside("check", ...words.split(" ").filter(Boolean));
    expect([exit, stdout + stderr]).toEqual([code, expect.stringContaining(says)]);
  });
});
