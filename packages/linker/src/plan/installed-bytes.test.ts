import { describe, expect, test } from "vitest";
import { makeEnvironment } from "../../test/environment.ts";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import { viewEnvironment } from "../environment/environment-view.ts";
import { openFolders } from "../environment/folders.ts";
import { symlinkSync } from "node:fs";
import { installedBytes } from "./installed-bytes.ts";

describe("what a wheel has at an installed path", () => {
  const data = "a-1.0.data";
  const files = {
    "top.py": "",
    "a/sub/x.py": "",
    [`${data}/data/share/a.txt`]: "",
    [`${data}/headers/a.h`]: "",
    [`${data}/scripts/tool`]: "#!python\nprint(1)\n",
  };

  function look(path: string) {
    const { env, folder, destination } = makeEnvironment();
    symlinkSync("lib", `${env}/lib64`);
    const wheel = madeUpWheel({ name: "a", files, console: { run: "a:main" } }, `${folder}/store`);
    const folders = openFolders(destination);
    const view = viewEnvironment(folders, () => []);
    const bytes = installedBytes(destination, wheel, view, `${env}/${path}`);
    return { bytes, from: (place: string) => `${wheel.entry.filesFolder}/${place}` };
  }

  test.each([
    ["lib/site-packages/top.py", "top.py"],
    ["lib/site-packages/a/sub/x.py", "a/sub/x.py"],
    ["share/a.txt", `${data}/data/share/a.txt`],
    ["include/a/a.h", `${data}/headers/a.h`],
    ["lib/site-packages/a-1.0.dist-info/METADATA", "a-1.0.dist-info/METADATA"],
  ])("%s: the file of the archive", (path, place) => {
    const { bytes, from } = look(path);
    expect(bytes).toEqual({ from: from(place) });
  });

  test.each([
    ["bin/tool", /^#!\/env\/bin\/python\nprint\(1\)\n$/],
    ["bin/run", /^#!\/env\/bin\/python\n[\s\S]*from a import main\n/],
  ])("%s: a script, written anew", (path, script) => {
    const { bytes } = look(path);
    expect([bytes?.executable, String(bytes?.from)]).toEqual([true, expect.stringMatching(script)]);
  });

  test.each([
    "lib/site-packages/x.py",
    "lib/site-packages/a/x.py",
    "lib/site-packages/a",
    "lib/site-packages/a-1.0.dist-info/RECORD",
    "bin/other",
    "bin/top.py",
    "share/deep/a.txt",
  ])("%s: none", (path) => expect(look(path).bytes).toBeUndefined());
});
