import { makeWheel, wheelFilename, type WheelSpec } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeWorld, type World } from "./world.ts";

const spec: WheelSpec = { name: "lib", version: "1.0", files: { "lib.py": "x = 1\n".repeat(50) } };
const digest = (algorithm: string, data: Uint8Array) => createHash(algorithm).update(data).digest("hex");

let world: World;
let wheel: Buffer;
beforeAll(async () => {
  world = await makeWorld([]);
  wheel = Buffer.from(await makeWheel(spec));
});

/** The bytes with one of them changed. */
function changed(at: number): Buffer {
  const bytes = Buffer.from(wheel);
  bytes[at]! ^= 1;
  return bytes;
}

const dataOf = (member: string) => wheel.indexOf(member) + member.length + 1;

describe("a wheel that is not the one whose hash is asked for is said to be so, whatever else is wrong with it", () => {
  test.each<[string, () => Buffer]>([
    ["a byte of its metadata", () => changed(dataOf("lib-1.0.dist-info/METADATA"))],
    ["a byte of a module", () => changed(dataOf("lib.py"))],
    ["a byte of its list of files", () => changed(wheel.lastIndexOf("lib.py"))],
    ["its first byte", () => changed(0)],
    ["its end is missing", () => wheel.subarray(0, -9)],
    ["it is something else", () => Buffer.from("not found\n")],
  ])("%s", async (_, made) => {
    const data = made();
    const links = join(world.folder, digest("md5", data));
    mkdirSync(links);
    writeFileSync(join(links, wheelFilename(spec)), data);
    for (const algorithm of ["sha256", "sha512"]) {
      const file = world.requirements(`lib==1.0 --hash=${algorithm}:${digest(algorithm, wheel)}\n`);
      const options = { ...world.common, requirementFiles: [file], findLinks: [links], noIndex: true };
      const told = `${file}:1: lib-1.0-py3-none-any.whl of lib==1.0: the hash is another one: expected ${algorithm}:${digest(algorithm, wheel)}, the file has ${algorithm}:${digest(algorithm, data)}`;
      for (const change of [world.installer.sync, world.installer.install])
        await expect(change(options)).rejects.toMatchObject({
          code: "MURRE_HASH_MISMATCH",
          message: expect.stringContaining(told) as string,
        });
    }
    expect(await world.installed()).toEqual([]);
  });
});
