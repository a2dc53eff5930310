import type { NormalizedName } from "@murre/pep508";
import { expect, test } from "vitest";
import { Priorities } from "../src/python/priorities.ts";
import { resolve } from "../src/solver/resolve.ts";
import type { VersionSet } from "../src/solver/version-set.ts";
import { type World, WorldProvider } from "./small-world.ts";

/** Decides in the order of the names, and writes down what the solver tells and asks. */
class Listener extends WorldProvider {
  readonly told: string[] = [];
  readonly asked: string[] = [];

  override prioritize(name: string, set: VersionSet): number {
    this.asked.push(`${name}${[...set.ascending()].join("")}`);
    return -name.charCodeAt(0);
  }

  conflicted(tried: string, affected: string, culprits: readonly string[]): void {
    if (culprits.length > 0) this.told.push(`${tried}: ${affected} by ${[...culprits].sort().join(" ")}`);
  }
}

const conflicts: readonly (readonly [what: string, world: World, told: readonly string[]])[] = [
  [
    "a version that is refused is one conflict",
    { root: [{ a: [0], b: [0, 1] }], a: [{ c: [0] }], b: [{}, { c: [1] }], c: [{}, {}] },
    ["b: b by c"],
  ],
  [
    "each step to the root cause is one, of what was tried",
    {
      root: [{ a: [0, 1], b: [0, 1] }],
      a: [{}, { c: [0] }],
      b: [{ c: [2] }, { c: [1, 2] }],
      c: [{}, {}, {}],
    },
    ["b: b by c", "b: b by c", "b: b by c", "b: c by a b", "b: a by b"],
  ],
  [
    "what was affected need not be what was tried",
    { root: [{ a: [0, 1], b: [0] }], a: [{}, { c: [0] }], b: [{ c: [1] }], c: [{}, {}] },
    ["b: c by a b", "b: a by b"],
  ],
];

test.each(conflicts)("%s", async (_what, world, told) => {
  const listener = new Listener(world);
  expect((await resolve(listener, "root")).kind).toBe("solution");
  expect(listener.told).toEqual(told);
});

test("a package keeps its place until its versions are others", async () => {
  const listener = new Listener({
    root: [{ a: [0], b: [0, 1, 2], d: [0, 1] }],
    a: [{ c: [0] }],
    b: [{}, { c: [1] }, { c: [1] }],
    c: [{}, {}],
    d: [{}, {}],
  });
  expect((await resolve(listener, "root")).kind).toBe("solution");
  expect(listener.asked.filter((name) => name.startsWith("d"))).toEqual(["d01"]);
});

const nameOf = (name: string) => name as NormalizedName;

test.each([
  ["tried itself", "tried"],
  ["tried, not what was affected by it", "affected"],
])("after five conflicts what comes early is what was %s", (_what, affected) => {
  const priorities = new Priorities(nameOf);
  const names = ["first", "affected", "tried"].map(nameOf);
  for (const name of names) priorities.meet(name, "other");
  for (let i = 0; i < 5; i++) {
    expect(names.toSorted((one, other) => priorities.of(other) - priorities.of(one))).toEqual(names);
    priorities.conflicted("tried", affected, [`culprit ${i}`]);
    priorities.reconsider();
  }
  const sorted = names.toSorted((one, other) => priorities.of(other) - priorities.of(one));
  expect(sorted).toEqual(["tried", "first", "affected"]);
});
