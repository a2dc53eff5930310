import { describe, expect, test } from "vitest";
import { makeEnvironment, sameFolders } from "../../test/environment.ts";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import type { Destination } from "../environment/destination.ts";
import type { EnvironmentView } from "../environment/environment-view.ts";
import { planChange } from "./plan.ts";
import { lstatSync, symlinkSync, writeFileSync } from "node:fs";

const site = "/env/lib/site-packages";
const destination: Destination = {
  schemes: { purelib: site, platlib: site, scripts: "/env/bin", headers: "/env/include", data: "/env" },
  executable: "/env/bin/python",
  platform: "linux",
  boundary: "/env",
};

/** Nothing stands there yet. */
const newEnvironment: EnvironmentView = {
  folders: sameFolders("/env"),
  foldsCase: () => false,
  list: (folder) => (folder === "/env" ? new Map() : undefined),
  ownersOf: () => [],
  digestOf: () => undefined,
  isCutOff: () => false,
  readApart: () => Buffer.from("#!python\nprint()\n"),
};

describe("what the environment is made of is no wheel's", () => {
  const refused = (wheel: Parameters<typeof madeUpWheel>[0], platform: NodeJS.Platform = "linux") => {
    const on = { ...destination, platform };
    try {
      planChange(on, [madeUpWheel(wheel)], [], newEnvironment, { unowned: "keep beside" });
      return [];
    } catch (error) {
      expect(error).toMatchObject({ code: "MURRE_RESERVED_PATH", distribution: "a" });
      return (error as { paths?: string[] }).paths;
    }
  };
  const data = (path: string) => ({ name: "a", files: { [`a-1.0.data/${path}`]: "" } });
  const named = (script: string) => ({ name: "a", files: {}, console: { [script]: "a:main" } });

  test("an entry point, a script or a data file with an interpreter's name is refused, also with --overwrite", () => {
    expect(refused(named("python"))).toEqual(["/env/bin/python"]);
    expect(refused(data("scripts/python3"))).toEqual(["/env/bin/python3"]);
    expect(refused(data("data/bin/python3.13t"))).toEqual(["/env/bin/python3.13t"]);
    expect(refused(named("pypy3"))).toEqual(["/env/bin/pypy3"]);
  });

  test("so are pyvenv.cfg and murre's state, wherever in the wheel they come from", () => {
    expect(refused(data("data/pyvenv.cfg"))).toEqual(["/env/pyvenv.cfg"]);
    expect(refused({ name: "a", files: { ".murre/lock": "" } })).toEqual([`${site}/.murre/lock`]);
    expect(refused(data("platlib/.murre/x"))).toEqual([`${site}/.murre/x`]);
  });

  test("where the file system folds case, in any spelling", () => {
    expect(refused(data("data/PyVenv.cfg"), "darwin")).toEqual(["/env/PyVenv.cfg"]);
    expect(refused(named("Python.exe"), "win32")).toEqual(["/env/bin/Python.exe"]);
    expect(refused(data("data/PyVenv.cfg"), "linux")).toEqual([]);
  });

  test.each<[string, Record<string, string>, readonly string[]]>([
    ["a folder of murre's state deep in a package", { "a/b/.murre/x": "" }, [`${site}/a/b/.murre/x`]],
    [
      "another dist-info beside its own",
      { "other-1.0.dist-info/METADATA": "" },
      [`${site}/other-1.0.dist-info/METADATA`],
    ],
    ["one in capitals, with folders", { "O-1.DIST-INFO/a/b": "" }, [`${site}/O-1.DIST-INFO/a/b`]],
    ["a name that only holds that of murre's state", { "a/x.murre.d/x": "", "a/.murrelet/x": "" }, []],
    ["a dist-info that lies in a package", { "a/_vendor/b-1.0.dist-info/METADATA": "" }, []],
  ])("in trees that nobody else has: %s", (_, files, paths) => {
    expect(refused({ name: "a", files })).toEqual(paths);
  });

  test("where the scripts lie in a package's own folder", () => {
    const scripts = { ...destination, schemes: { ...destination.schemes, scripts: `${site}/a/tools` } };
    const wheel = madeUpWheel({ name: "a", files: { "a/tools/python3": "", "a/python3": "" } });
    expect(() => planChange(scripts, [wheel], [], newEnvironment)).toThrow(
      expect.objectContaining({ code: "MURRE_RESERVED_PATH", paths: [`${site}/a/tools/python3`] }),
    );
  });

  test("below a --target, where everything is in one folder", () => {
    const target = { ...destination, schemes: { ...destination.schemes, purelib: "/env", platlib: "/env" } };
    const wheel = madeUpWheel({ name: "a", files: { "bin/python": "", "pyvenv.cfg": "" } });
    expect(() => planChange(target, [wheel], [], newEnvironment)).toThrow(
      expect.objectContaining({ code: "MURRE_RESERVED_PATH", paths: ["/env/pyvenv.cfg", "/env/bin/python"] }),
    );
  });

  test("names that only begin like it, and the same names elsewhere, are free", () => {
    expect(refused(named("python-config"))).toEqual([]);
    expect(refused(named("pythonic"))).toEqual([]);
    expect(refused({ name: "a", files: { "a/python": "", "a/pyvenv.cfg": "" } })).toEqual([]);
  });

  test("what another tool let a distribution take stays when that is uninstalled", async () => {
    const environment = makeEnvironment();
    await environment.change([{ name: "a", files: { "a.py": "" }, console: { tool: "a:main" } }]);
    symlinkSync("/usr/bin/python3", `${environment.env}/bin/python`);
    const record = `${environment.site}/a-1.0.dist-info/RECORD`;
    writeFileSync(record, "a.py,,\n../../bin/tool,,\n../../bin/python,,\na-1.0.dist-info/RECORD,,\n");
    await environment.change([], ["a"]);
    expect(lstatSync(`${environment.env}/bin/python`).isSymbolicLink()).toBe(true);
    expect(lstatSync(`${environment.env}/bin/tool`, { throwIfNoEntry: false })).toBeUndefined();
  });
});
