import { expect, test } from "vitest";
import { succeeded } from "./command-world.ts";
import { GitWorld } from "./git-world.ts";

const timeout = 120_000;
const together = 6;

async function environments(world: GitWorld) {
  return Promise.all(Array.from({ length: together }, (_, index) => world.environment(`env${index}`)));
}

// A version that only the backend knows may be made of the history, which is a second thing to fetch.
test.each([
  ["static metadata", true, 1],
  ["metadata of the backend", false, 2],
])(
  "six processes that miss the same repository at once fetch, look up and build it once: %s",
  { timeout },
  async (_, isStatic, fetches) => {
    const world = await GitWorld.make();
    const repository = world.project("lib", { name: "lib", version: "1.0", isStatic });
    const places = await environments(world);
    world.work();
    const words = ["install", `lib @ ${repository.url("main")}`];
    const runs = await Promise.all(places.map(({ folder }) => world.pip([...words, "-p", folder])));
    for (const run of runs) succeeded(run);
    const { lookups, ...work } = world.work();
    expect(work).toEqual({ fetches, wheels: ["lib 1.0"] });
    // What somebody was told before another one began is too old for that one.
    expect(lookups).toBeLessThanOrEqual(together);
    for (const { installed } of places)
      expect(await installed()).toEqual([`lib @ git+file://${repository.folder}@${repository.first}`]);
  },
);

test("cleaning the cache beside them breaks none", { timeout }, async () => {
  const world = await GitWorld.make();
  const repository = world.project("lib", { name: "lib", version: "1.0" });
  const other = world.project("other", { name: "other", version: "1.0", isStatic: true });
  const places = await environments(world);
  const wanted = [`lib @ ${repository.url("main")}`, `other @ ${other.url()}`];
  const over = new AbortController();
  const cleaning = (async () => {
    let rounds = 0;
    for (; !over.signal.aborted; rounds++)
      succeeded(await world.murre(["cache", rounds % 3 === 2 ? "prune" : "clean"]));
    return rounds;
  })();
  const installing = Promise.all(
    places.map(({ folder }) => world.pip(["install", ...wanted, "--reinstall", "-p", folder])),
  );
  const runs = await installing.finally(() => over.abort());
  expect(runs.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual(places.map(() => 0));
  expect(await cleaning).toBeGreaterThan(0);
  for (const { print } of places) expect(await print("import lib, other; print(lib.SETTINGS)")).not.toBe("");
});
