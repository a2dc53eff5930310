import type { AsyncDependencyProvider, Dependencies, Need } from "../src/solver/provider.ts";
import { VersionSet } from "../src/solver/version-set.ts";

/** What one version of a package needs: for each name, the versions of it that will do. */
export type Needs = Readonly<Record<string, readonly number[]>>;

/** By name, for each version its needs, or null where the version exists but cannot be used. `root` has one version. */
export type World = Readonly<Record<string, readonly (Needs | null)[]>>;

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A world of up to seven packages with up to four versions, dense enough that about half of them have no solution. */
export function randomWorld(seed: number): World {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const names = ["a", "b", "c", "d", "e", "f", "g"].slice(0, 2 + below(6));
  const counts = new Map(names.map((name) => [name, 1 + below(4)]));
  const needs = (self: string, amount: number): Needs => {
    const chosen: Record<string, readonly number[]> = {};
    for (let i = 0; i < amount; i++) {
      const name = names[below(names.length)]!;
      if (name === self) continue;
      chosen[name] = [...Array(counts.get(name)!).keys()].filter(() => random() < 0.55);
    }
    return chosen;
  };
  const world: Record<string, readonly (Needs | null)[]> = { root: [needs("root", 1 + below(3))] };
  for (const name of names)
    world[name] = Array.from({ length: counts.get(name)! }, () => (random() < 0.05 ? null : needs(name, below(4))));
  return world;
}

/** Answers from a world. With `delay` nothing is known until it was loaded, after so many milliseconds. */
export class WorldProvider implements AsyncDependencyProvider {
  private readonly world: World;
  private readonly delay: (() => number) | undefined;
  private readonly loaded = new Set<string>();

  constructor(world: World, delay?: () => number) {
    this.world = world;
    this.delay = delay;
  }

  chooseVersion(_name: string, set: VersionSet): number | undefined {
    return set.highest;
  }

  prioritize(_name: string, set: VersionSet): number {
    return -set.size;
  }

  getDependencies(name: string, version: number): Dependencies | undefined {
    if (this.delay && !this.loaded.has(`${name} ${version}`)) return undefined;
    const needs = this.world[name]![version]!;
    if (needs === null) return { kind: "unavailable", reason: "it is broken" };
    const dependencies = Object.entries(needs).map(([on, versions]) => ({
      name: on,
      set: VersionSet.where(this.world[on]!.length, (candidate) => versions.includes(candidate)),
      requirement: `${on} in ${versions.join()}`,
    }));
    return { kind: "known", dependencies };
  }

  async load({ name, version, changed }: Need): Promise<void> {
    const ahead = [...changed()].map(([other, set]) => this.fetch(other, set.highest ?? 0));
    await this.fetch(name, version);
    void Promise.all(ahead);
  }

  private async fetch(name: string, version: number): Promise<void> {
    await new Promise((resume) => setTimeout(resume, this.delay!()));
    this.loaded.add(`${name} ${version}`);
  }
}

/** Whether the versions are a solution: what is selected exists, is usable and has all that it needs. */
export function isSolution(world: World, versions: ReadonlyMap<string, number>): boolean {
  const selected = new Map([...versions, ["root", 0]]);
  return [...selected].every(([name, version]) => {
    const needs = world[name]?.[version];
    return needs && Object.entries(needs).every(([on, allowed]) => allowed.includes(selected.get(on) ?? -1));
  });
}

/** The slow, obvious resolver: for the first unmet need it tries every version that meets it, and looks whether that works out. */
export function hasSolution(world: World, selected: ReadonlyMap<string, number> = new Map([["root", 0]])): boolean {
  for (const [name, version] of selected) {
    const needs = world[name]![version];
    if (!needs) return false;
    for (const [on, allowed] of Object.entries(needs)) {
      const current = selected.get(on);
      if (current !== undefined && !allowed.includes(current)) return false;
      if (current === undefined)
        return allowed.some((candidate) => hasSolution(world, new Map([...selected, [on, candidate]])));
    }
  }
  return true;
}
