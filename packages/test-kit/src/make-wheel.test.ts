import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeWheel, writeWheel } from "./make-wheel.ts";
import { corruptMember, memberPlaces, patchMember } from "./patch-zip.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { wheelFilename, type WheelSpec } from "./wheel-spec.ts";

const spec: WheelSpec = {
  name: "Foo.Bar-baz",
  version: "1.0",
  files: { "foo_bar_baz.py": "def main(): print('made')\n", 'a,"b".txt': "quoted" },
  dataFiles: { "scripts/run.sh": { data: "#!/bin/sh\necho run\n", executable: true } },
  entryPoints: { console_scripts: { foo: "foo_bar_baz:main" } },
  requiresPython: ">=3.8",
};

const pythonsWithPip = ["python3"].filter((python) => spawnSync(python, ["-m", "pip", "--version"]).status === 0);

describe("a made wheel", () => {
  test("has the same bytes every time, in every time zone", async () => {
    const zone = process.env["TZ"];
    const first = await makeWheel(spec);
    process.env["TZ"] = "Pacific/Auckland";
    const second = await makeWheel(spec);
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
    expect(second.equals(first)).toBe(true);
  });

  test("has a filename of escaped name, version and tags", () => {
    expect(wheelFilename({ ...spec, build: "2b", tags: "cp311-abi3-linux_x86_64" })).toBe(
      "foo_bar_baz-1.0-2b-cp311-abi3-linux_x86_64.whl",
    );
  });

  // Chosen at run time: without pip there is one test less.
  test.each(pythonsWithPip)("is installed by the pip of %s", async (python) => {
    const folder = temporaryFolder();
    const path = await writeWheel(folder, spec);
    const target = join(folder, "target");
    const options = ["--no-index", "--no-deps", "--disable-pip-version-check", "--target", target];
    execFileSync(python, ["-m", "pip", "install", "-q", ...options, path], { stdio: "ignore" });
    expect(readFileSync(join(target, 'a,"b".txt'), "utf8")).toBe("quoted");
    expect(
      execFileSync(join(target, "bin/foo"), { env: { ...process.env, PYTHONPATH: target }, encoding: "utf8" }),
    ).toBe("made\n");
    expect(execFileSync(join(target, "bin/run.sh"), { encoding: "utf8" })).toBe("run\n");
  });
});

describe("patches", () => {
  test("change the headers of one member and nothing else", async () => {
    const archive = await makeWheel(spec);
    const patched = patchMember(archive, "foo_bar_baz.py", {
      name: "../../../../..",
      setFlags: 1,
      uncompressedSize: 7,
      unixMode: 0o120777,
    });
    expect(memberPlaces(patched).map((place) => place.name)).toContain("../../../../..");
    const places = memberPlaces(patched);
    expect(places.slice(1)).toEqual(memberPlaces(archive).slice(1));
    expect(patched.readUInt16LE(places[0]!.central + 8) & 1).toBe(1);
    expect(patched.readUInt32LE(places[0]!.local + 22)).toBe(7);
    expect(patched.readUInt32LE(places[0]!.central + 38) >>> 16).toBe(0o120777);
  });

  test("can damage data", async () => {
    const damaged = corruptMember(await makeWheel(spec), "foo_bar_baz.py");
    const [place] = memberPlaces(damaged);
    const data = damaged.subarray(place!.data, place!.data + place!.compressedSize);
    const text = (() => {
      try {
        return inflateRawSync(data).toString();
      } catch {
        return "damaged";
      }
    })();
    expect(text).not.toBe("def main(): print('made')\n");
  });

  test("refuse a name of another length and a member that is not there", async () => {
    const archive = await makeWheel(spec);
    expect(() => patchMember(archive, "foo_bar_baz.py", { name: "x" })).toThrow("must have 14 bytes");
    expect(() => patchMember(archive, "none", {})).toThrow("no member none");
  });
});
