import { parseVersion } from "@murre/pep440";
import { normalizeName, type NormalizedName, parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { linuxTarget, type MemoryIndex, type MemoryRelease, MemorySource, pins, resolveIn } from "./memory-index.ts";
import type { DistributionMetadata } from "../src/index.ts";
import { randomNumbers } from "./small-world.ts";

const seeds = Array.from({ length: 300 }, (_, seed) => seed);
const projects = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const versions = ["1.0", "1.1", "2.0", "2.1"];

interface Ask {
  readonly index: MemoryIndex;
  readonly requirements: string;
  /** Distributions at URLs. */
  readonly urls?: Readonly<Record<string, DistributionMetadata>>;
  readonly installed?: ReadonlyMap<NormalizedName, DistributionMetadata>;
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

/** The outcome and the way to it: were the solver to take another way, it would show here even where it ends the same. */
function told(outcome: Awaited<ReturnType<typeof resolveIn>>): string {
  const { decisions, conflicts, incompatibilities, attempts } = outcome.statistics;
  const result = outcome.kind === "solution" ? pins(outcome) : outcome.message;
  return `${result} after ${[decisions, conflicts, incompatibilities, attempts].join()}`;
}

describe("300 random indexes with extras, markers and Requires-Python, against exhaustive search", () => {
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
      seeds.slice(0, 100).flatMap((seed) =>
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

/** Where a selected version comes from: a URL, or "" for the index and what is installed. */
interface Origin {
  readonly version: string;
  readonly url: string;
}

type Origins = ReadonlyMap<string, Origin>;

function urlOf(name: string, version: string): string {
  return `https://files.example/${name}-${version}.whl`;
}

/** As above, with URLs that distributions name, pre-releases, yanked releases, and an environment that holds something already. */
function randomMixture(seed: number): Ask {
  const random = randomNumbers(seed + 5000);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const all = ["1.0", "1.1", "2.0a1", "2.0", "2.1b1"];
  const names = projects.slice(0, 4);
  const requirement = (urls: number): string => {
    const name = pick(names);
    if (random() < urls) return `${name} @ ${urlOf(name, pick(["1.1", "3.0"]))}`;
    return `${name}${pick(["", "", ">=1.1", "<2", ">=2.0a1", "<2.0.dev0", "==2.0", "==1.1", "!=2.0", `==${pick(all)}`, ">2.0", ">=3"])}`;
  };
  const requires = (urls: number) => Array.from({ length: Math.floor(random() * 3) }, () => requirement(urls));
  const release = (): MemoryRelease => ({ requires: requires(0.25), ...(random() < 0.15 ? { yanked: true } : {}) });
  const index = Object.fromEntries(
    names.map((name) => [name, Object.fromEntries(all.filter(() => random() < 0.6).map((v) => [v, release()]))]),
  );
  const urls = Object.fromEntries(
    names.flatMap((name) =>
      ["1.1", "3.0"].map((version) => [urlOf(name, version), { version, requiresDist: requires(0.1) }]),
    ),
  );
  const installed = new Map(
    names
      .filter(() => random() < 0.4)
      .map((name) => [normalizeName(name), { version: pick(["0.9", "1.0", "1.1"]), requiresDist: requires(0) }]),
  );
  const requirements = Array.from({ length: 1 + Math.floor(random() * 3) }, () => requirement(0.1)).join("|");
  return { index, requirements, urls, installed };
}

/** What a selection asks for, and whether the root or a selected distribution asks. */
function mixtureDemands({ index, requirements, urls, installed }: Ask, selection: Origins): string[] {
  const found = requirements.split("|");
  for (const [name, { version, url }] of selection) {
    const kept = installed!.get(name as NormalizedName);
    if (url !== "") found.push(...urls![url]!.requiresDist);
    else if (kept?.version === version) found.push(...kept.requiresDist);
    else found.push(...(index[name]![version] as MemoryRelease).requires!);
  }
  return found;
}

/** Whether one selected version meets one requirement. */
function meets({ version, url }: Origin, text: string): boolean {
  const requirement = parseRequirement(text);
  if (requirement.url !== undefined) return requirement.url === url;
  return requirement.specifiers.contains(version, { prereleases: true });
}

function isPinOf(text: string, name: string, version: string): boolean {
  const { normalizedName, specifiers } = parseRequirement(text);
  return normalizedName === name && specifiers.toString() === `==${version}`;
}

/** What is wrong with a selection that is complete. A direct URL binds its project for everybody. */
function mixtureProblems(ask: Ask, selection: Origins): string[] {
  const demands = mixtureDemands(ask, selection);
  const unmet = demands.filter((text) => {
    const selected = selection.get(parseRequirement(text).normalizedName);
    return selected === undefined || !meets(selected, text);
  });
  const unasked = [...selection].filter(([name, { version, url }]) => {
    const own = demands.filter((text) => parseRequirement(text).normalizedName === name);
    if (own.length === 0) return true;
    if (url !== "") return !own.some((text) => parseRequirement(text).url === url);
    if (ask.installed!.get(name as NormalizedName)?.version === version) return false;
    const isYanked = (ask.index[name]![version] as MemoryRelease).yanked === true;
    return isYanked && !own.some((text) => isPinOf(text, name, version));
  });
  return [...unmet, ...unasked.map(([name]) => `nothing asks for ${name} from there`)];
}

/**
 * Every way to choose is tried, of those for which `isKnown` says of every URL and pin that something asks for that it was met: the resolver
 * refuses what the index and the environment contradict before it looks for somebody who may name another place, as pip and uv do.
 */
function mixtureHasSolution(ask: Ask, isKnown: (text: string) => boolean, selection: Origins = new Map()): boolean {
  if (!mixtureDemands(ask, selection).every(isKnown)) return false;
  const open = mixtureDemands(ask, selection).filter(
    (text) => !selection.has(parseRequirement(text).normalizedName),
  );
  const [text] = open;
  if (text === undefined) return mixtureProblems(ask, selection).length === 0;
  const { normalizedName: name } = parseRequirement(text);
  const bound = ask.requirements
    .split("|")
    .map(parseRequirement)
    .find((direct) => direct.normalizedName === name && direct.url !== undefined)?.url;
  const kept = ask.installed!.get(name)?.version;
  const indexed = [...new Set([...Object.keys(ask.index[name]!), ...(kept === undefined ? [] : [kept])])];
  const candidates: Origin[] =
    bound === undefined
      ? [
          ...indexed.map((version) => ({ version, url: "" })),
          ...["1.1", "3.0"].map((version) => ({ version, url: urlOf(name, version) })),
        ]
      : [{ version: ask.urls![bound]!.version, url: bound }];
  return candidates.some((candidate) => {
    const next = new Map([...selection, [name as string, candidate]]);
    const demands = mixtureDemands(ask, next);
    const isRefused = demands.some((demand) => {
      const selected = next.get(parseRequirement(demand).normalizedName);
      return selected !== undefined && !meets(selected, demand);
    });
    return !isRefused && mixtureHasSolution(ask, isKnown, next);
  });
}

function originsOf(outcome: Awaited<ReturnType<typeof resolveIn>>): Origins {
  if (outcome.kind === "no-solution") return new Map();
  return new Map(
    outcome.distributions.map(({ name, version, from }) => [name, { version, url: from.kind === "url" ? from.url : "" }]),
  );
}

describe("600 random worlds with URLs, pre-releases, yanked releases and installed distributions", () => {
  const mixtures = Array.from({ length: 600 }, (_, seed) => seed);
  const sourceOf = ({ index, urls }: Ask) => new MemorySource(index, urls);
  const solve = (ask: Ask, source = sourceOf(ask)) =>
    resolveIn(source, ask.requirements, { installed: ask.installed! });

  test("a solution is valid, and where none is found there is none among what was looked at", async () => {
    const kinds = new Map<string, number>();
    for (const seed of mixtures) {
      const ask = randomMixture(seed);
      const source = sourceOf(ask);
      const outcome = await solve(ask, source);
      const origins = originsOf(outcome);
      const message = `seed ${seed}: ${outcome.kind === "no-solution" ? outcome.message : pins(outcome)}`;
      const asked = new Set(source.asked);
      const isKnown = (text: string) => asked.has(parseRequirement(text).url ?? [...asked][0]!);
      if (outcome.kind === "solution") expect(mixtureProblems(ask, origins), message).toEqual([]);
      else expect(mixtureHasSolution(ask, isKnown), message).toBe(false);
      const isMissed = outcome.kind === "no-solution" && mixtureHasSolution(ask, () => true);
      const hasUrl = [...origins.values()].some(({ url }) => url !== "");
      const kind = isMissed ? "missed" : outcome.kind === "solution" && hasUrl ? "with a URL" : outcome.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    for (const kind of ["solution", "with a URL", "no-solution"]) expect(kinds.get(kind), kind).toBeGreaterThan(50);
    expect(kinds.get("missed") ?? 0).toBeLessThan(0.05 * mixtures.length);
  });

  test("what is installed and satisfies everything stays", async () => {
    let kept = 0;
    for (const seed of mixtures) {
      const ask = randomMixture(seed);
      const outcome = await solve(ask);
      if (outcome.kind === "no-solution") continue;
      const held = new Map([...originsOf(outcome)].map(([name, { version, url }]) => [name, { version, url }]));
      for (const [name, { version }] of ask.installed!) {
        const selected = held.get(name);
        if (selected === undefined || selected.version === version) continue;
        const with_ = new Map([...held, [name as string, { version, url: "" }]]);
        if (mixtureProblems(ask, with_).length === 0) throw new Error(`seed ${seed}: ${name} ${version} could have stayed: ${pins(outcome)}`);
        kept += 1;
      }
    }
    expect(kept).toBeGreaterThan(5);
  });

  test("whatever order the network answers in, the answer is the same", async () => {
    await Promise.all(
      mixtures.slice(0, 100).map(async (seed) => {
        const ask = randomMixture(seed);
        const random = randomNumbers(seed * 7 + 3);
        const slow = new MemorySource(ask.index, ask.urls, () => random() * 6);
        const outcome = await resolveIn(slow, ask.requirements, { installed: ask.installed! });
        expect(told(outcome), `seed ${seed}`).toBe(told(await solve(ask)));
      }),
    );
  });
});
