import { indexedWheel, selfSigned, serveFolder, temporaryFolder, writeIndex, type WheelSpec } from "@murre/test-kit";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sdistOf, toyBackend } from "../../../packages/installer/test/source-world.ts";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

// What murre is for, from the bundle, with an empty cache and threads: also the part of the tests that runs on every line of Node.

/** Sizes on both sides of each at which memory is had, kept or read in another way: pools, whole members, streamed ones, whole archives. */
const sizes = [
  0, 1, 4_095, 16_384, 20_000, 32_767, 32_768, 65_535, 65_536, 65_537, 300_000, 1_048_576, 1_048_577, 2_500_000,
];

/** Compressed members of 20 kB are 20 kB of archive only where they are noise. */
function membersOf(noise: boolean): Record<string, Buffer> {
  return Object.fromEntries(
    sizes.map((size) => [
      `data${noise ? "n" : "t"}/of_${size}`,
      noise ? randomBytes(size) : Buffer.alloc(size, "text "),
    ]),
  );
}

const small = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`many/m${index}.py`, `n = ${index}\n`]));
const wheels: readonly WheelSpec[] = [
  {
    name: "app",
    version: "1.0",
    requiresDist: ["noise", "text", "stored", "many", "demo"],
    entryPoints: { console_scripts: { app: "app:main" } },
    files: { "app.py": "def main():\n    print('ran')\n" },
  },
  { name: "noise", version: "1.0", files: membersOf(true) },
  { name: "text", version: "1.0", files: membersOf(false) },
  {
    name: "stored",
    version: "1.0",
    files: { "datas/a": randomBytes(40_000), "datas/b": randomBytes(1_200_000) },
    zip: { stored: true },
  },
  { name: "many", version: "1.0", files: { ...small, "many/__init__.py": "" } },
  toyBackend,
];

const served = temporaryFolder("served");
const pem = join(served, "own.pem");

beforeAll(async () => {
  writeFileSync(pem, selfSigned);
  const demo = await sdistOf({ name: "demo", version: "1.0", content: "made = 'of source'\n" });
  writeIndex(served, [...(await Promise.all(wheels.map((wheel) => indexedWheel(wheel)))), demo]);
});

const places = [
  { what: "over HTTP", open: () => serveFolder(served), variables: {} },
  {
    what: "over TLS",
    open: () => serveFolder(served, { tls: { key: selfSigned, cert: selfSigned } }),
    variables: { SSL_CERT_FILE: pem },
  },
  { what: "from files", open: async () => ({ url: served, close: async () => {} }), variables: {} },
];

describe.each(places)("with an index $what", ({ open, variables }) => {
  let world: CommandWorld;
  let index: Awaited<ReturnType<(typeof places)[number]["open"]>>;
  let environment: Environment;

  beforeAll(async () => {
    index = await open();
    world = makeCommandWorld({ MURRE_THREADS: "2", HOOK_LOG: join(temporaryFolder(), "hooks"), ...variables });
  });

  afterAll(() => index.close());

  const install = (into: Environment, ...words: string[]) =>
    into.pip("install", "app", "--no-config", "-i", `${index.url}/simple`, ...words);

  test("everything is installed with an empty cache, byte for byte, and runs", async () => {
    environment = await world.environment("cold");
    succeeded(await install(environment));
    expect(await environment.installed()).toEqual([
      "app==1.0",
      "demo==1.0",
      "many==1.0",
      "noise==1.0",
      "stored==1.0",
      "text==1.0",
    ]);
    expect(await environment.print("import app, demo, many.m399; print(demo.made, many.m399.n); app.main()")).toMatch(
      /^of source 399\s+ran$/,
    );
    const site = await environment.print("import sysconfig; print(sysconfig.get_path('purelib'))");
    for (const { files = {} } of wheels)
      for (const [path, content] of Object.entries(files).filter(([name]) => name.startsWith("data")))
        expect([path, readFileSync(join(site, path)).equals(content as Buffer)]).toEqual([path, true]);
  });

  test("what was installed is whole, and so is the cache", async () => {
    succeeded(await environment.pip("check", "--files"));
    expect(succeeded(await world.murre("cache", "verify")).stdout).toMatch(/\S/);
  });

  test("a second environment is filled from the cache, without the network", async () => {
    const pins = world.write("pins.txt", succeeded(await environment.pip("freeze")).stdout);
    const second = await world.environment("warm");
    succeeded(await second.pip("sync", pins, "--no-config", "--offline", "-i", `${index.url}/simple`));
    expect(await second.installed()).toEqual(await environment.installed());
  });

  test("an environment is refreshed in place, and what is in it stays", async () => {
    succeeded(await world.murre("venv", environment.folder, "--allow-existing"));
    expect(await environment.print("import app; app.main()")).toBe("ran");
  });

  test("what is removed is gone", async () => {
    const names = ["app", "demo", "many", "noise", "stored", "text"];
    succeeded(await environment.pip("uninstall", ...names));
    expect(await environment.installed()).toEqual([]);
    const site = await environment.print("import sysconfig; print(sysconfig.get_path('purelib'))");
    expect(existsSync(join(site, "many"))).toBe(false);
  });
});
