import { indexedWheel, seededRandom, writeIndex } from "@murre/test-kit";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, succeeded, type Environment } from "./command-world.ts";

const timeout = 120_000;
const names = Array.from({ length: 12 }, (_, n) => `owner-${"abcdefghijkl".charAt(n)}`);
const own = (name: string) => `shared/${name.replace("-", "_")}.py`;

function sitePackages({ folder }: Environment): string {
  const lib = join(folder, "lib");
  return join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
}

async function makeWorld() {
  const world = makeCommandWorld();
  const specs = names.map((name) => ({ name, version: "1.0", files: { "shared/__init__.py": name, [own(name)]: "" } }));
  writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--index-url", join(world.folder, "index/simple"), "--no-config"];
  const shared = (environment: Environment) => join(sitePackages(environment), "shared/__init__.py");
  return { world, index, shared };
}

describe("twelve distributions that share a file with different bytes (storms/environment/shared-owners.mjs has more of it)", () => {
  test(
    "are the same in each environment, whoever installs them at once, in whatever order they are named",
    { timeout },
    async () => {
      const { world, index, shared } = await makeWorld();
      const random = seededRandom(1);
      const orders = Array.from({ length: 4 }, () => names.toSorted(() => random() - 0.5));
      const environments = await Promise.all(orders.map((_, n) => world.environment(`env-${n}`)));
      const runs = await Promise.all(
        orders.map(
          (order, n) => environments[n]?.pip("install", ...order, ...index) ?? Promise.reject(new Error("none")),
        ),
      );
      for (const run of runs)
        expect(succeeded(run).stderr.match(/^warning: .*$/gm)).toEqual([
          expect.stringMatching(`shared/__init__\\.py: ${names.join(", ")} all have this file, with different bytes`),
        ]);
      for (const environment of environments) {
        expect(readFileSync(shared(environment), "utf8")).toBe("owner-l");
        // One is whole; of the others it is the one file.
        expect(brokenRecords(sitePackages(environment))).toHaveLength(names.length - 1);
      }
    },
  );

  test("leave it to those that stay, and the last one takes it along", { timeout }, async () => {
    const { world, index, shared } = await makeWorld();
    const environment = await world.environment("env");
    succeeded(await environment.pip("install", ...names, ...index));
    const staying = new Set(names);
    for (const gone of [
      ["owner-l"],
      ["owner-a", "owner-c"],
      ["owner-k", "owner-j", "owner-i", "owner-b"],
      ["owner-h"],
    ]) {
      succeeded(await environment.pip("uninstall", ...gone));
      for (const name of gone) staying.delete(name);
      const next = [...staying].toSorted().at(-1);
      expect(readFileSync(shared(environment), "utf8")).toBe(next);
      expect(readdirSync(join(sitePackages(environment), "shared")).toSorted()).toEqual(
        ["__init__.py", ...[...staying].map((name) => own(name).slice("shared/".length))].toSorted(),
      );
    }
    succeeded(await environment.pip("uninstall", ...staying));
    expect(existsSync(join(sitePackages(environment), "shared"))).toBe(false);
  });

  test(
    "overwrite each other when they come one after the other: the later change wins, and says so",
    { timeout },
    async () => {
      const { world, index, shared } = await makeWorld();
      const environment = await world.environment("env");
      succeeded(await environment.pip("install", "owner-b", ...index));
      const { stderr } = succeeded(await environment.pip("install", "owner-a", ...index));
      expect(stderr).toMatch(
        /warning: .*shared\/__init__\.py: owner-a, owner-b all have this file.*the one of owner-a is used/,
      );
      expect(readFileSync(shared(environment), "utf8")).toBe("owner-a");
      succeeded(await environment.pip("uninstall", "owner-a"));
      expect([readFileSync(shared(environment), "utf8"), brokenRecords(sitePackages(environment))]).toEqual([
        "owner-b",
        [],
      ]);
    },
  );
});
