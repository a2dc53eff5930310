import { hostileSdists, hostileWheelName, hostileWheels } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeCommandWorld, type Environment } from "./command-world.ts";

const world = makeCommandWorld();
let environment: Environment;
beforeAll(async () => {
  environment = await world.environment("env");
});

const wheel = (code: string, what: string) => ({
  code,
  filename: hostileWheelName,
  make: hostileWheels[code]!.find((one) => one.what === what)!.make,
});
const sdist = (code: string, what: string) => ({ code, ...hostileSdists[code]!.find((one) => one.what === what)! });

test.each([
  wheel("MURRE_AMBIGUOUS_ARCHIVE", "an archive in the comment"),
  wheel("MURRE_CORRUPT_ARCHIVE", "a large member with damaged data"),
  sdist("MURRE_UNREADABLE_SDIST", "zip: another checksum"),
  sdist("MURRE_UNREADABLE_SDIST", "a second gzip member"),
  sdist("MURRE_UNSAFE_SDIST", "a chain of links, each harmless alone"),
])("the command says $code and ends with 1", async ({ code, filename, make }) => {
  const folder = join(world.folder, code);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, filename);
  writeFileSync(path, await make());
  const run = await environment.pip("install", "--no-index", path);
  expect(run.stderr).toContain(code);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(1);
});
