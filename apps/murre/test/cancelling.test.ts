import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import { createMurre, type InstallerEvent, type Operations } from "murre";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { cleanEnvironment } from "./command-world.ts";

// An operation that is aborted leaves the environment old or new, whenever that is. How long it takes until it has ended is measured, not tested.

const folder = temporaryFolder("cancelling");
let server: FolderServer;

beforeAll(async () => {
  const wheels = ["app", "lib", "tool"].flatMap((name) =>
    ["1.0", "2.0"].map((version) => {
      const requiresDist = name === "app" ? [`lib==${version}`, `tool==${version}`] : [];
      const files = { [`${name}/__init__.py`]: version, [`${name}/more.py`]: `${version} of ${name}` };
      return indexedWheel({ name, version, requiresDist, files });
    }),
  );
  writeIndex(join(folder, "index"), await Promise.all(wheels));
  server = await serveFolder(join(folder, "index"));
});

afterAll(() => server.close());

const isEqual = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
let made = 0;

const stateWith = (version: string) => ["app", "lib", "tool"].map((name) => `${name}==${version}`);
const [older, newer] = [stateWith("1.0"), stateWith("2.0")];

interface World {
  readonly python: string;
  readonly old: Operations;
}

/** An environment with the old versions. */
async function makeWorld(name: string): Promise<World> {
  const python = join(folder, name);
  const old = session("cache");
  await old.venv({ path: python });
  await old.install({ python, requirements: ["app==1.0"] });
  return { python, old };
}

function session(cache: string): Operations {
  const env = { ...cleanEnvironment(), PIP_INDEX_URL: `${server.url}/simple` };
  return createMurre({ cwd: folder, cacheFolder: join(folder, cache), env });
}

/** What is there, before any other command could have mended it; it is whole. */
async function stateOf({ python, old }: World): Promise<string[]> {
  const { distributions } = await old.list({ python });
  const [first] = distributions;
  expect(first === undefined ? [] : brokenRecords(first.location)).toEqual([]);
  return distributions.map(({ name, version }) => `${name}==${version}`);
}

/** One operation from the old state on, which is aborted by `stop`. @returns whether it says so, and what is there then */
async function aborted(
  world: World,
  operation: "install" | "uninstall",
  stop: AbortController,
  onEvent?: (event: InstallerEvent) => void,
) {
  // With a cache of its own, which has nothing of the new versions.
  const murre = session(`cache-${made++}`);
  const context = { python: world.python, signal: stop.signal, ...(onEvent && { onEvent }) };
  const ended =
    operation === "install"
      ? murre.install({ ...context, requirements: ["app==2.0"] })
      : murre.uninstall({ ...context, names: ["app", "lib", "tool"] });
  const failure = await ended.then(
    () => undefined,
    (error: unknown) => error ?? "nothing",
  );
  const isDone = failure === undefined;
  const state = await stateOf(world);
  const fresh = operation === "install" ? newer : [];
  expect([isDone ? stop.signal.reason : failure, state]).toEqual([
    stop.signal.reason,
    isDone || !isEqual(state, older) ? fresh : older,
  ]);
  // The next one is not in its way.
  await world.old.install({ python: world.python, requirements: ["app==2.0"] });
  expect(await stateOf(world)).toEqual(newer);
  await world.old.install({ python: world.python, requirements: ["app==1.0"] });
  await murre.close();
  return isDone ? "done" : isEqual(state, older) ? "old" : "new";
}

describe("an operation that is aborted leaves the environment old or new", () => {
  test.each([
    ["install", ["resolved", "fetched", "prepared", "placing", "changed"]],
    ["uninstall", ["changed"]],
  ] as const)("%s, at each event that it tells", { timeout: 60_000 }, async (operation, needed) => {
    const world = await makeWorld(`events-of-${operation}`);
    const events: string[] = [];
    const whole = new AbortController();
    expect(await aborted(world, operation, whole, ({ type }) => events.push(type))).toBe("done");
    expect(events).toEqual(expect.arrayContaining([...needed]));
    const ends = new Set<string>();
    // The first and the last of each kind.
    const moments = new Set(events.flatMap((type) => [events.indexOf(type), events.lastIndexOf(type)]));
    for (const at of moments) {
      const stop = new AbortController();
      let count = 0;
      ends.add(await aborted(world, operation, stop, () => count++ === at && stop.abort(new Error("enough"))));
    }
    expect(ends).toContain("old");
    expect(moments.size).toBeGreaterThan(needed.length);
  });

  // Where the loop is by then differs from run to run; what is asserted holds anywhere.
  test("after so many turns of the event loop", { timeout: 60_000 }, async () => {
    const world = await makeWorld("turns");
    const ends: string[] = [];
    for (const turns of [0, 1, 3, 10, 30, 60, 100, 150, 250]) {
      const stop = new AbortController();
      let left = turns;
      const turn = () => void (left-- > 0 ? setImmediate(turn) : stop.abort(new Error("enough")));
      setImmediate(turn);
      ends.push(await aborted(world, "install", stop));
    }
    expect(ends[0]).toBe("old");
  });

  test("before it begins", async () => {
    const world = await makeWorld("before");
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    expect(await aborted(world, "install", stop)).toBe("old");
  });
});
