import { CACHE_LAYOUT } from "@murre/cache";
import { indexedWheel, serveFolder, writeIndex, type IndexedFile } from "@murre/test-kit";
import fc from "fast-check";
import { existsSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { InstallOptions } from "../src/api/operations.ts";
import { makeWorld, openInstaller } from "./world.ts";

const remembered = "all that this rests on is as it was when it was last resolved";

/** A world whose index is a server, of whose pages each run may believe what the last one read. */
async function openWorld(files: readonly IndexedFile[], cacheControl = "max-age=600") {
  const world = await makeWorld(files);
  const server = await serveFolder(world.index, { cacheControl });
  const installer = openInstaller(world.folder);
  const events: string[] = [];
  const run = async (options: Partial<InstallOptions>) => {
    events.length = 0;
    server.forget();
    const { onEvent: _, ...common } = world.common;
    const report = await installer.install({
      ...common,
      indexUrl: `${server.url}/simple/`,
      dryRun: true,
      onEvent: (event) => void (event.type === "debug" && events.push(event.message)),
      ...options,
    });
    const { added, removed, kept } = report;
    return { added, removed, kept };
  };
  return {
    ...world,
    run,
    publish: (published: readonly IndexedFile[]) => {
      rmSync(world.index, { recursive: true });
      writeIndex(world.index, published);
    },
    wasRemembered: () => events.includes(remembered),
    asked: () => server.requests.length,
    documents: () => {
      const folder = join(world.folder, `cache/${CACHE_LAYOUT}/resolutions`);
      return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type OpenWorld = Awaited<ReturnType<typeof openWorld>>;

const top = await indexedWheel({ name: "top", version: "1.0", requiresDist: ["lib"] });
const lib = (version: string) => indexedWheel({ name: "lib", version });
const lib1 = await lib("1.0");
const lib2 = await lib("2.0");
const pinsOf = ({ added }: { readonly added: readonly { readonly name: string; readonly version: string }[] }) =>
  added.map(({ name, version }) => `${name}==${version}`);

describe("what was resolved before is taken again", () => {
  test("in the same words, with nothing asked and the same answer", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    const first = await world.run({ requirements: ["top"] });
    expect(world.wasRemembered()).toBe(false);
    expect(await world.run({ requirements: ["top"] })).toEqual(first);
    expect([world.wasRemembered(), world.asked()]).toEqual([true, 0]);
  });

  test("by an installation, which then has the very files", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    await world.run({ requirements: ["top"], dryRun: false });
    expect(world.wasRemembered()).toBe(true);
    expect(await world.installed()).toEqual(["lib==2.0", "top==1.0"]);
  });

  test("although the metadata of its wheels was confirmed since, and is remembered with that", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    await world.run({ requirements: ["top"], dryRun: false });
    await world.run({ requirements: ["top"], reinstall: true });
    expect(world.wasRemembered()).toBe(true);
  });

  test("where nothing has to change", async () => {
    await using world = await openWorld([top, lib1]);
    await world.run({ requirements: ["top"], dryRun: false });
    await world.run({ requirements: ["top"] });
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toEqual([]);
    expect(world.wasRemembered()).toBe(true);
  });
});

describe("anything else that it rests on is resolved again", () => {
  test.each<[string, Partial<InstallOptions>, string[]]>([
    ["another requirement", { requirements: ["top", "lib<2"] }, ["lib==1.0", "top==1.0"]],
    ["--refresh", { refresh: "all" }, ["lib==2.0", "top==1.0"]],
    ["--refresh-package", { refresh: ["lib"] }, ["lib==2.0", "top==1.0"]],
    ["--resolve-anew", { resolveAnew: true }, ["lib==2.0", "top==1.0"]],
    ["--no-cache", { noCache: true }, ["lib==2.0", "top==1.0"]],
    ["no wheels of one project", { noBinary: ["other"], prereleases: true }, ["lib==2.0", "top==1.0"]],
  ])("%s", async (_, options, pins) => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    expect(pinsOf(await world.run({ requirements: ["top"], ...options }))).toEqual(pins);
    expect(world.wasRemembered()).toBe(false);
  });

  test("what becomes of pre-releases of single projects, whichever said another before", async () => {
    const asked = [
      [undefined, "lib==2.0"],
      [["lib=allow"], "lib==3.0rc1"],
      [["lib=disallow"], "lib==2.0"],
      [["lib=allow", "Lib=disallow"], "lib==2.0"],
      [["lib=disallow", "lib=allow"], "lib==3.0rc1"],
      [["top=allow"], "lib==2.0"],
    ] as const;
    await using world = await openWorld([top, lib1, lib2, await lib("3.0rc1")]);
    for (const times of ["resolved", "remembered"])
      for (const [prereleasePackages, expected] of asked) {
        const own = prereleasePackages === undefined ? {} : { prereleasePackages };
        const pins = pinsOf(await world.run({ requirements: ["top"], ...own }));
        expect([pins, world.wasRemembered()]).toEqual([[expected, "top==1.0"], times === "remembered"]);
      }
  });

  test("a constraint", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    const constraintFiles = [world.requirements("lib<2", "c.txt")];
    expect(pinsOf(await world.run({ requirements: ["top"], constraintFiles }))).toEqual(["lib==1.0", "top==1.0"]);
  });

  test("what may be taken of a project that came up", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    await expect(world.run({ requirements: ["top"], noBinary: ["lib"] })).rejects.toMatchObject({
      code: "MURRE_NO_SOLUTION",
    });
  });

  test("what is installed", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"] });
    await world.run({ requirements: ["lib<2"], dryRun: false });
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toEqual(["top==1.0"]);
  });

  test("the metadata of what is installed, changed in its place", async () => {
    await using world = await openWorld([top, lib1, lib2]);
    await world.run({ requirements: ["top"], dryRun: false });
    await world.run({ requirements: ["top"] });
    const sitePackages = join(
      world.environment,
      "lib",
      readdirSync(join(world.environment, "lib"))[0]!,
      "site-packages",
    );
    const metadata = join(sitePackages, "top-1.0.dist-info/METADATA");
    const text = readFileSync(metadata, "utf8").replace("Requires-Dist: lib", "Requires-Dist: lib<2");
    rmSync(metadata);
    writeFileSync(metadata, text);
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toContain("lib==1.0");
  });

  test("a page that somebody else has read anew", async () => {
    await using world = await openWorld([top, lib1]);
    await world.run({ requirements: ["top"] });
    world.publish([top, lib1, lib2]);
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toContain("lib==1.0");
    await world.run({ requirements: ["lib"], refresh: "all" });
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toContain("lib==2.0");
  });

  test("a page that need not be believed any more", async () => {
    await using world = await openWorld([top, lib1], "max-age=0");
    await world.run({ requirements: ["top"] });
    world.publish([top, lib1, lib2]);
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toContain("lib==2.0");
    expect(pinsOf(await world.run({ requirements: ["top"], offline: true }))).toContain("lib==2.0");
  });

  test("a cache whose pages are gone", async () => {
    await using world = await openWorld([top, lib1]);
    await world.run({ requirements: ["top"] });
    world.publish([top, lib1, lib2]);
    rmSync(join(world.folder, `cache/${CACHE_LAYOUT}/index`), { recursive: true });
    expect(pinsOf(await world.run({ requirements: ["top"] }))).toContain("lib==2.0");
  });

  test("a cache whose metadata is gone", async () => {
    await using world = await openWorld([top, lib1]);
    await world.run({ requirements: ["top"] });
    rmSync(join(world.folder, `cache/${CACHE_LAYOUT}/metadata`), { recursive: true });
    await world.run({ requirements: ["top"] });
    expect(world.wasRemembered()).toBe(false);
  });
});

test.each<[string, (text: string) => string]>([
  ["cut off", (text) => text.slice(0, -20)],
  ["emptied", () => ""],
  ["changed", (text) => text.replace("lib-2.0", "lib-9.0")],
  ["of another form", () => "{}"],
])("a memory that was %s is none", async (_, damage) => {
  await using world = await openWorld([top, lib1, lib2]);
  const first = await world.run({ requirements: ["top"] });
  for (const path of world.documents()) writeFileSync(path, damage(readFileSync(path, "utf8")));
  expect(await world.run({ requirements: ["top"] })).toEqual(first);
  expect(world.wasRemembered()).toBe(false);
  await world.run({ requirements: ["top"] });
  expect(world.wasRemembered()).toBe(true);
});

test("what rests on files of this machine is not remembered", async () => {
  await using world = await openWorld([top, lib1]);
  for (let run = 0; run < 2; run++) {
    await world.run({ requirements: ["top"], indexUrl: join(world.index, "simple") });
    expect(world.wasRemembered()).toBe(false);
  }
  expect(world.documents()).toEqual([]);
});

test("what an index does not have may be there the next time", async () => {
  await using world = await openWorld([top]);
  for (let run = 0; run < 2; run++)
    await expect(world.run({ requirements: ["top"] })).rejects.toMatchObject({ code: "MURRE_NO_SOLUTION" });
  expect(world.documents()).toEqual([]);
});

/** In random worlds that change at random, a run that may remember says what one that may not says. */
test("with and without memory the answer is the same", async () => {
  const names = ["a", "b", "c", "d"];
  const versions = ["1.0", "1.1", "2.0", "3.0rc1"];
  const bound = fc.constantFrom("", "==1.0", ">=1.1", "<2", "!=1.1", ">=2.0");
  const need = fc.tuple(fc.constantFrom(...names), bound).map(([name, limit]) => `${name}${limit}`);
  const distribution = fc.record({
    name: fc.constantFrom(...names),
    version: fc.constantFrom(...versions),
    requiresDist: fc.array(need, { maxLength: 2 }),
    yanked: fc.boolean(),
  });
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("publish" as const), one: distribution }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("refresh" as const), need }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("install" as const), need }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("uninstall" as const), name: fc.constantFrom(...names) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("touch" as const) }) },
  );
  const requests = fc.array(
    fc.record({ requirements: fc.array(need, { minLength: 1, maxLength: 2 }), prereleases: fc.boolean() }),
    { minLength: 2, maxLength: 2 },
  );
  const indexed = ({ yanked, ...spec }: { name: string; version: string; requiresDist: string[]; yanked: boolean }) =>
    indexedWheel(spec, yanked ? { yanked } : {});
  const outcome = (world: OpenWorld, options: Partial<InstallOptions>) =>
    world.run(options).catch((error: unknown) => (error as { code?: unknown }).code);
  let memories = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(distribution, { minLength: 6, maxLength: 14, selector: ({ name, version }) => name + version }),
      requests,
      fc.array(step, { minLength: 2, maxLength: 5 }),
      async (begun, asked, steps) => {
        let published = await Promise.all(begun.map(indexed));
        await using world = await openWorld(published);
        const compare = async () => {
          for (const request of asked) {
            const own = await outcome(world, request);
            if (world.wasRemembered()) memories++;
            expect(own).toEqual(await outcome(world, { ...request, resolveAnew: true }));
          }
        };
        await compare();
        for (const next of steps) {
          if (next.kind === "publish") published = published.concat(await indexed(next.one));
          if (next.kind === "withdraw") published = published.filter((_, at) => at !== next.at);
          if (next.kind === "publish" || next.kind === "withdraw") world.publish(unique(published));
          if (next.kind === "refresh") await outcome(world, { requirements: [next.need], refresh: "all" });
          if (next.kind === "install") await outcome(world, { requirements: [next.need], dryRun: false });
          if (next.kind === "uninstall")
            await world.installer.uninstall({ names: [next.name], python: world.environment }).catch(() => {});
          if (next.kind === "touch") for (const path of world.documents()) utimesSync(path, 0, 0);
          await compare();
        }
      },
    ),
    { numRuns: 12, seed: 5 },
  );
  expect(memories).toBeGreaterThan(10);
}, 60_000);

/** The last of each file name: an index has one file of a name. */
function unique(files: readonly IndexedFile[]): IndexedFile[] {
  return [...new Map(files.map((file) => [file.filename, file])).values()];
}
