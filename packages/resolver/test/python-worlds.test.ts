import { parseVersion } from "@murre/pep440";
import { normalizeName, parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import {
  linuxTarget,
  type MemoryIndex,
  type MemoryRelease,
  MemorySource,
  pins,
  resolveIn,
  told,
} from "./memory-index.ts";
import { randomNumbers } from "./small-world.ts";
import { worlds } from "./worlds.ts";

const seeds = worlds(300);
const projects = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const versions = ["1.0", "1.1", "2.0", "2.1"];

interface Ask {
  readonly index: MemoryIndex;
  readonly requirements: string;
}

/** Requirements like those of real metadata: bounds, exclusions, pins, extras and markers. */
function randomAsk(seed: number): Ask {
  const random = randomNumbers(seed + 1000);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const specifiers = () =>
    pick(["", "", ">=1.1", "<2", "==2.*", ">=2", "!=2.0", "~=1.0", `==${pick(versions)}`, `>${pick(versions)}`]);
  const requirement = () => `${pick(projects)}${pick(["", "[x]", "[x]", "[x,y]"])}${specifiers()}`;
  const marked = () =>
    `${requirement()}${pick(["", "; extra == 'x'", "; extra == 'x'", "; extra == 'y'", "; os_name == 'nt'"])}`;
  const release = (): MemoryRelease => ({
    requires: Array.from({ length: Math.floor(random() * 5) }, marked),
    extras: ["x", "y"],
    ...(random() < 0.1 ? { python: "<3" } : {}),
  });
  const index = Object.fromEntries(
    projects.map((name) => [
      name,
      Object.fromEntries(versions.filter(() => random() < 0.8).map((version) => [version, release()])),
    ]),
  );
  return { index, requirements: Array.from({ length: 1 + Math.floor(random() * 3) }, requirement).join("|") };
}

/** The packages selected so far with the extras asked of them. */
type Selection = ReadonlyMap<string, { readonly version: string; readonly extras: ReadonlySet<string> }>;

/** The requirements that a selection is subject to. */
function demands({ index, requirements }: Ask, selection: Selection): string[] {
  const found = requirements.split("|");
  for (const [name, { version, extras }] of selection)
    for (const text of (index[name]![version] as MemoryRelease).requires!) {
      const { marker } = parseRequirement(text);
      const applies = ["", ...extras].some((extra) => marker?.evaluate(linuxTarget.markerEnvironment, [extra]) ?? true);
      if (applies) found.push(text);
    }
  return found;
}

/** Whether some choice of versions for what is still unmet works out: every one is tried. */
function hasSolution(ask: Ask, selection: Selection = new Map()): boolean {
  for (const text of demands(ask, selection)) {
    const { normalizedName: name, specifiers, extras } = parseRequirement(text);
    const current = selection.get(name);
    const all = new Set([...(current?.extras ?? []), ...extras]);
    if (current && !specifiers.contains(current.version)) return false;
    if (current && all.size === current.extras.size) continue;
    const candidates = current
      ? [current.version]
      : Object.keys(ask.index[name]!).filter(
          (version) =>
            specifiers.contains(version) && (ask.index[name]![version] as MemoryRelease).python === undefined,
        );
    return candidates.some((version) => hasSolution(ask, new Map([...selection, [name, { version, extras: all }]])));
  }
  return true;
}

/** Every requirement of the solution's distributions is met, and each of them is required by something. */
async function problemsOf(ask: Ask, outcome: Awaited<ReturnType<typeof resolveIn>>): Promise<string[]> {
  if (outcome.kind === "no-solution") return [];
  const selection = new Map(
    outcome.distributions.map(({ name, version, extras }) => [
      name as string,
      { version, extras: new Set<string>(extras) },
    ]),
  );
  const required = demands(ask, selection).map(parseRequirement);
  const unmet = required.filter(({ normalizedName, specifiers, extras }) => {
    const selected = selection.get(normalizedName);
    return (
      !selected ||
      !specifiers.contains(parseVersion(selected.version)) ||
      extras.some((extra) => !selected.extras.has(extra))
    );
  });
  const wanted = new Set<string>(required.map(({ normalizedName }) => normalizedName));
  return [...unmet.map(String), ...[...selection.keys()].filter((name) => !wanted.has(name))];
}

describe(`${seeds.length} random indexes with extras, markers and Requires-Python, against exhaustive search`, () => {
  test("a solution is found exactly where there is one, and it is valid", async () => {
    const kinds = new Map<string, number>();
    for (const seed of seeds) {
      const ask = randomAsk(seed);
      const outcome = await resolveIn(ask.index, ask.requirements);
      expect(outcome.kind, `seed ${seed}`).toBe(hasSolution(ask) ? "solution" : "no-solution");
      expect(await problemsOf(ask, outcome), `seed ${seed}`).toEqual([]);
      kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
    }
    expect(kinds.get("solution")).toBeGreaterThan(60);
    expect(kinds.get("no-solution")).toBeGreaterThan(60);
  });

  test("whatever is preferred, a solution is found exactly where there is one; what was a solution is taken as it is", async () => {
    let others = 0;
    for (const seed of seeds) {
      const { index, requirements } = randomAsk(seed);
      const random = randomNumbers(seed + 2000);
      const any = new Map(projects.map((name) => [normalizeName(name), versions[Math.floor(random() * 4)]!]));
      const outcome = await resolveIn(index, requirements, { preferences: any });
      expect(outcome.kind, `seed ${seed}`).toBe(hasSolution({ index, requirements }) ? "solution" : "no-solution");
      expect(await problemsOf({ index, requirements }, outcome), `seed ${seed}`).toEqual([]);
      if (outcome.kind === "no-solution") continue;
      const preferences = new Map(outcome.distributions.map(({ name, version }) => [name, version]));
      expect(pins(await resolveIn(index, requirements, { preferences })), `seed ${seed}`).toBe(pins(outcome));
      if (pins(await resolveIn(index, requirements)) !== pins(outcome)) others += 1;
    }
    expect(others).toBeGreaterThan(30);
  });

  test("releases that were not selected can vanish without changing the pins", async () => {
    for (const seed of seeds) {
      const { index, requirements } = randomAsk(seed);
      const outcome = await resolveIn(index, requirements);
      if (outcome.kind === "no-solution") continue;
      const selected = outcome.distributions.map(({ name, version }) => [name, { [version]: index[name]![version]! }]);
      const without = Object.fromEntries(selected) as MemoryIndex;
      expect(pins(await resolveIn(without, requirements)), `seed ${seed}`).toBe(pins(outcome));
    }
  });

  test("whatever order the network answers in, pins, messages and the way to them are the same", async () => {
    await Promise.all(
      worlds(300, 1 / 3).flatMap((seed) =>
        [1, 2, 3].map(async (network) => {
          const { index, requirements } = randomAsk(seed);
          const random = randomNumbers(seed * 10 + network);
          const slow = new MemorySource(index, {}, () => random() * 6);
          expect(told(await resolveIn(slow, requirements)), `seed ${seed}`).toBe(
            told(await resolveIn(index, requirements)),
          );
        }),
      ),
    );
  });
});
