import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeEnvironment } from "./environment.ts";

describe("places of files (PEP 427, PEP 376)", () => {
  test("a script in a folder of .data/scripts gets that folder, and goes with it", async () => {
    const { env, change, installed } = makeEnvironment();
    await change([{ name: "a", files: { "a-1.0.data/scripts/sub/tool": "#!python\n" } }]);
    expect(readFileSync(`${env}/bin/sub/tool`, "utf8")).toBe("#!/env/bin/python\n");
    expect(installed()[0]?.record.map(({ path }) => path)).toContain("../../bin/sub/tool");
    await change([], ["a"]);
    expect(existsSync(`${env}/bin/sub`)).toBe(false);
  });

  test("a package called bin or include stands beside scripts and headers below one target folder", async () => {
    const { env, change } = makeEnvironment("target");
    await change([
      { name: "a", files: { "bin/__init__.py": "", "include/__init__.py": "" }, console: { tool: "bin:main" } },
      { name: "b", files: { "b-1.0.data/headers/b.h": "" } },
    ]);
    const paths = ["bin/__init__.py", "bin/tool", "include/__init__.py", "include/b/b.h"];
    expect(paths.filter((path) => existsSync(`${env}/${path}`))).toEqual(paths);
  });

  test("a link to a folder is a folder: what belongs below share goes where share leads", async () => {
    const { env, change } = makeEnvironment();
    mkdirSync(`${env}/elsewhere`);
    symlinkSync("elsewhere", `${env}/share`);
    await change([{ name: "a", files: { "a-1.0.data/data/share/a.txt": "a" } }]);
    expect(readFileSync(`${env}/elsewhere/a.txt`, "utf8")).toBe("a");
  });
});

describe("bytecode (PEP 3147)", () => {
  test("an upgrade removes the old bytecode and keeps what the new wheel brings itself", async () => {
    const { site, change } = makeEnvironment();
    const shipped = "a/__pycache__/__init__.cpython-311.pyc";
    await change([{ name: "a", files: { "a/__init__.py": "1", [shipped]: "old" } }]);
    await change([{ name: "a", version: "2.0", files: { "a/__init__.py": "2", [shipped]: "new" } }], ["a"]);
    expect(readFileSync(`${site}/${shipped}`, "utf8")).toBe("new");
  });

  test("uninstalling leaves no __pycache__ behind", async () => {
    const { site, change } = makeEnvironment();
    await change([{ name: "a", files: { "a/__init__.py": "1", "top.py": "1" } }]);
    for (const folder of [`${site}/a/__pycache__`, `${site}/__pycache__`]) mkdirSync(folder);
    writeFileSync(`${site}/a/__pycache__/__init__.cpython-311.pyc`, "");
    writeFileSync(`${site}/__pycache__/top.cpython-311.pyc`, "");
    await change([], ["a"]);
    expect([existsSync(`${site}/a`), existsSync(`${site}/__pycache__`)]).toEqual([false, false]);
  });
});

describe("an upgrade", () => {
  test("keeps files that no RECORD lists where they are, and replaces everything else", async () => {
    const { site, change, snapshot } = makeEnvironment();
    await change([{ name: "a", files: { "a/__init__.py": "1", "a/old.py": "1", "a/sub/x.py": "1" } }]);
    writeFileSync(`${site}/a/mine.cfg`, "mine");
    await change([{ name: "a", version: "2.0", files: { "a/__init__.py": "2", "a/sub/x.py": "2" } }], ["a"]);
    const inA = Object.entries(snapshot()).filter(([path]) => path.startsWith("lib/site-packages/a/"));
    expect(Object.fromEntries(inA)).toEqual({
      "lib/site-packages/a/__init__.py": "2",
      "lib/site-packages/a/mine.cfg": "mine",
      "lib/site-packages/a/sub": "folder",
      "lib/site-packages/a/sub/x.py": "2",
    });
  });

  test("to the same bytes leaves nothing of the stage, though rename(2) does nothing between links of one inode", async () => {
    const { state, change, snapshot } = makeEnvironment();
    const wheel = { name: "a", files: { "a.py": "1", "b/x.py": "1" } };
    await change([wheel]);
    const before = snapshot();
    expect(await change([wheel], ["a"])).toMatchObject({ end: "done" });
    expect(snapshot()).toEqual(before);
    expect(existsSync(`${state.commit}/stage`)).toBe(false);
  });

  test("gives the same environment where folders cannot be renamed", async () => {
    const [moving, filing] = [makeEnvironment(), makeEnvironment()];
    for (const { change, site } of [moving, filing]) {
      const options = { movesFolders: change !== filing.change };
      await change([{ name: "a", files: { "a/__init__.py": "1", "a/gone/x.py": "", "a/same/y.py": "1" } }]);
      mkdirSync(`${site}/a/__pycache__`);
      writeFileSync(`${site}/a/__pycache__/__init__.cpython-311.pyc`, "");
      const next = { name: "a", version: "2.0", files: { "a/__init__.py": "2", "a/same/y.py": "2", "a/new/z.py": "" } };
      await change([next], ["a"], options);
    }
    expect(filing.snapshot()).toEqual(moving.snapshot());
  });
});
