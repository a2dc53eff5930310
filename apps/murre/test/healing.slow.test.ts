import { indexedWheel, writeIndex, type WheelSpec } from "@murre/test-kit";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, succeeded } from "./command-world.ts";

const timeout = 60_000;

/** Distributions that share a file with different bytes, and one that stands alone. */
const specs: WheelSpec[] = [
  { name: "alpha", version: "1.0", files: { "shared/__init__.py": "of alpha", "shared/alpha.py": "" } },
  { name: "beta", version: "1.0", files: { "shared/__init__.py": "of beta", "shared/beta.py": "" } },
  { name: "gamma", version: "1.0", files: { "shared/__init__.py": "of gamma", "shared/gamma.py": "" } },
  { name: "solo", version: "1.0", files: { "solo/__init__.py": "solo", "solo/big.py": "x = 1\n".repeat(500) } },
  { name: "solo", version: "2.0", files: { "solo/__init__.py": "two" } },
];

async function makeWorld(...installed: string[]) {
  const world = makeCommandWorld();
  writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--index-url", join(world.folder, "index/simple"), "--no-config"];
  const environment = await world.environment("env");
  const lib = join(environment.folder, "lib");
  const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
  const pip = (...words: string[]) =>
    environment.pip(...words, ...(/^(?:install|sync)$/.test(words[0] ?? "") ? index : []));
  const sync = (...pins: string[]) => pip("sync", world.write("pins.txt", `${pins.join("\n")}\n`));
  if (installed.length > 0) succeeded(await sync(...installed));
  const shared = () => readFileSync(join(site, "shared/__init__.py"), "utf8");
  return { world, environment, site, pip, sync, shared };
}

const all = ["alpha==1.0", "beta==1.0", "gamma==1.0"];

describe("a file that several distributions have, with different bytes", () => {
  test("is the last one's by name, and one warning names all of them", { timeout }, async () => {
    const { sync, shared } = await makeWorld();
    const { stderr } = succeeded(await sync(...all.toReversed()));
    expect(shared()).toBe("of gamma");
    expect(stderr.match(/warning: .*shared\/__init__\.py: alpha, beta, gamma all have this file/g)).toHaveLength(1);
  });

  test("gets the next one's bytes back when the winner goes, and goes with the last", { timeout }, async () => {
    const { pip, shared, site } = await makeWorld(...all);
    for (const [gone, next] of [
      ["gamma", "of beta"],
      ["alpha", "of beta"],
    ] as const) {
      succeeded(await pip("uninstall", gone));
      expect(shared()).toBe(next);
      // One distribution is whole, whoever else lists the file.
      expect(brokenRecords(site).filter((row) => row.startsWith("beta"))).toEqual([]);
    }
    expect(brokenRecords(site)).toEqual([]);
    succeeded(await pip("uninstall", "beta"));
    expect(existsSync(join(site, "shared"))).toBe(false);
  });

  test(
    "of which the cache has no bytes any more keeps those that it has, with a warning, and the next sync brings them back",
    { timeout },
    async () => {
      const { world, pip, sync, shared, site } = await makeWorld(...all);
      succeeded(await world.murre("cache", "clean"));
      const { stderr } = succeeded(await pip("uninstall", "gamma"));
      expect(stderr).toMatch(/warning: .*shared\/__init__\.py: the bytes that beta has there are not in the cache/);
      expect(shared()).toBe("of gamma");
      succeeded(await sync(...all.slice(0, 2)));
      expect([shared(), brokenRecords(site).length]).toEqual(["of beta", 1]); // alpha's row: beta has the path
    },
  );
});

describe("what another program did to an environment", () => {
  test.each<[what: string, harm: (site: string) => void]>([
    ["a missing file", (site) => rmSync(join(site, "solo/__init__.py"))],
    ["a truncated file", (site) => replace(join(site, "solo/big.py"), "x = 1\n")],
    ["a changed file of the same size", (site) => replace(join(site, "solo/__init__.py"), "sole")],
    ["a missing RECORD", (site) => rmSync(join(site, "solo-1.0.dist-info/RECORD"))],
    ["a missing METADATA", (site) => rmSync(join(site, "solo-1.0.dist-info/METADATA"))],
    ["an empty dist-info", (site) => emptied(join(site, "solo-1.0.dist-info"))],
    [
      "a second dist-info",
      (site) => cpSync(join(site, "solo-1.0.dist-info"), join(site, "solo-0.9.dist-info"), { recursive: true }),
    ],
    ["a distribution whose dist-info is gone", (site) => rmSync(join(site, "solo-1.0.dist-info"), { recursive: true })],
    [
      "one whose dist-info is gone, and a file of which was cut off",
      (site) => {
        rmSync(join(site, "solo-1.0.dist-info"), { recursive: true });
        replace(join(site, "solo/big.py"), "x = 1\nx");
      },
    ],
  ])("%s: murre pip sync makes it whole", { timeout }, async (_, harm) => {
    const { sync, site, environment } = await makeWorld("solo==1.0", "alpha==1.0");
    touchedByOthers(site);
    harm(site);
    succeeded(await sync("solo==1.0", "alpha==1.0"));
    expect([brokenRecords(site), await environment.installed()]).toEqual([[], ["alpha==1.0", "solo==1.0"]]);
    expect(readdirSync(site).filter((name) => name.startsWith("solo"))).toEqual(["solo", "solo-1.0.dist-info"]);
  });

  test("a file that nobody owns and that has bytes of its own is never lost", { timeout }, async () => {
    const { pip, site } = await makeWorld();
    mkdirSync(join(site, "solo"));
    writeFileSync(join(site, "solo/__init__.py"), "mine");
    const refused = await pip("install", "solo==1.0");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/solo\/__init__\.py.*--overwrite.*\(MURRE_UNOWNED_FILE\)/s),
    ]);
    succeeded(await pip("install", "solo==1.0", "--overwrite"));
    expect(readFileSync(join(site, "solo/__init__.py.murre-backup"), "utf8")).toBe("mine");
    expect(brokenRecords(site)).toEqual([]);
  });

  test("murre pip check --files compares every file, and changes nothing", { timeout }, async () => {
    const { pip, site } = await makeWorld("solo==1.0");
    expect(await pip("check", "--files")).toMatchObject({ code: 0 });
    replace(join(site, "solo/__init__.py"), "sole");
    rmSync(join(site, "solo/big.py"));
    expect(await pip("check")).toMatchObject({ code: 0 });
    const { code, stdout } = await pip("check", "--files");
    expect([code, stdout.trimEnd().split("\n").toSorted()]).toEqual([
      1,
      ["solo 1.0: solo/__init__.py has other bytes than RECORD says", "solo 1.0: solo/big.py is missing"],
    ]);
  });

  test("a sync that finds everything whole looks once, and not again", { timeout }, async () => {
    const { pip, sync, site } = await makeWorld("solo==1.0");
    touchedByOthers(site);
    expect(succeeded(await sync("solo==1.0")).stdout).toMatch(/Nothing to do/);
    // Behind murre's back, and without a trace in any dist-info: only a full look would find it.
    replace(join(site, "solo/__init__.py"), "sole");
    expect(succeeded(await sync("solo==1.0")).stdout).toMatch(/Nothing to do/);
    expect(await pip("check", "--files")).toMatchObject({ code: 1 });
  });
});

/** As another installer leaves it: a dist-info that murre has not seen. */
function touchedByOthers(site: string): void {
  const distInfo = join(site, "solo-1.0.dist-info");
  renameSync(distInfo, `${distInfo}.moved`);
  cpSync(`${distInfo}.moved`, distInfo, { recursive: true });
  rmSync(`${distInfo}.moved`, { recursive: true });
}

function emptied(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}

/** A new file: a hard link of the cache's would change there as well. */
function replace(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text);
}
