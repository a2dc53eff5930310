import { type Marker, parseMarker, parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { type PreferredVersion, resolveUniversal, type UniversalOutcome, type UniversalRequest } from "../src/index.ts";
import { type MemoryFile, type MemoryRelease, MemorySource } from "./memory-index.ts";
import { randomNumbers } from "./small-world.ts";
import { environments, hasSolutionIn, problemsIn, randomUniversalAsk, type UniversalAsk } from "./universal-world.ts";
import { worlds } from "./worlds.ts";

const seeds = worlds(120);
const strategies = ["requires-python", "fewest"] as const;

function resolve(
  ask: UniversalAsk,
  options: Partial<UniversalRequest<MemoryFile>> = {},
  delayMs?: () => number,
): Promise<UniversalOutcome<MemoryFile>> {
  return resolveUniversal({
    source: new MemorySource(ask.index, {}, delayMs),
    requirements: ask.requirements.split("|").map((text) => parseRequirement(text)),
    constraints: ask.constraints.map((text) => parseRequirement(text)),
    ...(ask.prereleases && { prereleases: ask.prereleases }),
    ...options,
  });
}

function lines(outcome: UniversalOutcome<MemoryFile>): string {
  if (outcome.kind === "no-solution") return `none: ${outcome.message}`;
  return outcome.distributions
    .map(({ name, version, marker = "", needs }) => `${name}==${version} ; ${marker} ${JSON.stringify(needs)}`)
    .join("\n");
}

/** Whether one of the environments that are said to have no solution has none. */
function isToldTruly(ask: UniversalAsk, outcome: UniversalOutcome<MemoryFile>): boolean {
  if (outcome.kind === "solution") return true;
  const marker = outcome.marker === undefined ? undefined : parseMarker(outcome.marker);
  const inside = environments.filter((environment) => marker?.evaluate(environment) ?? true);
  return inside.some((environment) => !hasSolutionIn(ask, environment));
}

describe(`${seeds.length} random indexes, for each of ${environments.length} environments against exhaustive search`, () => {
  test.each(strategies)(
    "with %s, there is a solution exactly where each environment has one, and it is one there",
    async (forkStrategy) => {
      const kinds = new Map<string, number>();
      for (const seed of seeds) {
        const ask = randomUniversalAsk(seed);
        const outcome = await resolve(ask, {
          forkStrategy,
          requiresPython: parseRequirement("python>=3.8").specifiers,
        });
        const unsolvable = environments.filter((environment) => !hasSolutionIn(ask, environment));
        expect(outcome.kind, `seed ${seed}`).toBe(unsolvable.length === 0 ? "solution" : "no-solution");
        const solved = outcome.kind === "solution" ? outcome.distributions : undefined;
        const problems =
          solved === undefined ? [] : environments.flatMap((environment) => problemsIn(ask, environment, solved));
        expect(problems, `seed ${seed}`).toEqual([]);
        const kind = outcome.kind === "solution" && outcome.forks.length > 0 ? "forks" : outcome.kind;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
      const counts = ["forks", "solution", "no-solution"].map((kind) => kinds.get(kind) ?? 0);
      expect(Math.min(...counts)).toBeGreaterThan(15);
    },
  );

  test("what has no solution is said to have none where an environment has none", async () => {
    const told: boolean[] = [];
    for (const seed of worlds(120, 1 / 2)) {
      const ask = randomUniversalAsk(seed);
      const outcome = await resolve(ask, { requiresPython: parseRequirement("python>=3.8").specifiers });
      if (outcome.kind === "no-solution") told.push(isToldTruly(ask, outcome));
    }
    expect(told.length).toBeGreaterThan(10);
    expect(told).not.toContain(false);
  });

  test("whatever order the network answers in, the result is the same", async () => {
    await Promise.all(
      worlds(120, 1 / 3).flatMap((seed) =>
        [1, 2].map(async (network) => {
          const ask = randomUniversalAsk(seed);
          const random = randomNumbers(seed * 10 + network);
          const slow = await resolve(ask, {}, () => random() * 5);
          expect(lines(slow), `seed ${seed}`).toBe(lines(await resolve(ask)));
        }),
      ),
    );
  });

  test("environments limit what has to be solved", async () => {
    const markers: Marker[] = [parseMarker("sys_platform == 'win32'"), parseMarker("python_version == '3.9'")];
    const within = environments.filter((environment) => markers.some((marker) => marker.evaluate(environment)));
    for (const seed of worlds(120, 1 / 2)) {
      const ask = randomUniversalAsk(seed);
      const requiresPython = parseRequirement("python>=3.8").specifiers;
      const outcome = await resolve(ask, { environments: markers, requiresPython });
      const isSolvable = within.every((environment) => hasSolutionIn(ask, environment));
      expect(outcome.kind, `seed ${seed}`).toBe(isSolvable ? "solution" : "no-solution");
      const solved = outcome.kind === "solution" ? outcome.distributions : [];
      const problems = isSolvable ? within.flatMap((environment) => problemsIn(ask, environment, solved)) : [];
      expect(problems, `seed ${seed}`).toEqual([]);
    }
  });

  test.each(strategies)("with %s, what was taken before is taken again where it was taken", async (forkStrategy) => {
    for (const seed of worlds(120, 1 / 2)) {
      const ask = randomUniversalAsk(seed);
      const first = await resolve(ask, { forkStrategy });
      if (first.kind === "no-solution") continue;
      const preferences = new Map<never, PreferredVersion[]>();
      for (const { name, version, marker } of first.distributions)
        preferences.set(name as never, [
          ...(preferences.get(name as never) ?? []),
          { version, marker: marker === undefined ? undefined : parseMarker(marker) },
        ]);
      expect(lines(await resolve(ask, { forkStrategy, preferences })), `seed ${seed}`).toBe(lines(first));
    }
  });

  test.each(["highest", "lowest", "lowest-direct"] as const)(
    "with pre-releases and yanked releases, taking the %s, no environment gets what it may not have",
    async (strategy) => {
      const kinds = new Map<string, number>();
      const count = (kind: string) => kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      // In the last one a project of which an extra was selected too may not be taken any more.
      for (const seed of [...seeds, 2290]) {
        const ask = randomUniversalAsk(seed, "mixed");
        const outcome = await resolve(ask, { strategy, requiresPython: parseRequirement("python>=3.8").specifiers });
        const solved = outcome.kind === "solution" ? outcome.distributions : undefined;
        const problems = solved && environments.flatMap((environment) => problemsIn(ask, environment, solved));
        expect(problems ?? (isToldTruly(ask, outcome) ? [] : ["missed"]), `seed ${seed}`).toEqual([]);
        count(outcome.kind);
        for (const { name, version } of solved ?? []) {
          if ((ask.index[name]![version] as MemoryRelease).yanked) count("yanked");
          if (version === "3.0rc1") count("pre-release");
        }
      }
      const counts = ["solution", "no-solution", "yanked", "pre-release"].map((kind) => kinds.get(kind) ?? 0);
      expect(Math.min(...counts)).toBeGreaterThan(5);
    },
  );
});
