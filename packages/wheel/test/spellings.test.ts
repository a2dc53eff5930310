import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWheel, temporaryFolder, type WheelSpec } from "@murre/test-kit";
import { afterAll, describe, expect, test } from "vitest";
import { createUnpacker, readWheelMetadata } from "../src/index.ts";

const folder = temporaryFolder("spellings");
const unpacker = createUnpacker({ workers: 0 });
afterAll(() => unpacker.close());

let count = 0;
async function place(filename: string, spec: WheelSpec) {
  const destination = join(folder, String(count++));
  mkdirSync(destination);
  const wheelPath = `${destination}-wheel`;
  writeFileSync(wheelPath, await makeWheel(spec));
  return { wheelPath, destination, filename: `${filename}-py3-none-any.whl` };
}

const inside = (name: string, version: string): WheelSpec => ({
  name,
  version,
  distInfo: `${name}-${version}.dist-info`,
});

describe("one version, or one name, in two spellings is one: in the filename, the dist-info folder and METADATA", () => {
  test.each([
    ["x-1.0.0", "x", "1.0"],
    ["x-1", "x", "1.0.0"],
    ["x-1.0", "x", "v1.0"],
    ["x-v1.0", "x", "1.0"],
    ["x-1.0.post1", "x", "1.0-post1"],
    ["x-1.0.post1", "x", "1.0-1"],
    ["x-1.0.post1", "x", "1.0_post1"],
    ["x-1.0rc1", "x", "1.0-RC.1"],
    ["x-1.0rc1", "x", "1.0c1"],
    ["x-0!1.0", "x", "1.0"],
    ["x-1!1.0", "x", "1!1"],
    ["x-1.0+abc.1", "x", "1.0.0+ABC.1"],
    ["x-1.0+abc.1", "x", "1.0+abc_1"],
    ["my_lib-1.0", "My.Lib", "1"],
    ["My.Lib-1.0", "my-lib", "1.0"],
    ["my__lib-1.0", "my-lib", "1.0.0"],
  ])("%s holds %s %s", async (filename, name, version) => {
    const job = await place(filename, inside(name, version));
    expect((await unpacker.unpack(job)).name).toBe(name);
    expect((await readWheelMetadata(job.wheelPath, job.filename)).metadata.version).toBe(version);
  });

  test.each([
    ["x-1.1", "x", "1.0"],
    ["x-1.0.post1", "x", "1.0"],
    ["x-1!1.0", "x", "1.0"],
    ["x-1.0+abc.1", "x", "1.0+abc.2"],
    ["x-1.0", "x", "one"],
    ["x-1.0", "y", "1.0"],
  ])("%s does not hold %s %s", async (filename, name, version) => {
    const job = await place(filename, inside(name, version));
    await expect(unpacker.unpack(job)).rejects.toMatchObject({ code: "MURRE_INVALID_WHEEL" });
  });
});

describe("the .data folder may be spelled otherwise than the .dist-info folder", () => {
  const recorded = (folderName: string): WheelSpec => ({
    name: "My-Lib",
    version: "1.0",
    files: { "my_lib.py": "", [`${folderName}/scripts/tool`]: "#!python\n" },
    distInfo: "my_lib-1.0.dist-info",
  });

  test.each(["my_lib-1.0.data", "My_Lib-1.0.data", "my.lib-1.0.0.data", "My-Lib-v1.0.data"])("%s", async (data) => {
    const wheel = await unpacker.unpack(await place("my_lib-1.0", recorded(data)));
    expect(wheel.files).toContainEqual(
      expect.objectContaining({ path: "my_lib-1.0.data/scripts/tool", executable: true }),
    );
    expect(wheel.directories).toEqual(["my_lib-1.0.data", "my_lib-1.0.data/scripts", "my_lib-1.0.dist-info"]);
    expect(wheel.recordProblems).toBeUndefined();
  });

  test("several spellings are one folder", async () => {
    const spec = recorded("My_Lib-1.0.data");
    const files = { ...spec.files, "MY_LIB-1.0.data/scripts/other": "#!python\n" };
    const wheel = await unpacker.unpack(await place("my_lib-1.0", { ...spec, files }));
    expect(wheel.directories).toEqual(["my_lib-1.0.data", "my_lib-1.0.data/scripts", "my_lib-1.0.dist-info"]);
  });

  test("a path that is the same in two of them is there twice", async () => {
    const spec = recorded("My_Lib-1.0.data");
    const files = { ...spec.files, "MY_LIB-1.0.data/scripts/tool": "#!python3\n" };
    const job = await place("my_lib-1.0", { ...spec, files });
    await expect(unpacker.unpack(job)).rejects.toThrow("is in the archive twice, with different bytes");
  });

  test.each(["other-1.0.data", "my_lib-2.0.data", "my_lib.data", "data", "my_lib-1.0.data.d"])(
    "%s is a folder like any other",
    async (data) => {
      const wheel = await unpacker.unpack(await place("my_lib-1.0", recorded(data)));
      expect(wheel.files).toContainEqual(expect.objectContaining({ path: `${data}/scripts/tool`, executable: false }));
    },
  );
});
