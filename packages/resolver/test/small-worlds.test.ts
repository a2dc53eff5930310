import { describe, expect, test } from "vitest";
import { resolve } from "../src/solver/resolve.ts";
import { type Outcome, solve } from "../src/solver/solver.ts";
import { hasSolution, isSolution, randomNumbers, randomWorld, type World, WorldProvider } from "./small-world.ts";
import { worlds } from "./worlds.ts";

const seeds = worlds(300);

function solveWorld(world: World): Outcome {
  const run = solve(new WorldProvider(world), "root");
  for (let step = run.next(); ; step = run.next()) {
    if (step.done === true) return step.value;
    if (step.value !== undefined) throw new Error("a world that is known cannot make the solver wait");
  }
}

describe(`${seeds.length} random small worlds, against exhaustive search`, () => {
  test("the worlds are neither all solvable nor all unsolvable, and some need backtracking", () => {
    const outcomes = seeds.map((seed) => solveWorld(randomWorld(seed)));
    const solved = outcomes.filter(({ kind }) => kind === "solution");
    expect(solved.length).toBeGreaterThan(seeds.length / 3);
    expect(solved.length).toBeLessThan((seeds.length * 5) / 6);
    expect(solved.filter(({ statistics }) => statistics.conflicts > 0).length).toBeGreaterThan(10);
  });

  test("the solver finds a solution exactly where there is one", () => {
    for (const seed of seeds) {
      const world = randomWorld(seed);
      expect(solveWorld(world).kind, `seed ${seed}`).toBe(hasSolution(world) ? "solution" : "no-solution");
    }
  });

  test("every solution is valid, and holds nothing that nobody needs", () => {
    for (const seed of seeds) {
      const world = randomWorld(seed);
      const outcome = solveWorld(world);
      if (outcome.kind === "no-solution") continue;
      expect(isSolution(world, outcome.versions), `seed ${seed}`).toBe(true);
      for (const name of outcome.versions.keys()) {
        const without = new Map([...outcome.versions].filter(([other]) => other !== name));
        expect(isSolution(world, without), `seed ${seed} without ${name}`).toBe(false);
      }
    }
  });

  test("the same input gives the same answer", () => {
    for (const seed of seeds) expect(solveWorld(randomWorld(seed))).toEqual(solveWorld(randomWorld(seed)));
  });

  test("making every release that was not selected unusable leaves the solution valid and findable", () => {
    for (const seed of seeds) {
      const world = randomWorld(seed);
      const outcome = solveWorld(world);
      if (outcome.kind === "no-solution") continue;
      const { versions } = outcome;
      const kept = Object.entries(world).map(([name, list]) => [
        name,
        list.map((needs, version) => (name === "root" || versions.get(name) === version ? needs : null)),
      ]);
      const smaller: World = Object.fromEntries(kept);
      expect(solveWorld(smaller), `seed ${seed}`).toMatchObject({ kind: "solution", versions });
    }
  });

  test("whatever order the network answers in, the answer is the same", async () => {
    await Promise.all(
      seeds.flatMap((seed) =>
        [1, 2, 3].map(async (network) => {
          const random = randomNumbers(seed * 10 + network);
          const world = randomWorld(seed);
          const outcome = await resolve(new WorldProvider(world, () => random() * 8), "root");
          expect(outcome, `seed ${seed}`).toEqual(solveWorld(world));
        }),
      ),
    );
  });
});
