import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type NormalizedName, parseRequirement } from "@murre/pep508";
import { resolveUniversal } from "../src/index.ts";
import { resolve } from "../src/solver/resolve.ts";
import { solve } from "../src/solver/solver.ts";
import { MemorySource, names, resolveIn } from "./memory-index.ts";
import { type World, WorldProvider } from "./small-world.ts";

/** One pigeon more than holes: whoever looks for a way tries a great many. */
function pigeons(holes: number): World {
  const numbers = [...Array(holes + 1).keys()];
  const world: Record<string, World[string]> = {
    root: [Object.fromEntries(numbers.map((i) => [`pigeon${i}`, [...Array(holes).keys()]]))],
  };
  for (const i of numbers) world[`pigeon${i}`] = [...Array(holes).keys()].map((hole) => ({ [`hole${hole}`]: [i] }));
  for (let hole = 0; hole < holes; hole++) world[`hole${hole}`] = numbers.map(() => ({}));
  return world;
}

/** The same for resolvers of Python's projects. */
function pigeonIndex(holes: number) {
  const versionOf = (i: number) => `${i + 1}`;
  const releases = Object.entries(pigeons(holes)).filter(([name]) => name !== "root");
  return Object.fromEntries(
    releases.map(([name, versions]) => [
      name,
      Object.fromEntries(
        versions.map((needs, i) => [
          versionOf(i),
          Object.entries(needs ?? {}).map(([on, [allowed = 0]]) => `${on}==${versionOf(allowed)}`),
        ]),
      ),
    ]),
  );
}

/** A clock that the test moves. */
function stopClock(tick: () => number): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += tick()));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an abort in the middle of a search that waits for nothing", () => {
  test.each([
    ["each round is long", 10, 1],
    ["rounds are shorter than what goes on without a pause", 4, 3],
    ["rounds are short", 0.5, 20],
  ])("from a timer is heard: %s", async (_, roundTakes, mostRounds) => {
    const controller = new AbortController();
    let unseen = 0;
    let rounds = 0;
    let roundsAfter = 0;
    class Counting extends WorldProvider {
      override chooseVersion(...ask: Parameters<WorldProvider["chooseVersion"]>): number | undefined {
        rounds++;
        // It is due from here on, but only a turn of the event loop can bring it.
        if (rounds === 50) setImmediate(() => controller.abort(new Error("enough")));
        if (rounds >= 50) roundsAfter++;
        unseen++;
        return super.chooseVersion(...ask);
      }
    }
    stopClock(() => {
      const passed = unseen * roundTakes;
      unseen = 0;
      return passed;
    });
    const outcome = resolve(new Counting(pigeons(9)), "root", { signal: controller.signal });
    await expect(outcome).rejects.toThrow("enough");
    expect(roundsAfter).toBeLessThanOrEqual(mostRounds + 1);
  });

  test("ends it at whichever pause it arrives, in the search, in the proof, or in what is told of it", async () => {
    const ask = Object.keys(pigeonIndex(4))
      .filter((name) => name.startsWith("pigeon"))
      .join("|");
    let pauses = 0;
    let abortAt = Number.POSITIVE_INFINITY;
    let controller = new AbortController();
    const run = () => {
      pauses = 0;
      controller = new AbortController();
      return resolveIn(new MemorySource(pigeonIndex(4)), ask, { signal: controller.signal });
    };
    // Whenever it is looked at, it is time for a turn, in which the abort arrives.
    stopClock(() => {
      if (++pauses === abortAt) setImmediate(() => controller.abort(new Error("enough")));
      return 10;
    });
    expect((await run()).kind).toBe("no-solution");
    const all = pauses;
    expect(all).toBeGreaterThan(100);
    // The last two looks at the clock are those of the last pause.
    for (const at of [1, 2, 40, Math.floor(all / 2), all - 8, all - 5, all - 2]) {
      abortAt = at;
      await expect(run(), `at ${at} of ${all}`).rejects.toThrow("enough");
      // Whatever is loaded ahead, of nine projects, may look at the clock once more.
      expect(pauses - at, `at ${at} of ${all}`).toBeLessThanOrEqual(20);
    }
  });

  test("ends a result for all platforms at whichever pause it arrives, also where the forks are put together", async () => {
    const projects = [...Array(12).keys()].map((i) => `p${i}`);
    const world = Object.fromEntries(projects.map((name, i) => [name, { "1": i < 11 ? [`p${i + 1}`] : [], "2": [] }]));
    const requirements = [
      'p0==1; sys_platform == "win32"',
      'p0==2; sys_platform != "win32"',
      "p1==1",
      "p2==1",
      "p3==1",
    ];
    let pauses = 0;
    let abortAt = Number.POSITIVE_INFINITY;
    let controller = new AbortController();
    let lastAsked = 0;
    const run = () => {
      pauses = 0;
      controller = new AbortController();
      const source = new MemorySource(world);
      const { signal } = controller;
      return resolveUniversal({
        requirements: requirements.map((text) => parseRequirement(text)),
        signal,
        source: {
          files: (project) => source.files(project),
          metadata: (file, project) => {
            lastAsked = pauses;
            return source.metadata(file, project);
          },
        },
      });
    };
    stopClock(() => {
      if (++pauses === abortAt) setImmediate(() => controller.abort(new Error("enough")));
      return 10;
    });
    const outcome = await run();
    expect(outcome.kind === "solution" && outcome.forks.length).toBe(2);
    const all = pauses;
    // Following the needs of both forks, and writing down what each of their distributions needs.
    expect(all - lastAsked).toBeGreaterThan(40);
    for (const at of [1, 2, Math.floor(all / 4), Math.floor(all / 2), lastAsked + 20, all - 20, all - 8, all - 2]) {
      abortAt = at;
      await expect(run(), `at ${at} of ${all}`).rejects.toThrow("enough");
      expect(pauses - at, `at ${at} of ${all}`).toBeLessThanOrEqual(30);
    }
  });

  test.each(["page", "metadata"] as const)(
    "is heard while many answers are looked at that came at once: %s",
    async (slow) => {
      const projects = names(...[...Array(100).keys()].map((i) => `p${i}`));
      const source = new MemorySource(Object.fromEntries(projects.map((name) => [name, { "1": [] }])));
      const controller = new AbortController();
      const looked = new Set<NormalizedName>();
      let now = 0;
      vi.spyOn(performance, "now").mockImplementation(() => now);
      /** Whoever looks at what comes of it needs more than ten milliseconds. */
      const look = (project: NormalizedName) => {
        if (looked.has(project)) return;
        looked.add(project);
        now += 12;
        if (looked.size === 20) setImmediate(() => controller.abort(new Error("enough")));
      };
      const outcome = resolveIn(source, projects.join("|"), {
        signal: controller.signal,
        source: {
          files: async (project) => {
            const files = await source.files(project);
            if (slow === "metadata" || !Array.isArray(files)) return files;
            return files.map((file) => ({
              ...file,
              get filename() {
                look(project);
                return file.filename;
              },
            }));
          },
          metadata: async (file, project) => {
            const told = await source.metadata(file, project);
            if (slow === "page" || "unavailable" in told) return told;
            return {
              ...told,
              get requiresDist() {
                look(project);
                return told.requiresDist;
              },
            };
          },
        },
      });
      await expect(outcome).rejects.toThrow("enough");
      expect(looked.size).toBeLessThanOrEqual(25);
    },
  );

  test("within long rounds the solver pauses as well", () => {
    let rounds = 0;
    class Choosing extends WorldProvider {
      override chooseVersion(...ask: Parameters<WorldProvider["chooseVersion"]>): number | undefined {
        rounds++;
        return super.chooseVersion(...ask);
      }
    }
    const run = solve(new Choosing(pigeons(9)), "root");
    // Far from the end of it, so that no proof is made.
    const pauses = 4000;
    for (let pause = 0; pause < pauses; pause++) expect(run.next().done).toBe(false);
    expect(pauses - rounds).toBeGreaterThan(100);
  });
});

test("a process whose search was ended by a timer has nothing left to wait for", async () => {
  const program = `
    import { resolve, VersionSet } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    // Each version of each package refuses the next package's same version: there is always one more to try.
    const count = 40;
    const needs = (name, version) => name === "root"
      ? [...Array(count).keys()].map((i) => ({ name: "p" + i, set: VersionSet.range(0, count - 1), requirement: "p" + i }))
      : [...Array(count).keys()].filter((i) => "p" + i !== name).map((i) => ({
          name: "p" + i, set: VersionSet.where(count - 1, (v) => v !== version), requirement: "p" + i }));
    const provider = {
      prioritize: (_, set) => -set.size,
      chooseVersion: (_, set) => set.highest,
      getDependencies: (name, version) => ({ kind: "known", dependencies: needs(name, version) }),
      load: () => Promise.resolve(),
    };
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await resolve(provider, "root", { signal: controller.signal }).then(
      ({ kind }) => console.log(kind), ({ message }) => console.log(message));
    console.log(process.getActiveResourcesInfo().filter((kind) => kind === "Immediate" || kind === "Timeout").length);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  const said = text(child.stdout);
  expect(await once(child, "close")).toEqual([0, null]);
  expect(await said).toBe("enough\n0\n");
});
