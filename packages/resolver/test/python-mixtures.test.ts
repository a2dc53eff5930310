import { normalizeName, type NormalizedName, parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import type { DistributionMetadata } from "../src/index.ts";
import {
  type MemoryIndex,
  type MemoryRelease,
  MemorySource,
  pins,
  resolveIn,
  told,
  wheelForAll,
} from "./memory-index.ts";
import { randomNumbers } from "./small-world.ts";
import { worlds } from "./worlds.ts";

const names = ["alpha", "beta", "gamma", "delta"];

interface Ask {
  readonly index: MemoryIndex;
  readonly requirements: string;
  /** Distributions at URLs. */
  readonly urls: Readonly<Record<string, DistributionMetadata>>;
  readonly installed: ReadonlyMap<NormalizedName, DistributionMetadata>;
}

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

/** What one selected distribution asks for. */
function demandsOf({ index, urls, installed }: Ask, name: string, { version, url }: Origin): readonly string[] {
  const kept = installed.get(name as NormalizedName);
  if (url !== "") return urls[url]!.requiresDist;
  return kept?.version === version ? kept.requiresDist : (index[name]![version] as MemoryRelease).requires!;
}

/** What a selection asks for, and whether the root or a selected distribution asks. */
function mixtureDemands(ask: Ask, selection: Origins): string[] {
  return [...ask.requirements.split("|"), ...[...selection].flatMap(([name, origin]) => demandsOf(ask, name, origin))];
}

/** Whether what asks for this may be taken from a place, or be a release, that nobody else may have. */
function admits({ index }: Ask, text: string): boolean {
  const { url, normalizedName: name, specifiers } = parseRequirement(text);
  if (url !== undefined) return true;
  return Object.entries(index[name]!).some(
    ([version, release]) => (release as MemoryRelease).yanked === true && specifiers.toString() === `==${version}`,
  );
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
    if (ask.installed.get(name as NormalizedName)?.version === version) return false;
    const isYanked = (ask.index[name]![version] as MemoryRelease).yanked === true;
    return isYanked && !own.some((text) => isPinOf(text, name, version));
  });
  return [...unmet, ...unasked.map(([name]) => `nothing asks for ${name} from there`)];
}

/**
 * Every way to choose is tried, of those in which whoever names a URL or pins what is yanked was met (`isKnown`), and so was the URL: the resolver
 * refuses what the index and the environment contradict before it looks for somebody who may name another place, as pip and uv do.
 */
function mixtureHasSolution(ask: Ask, isKnown: (told: string) => boolean, selection: Origins = new Map()): boolean {
  const asked = mixtureDemands(ask, selection).flatMap((text) => parseRequirement(text).url ?? []);
  const askers = [...selection].filter(([name, one]) => demandsOf(ask, name, one).some((text) => admits(ask, text)));
  const files = askers.flatMap(([name, { version, url }]) => {
    if (url !== "") return url;
    return ask.installed.get(name as NormalizedName)?.version === version ? [] : `${name}-${version}${wheelForAll}`;
  });
  if (![...asked, ...files].every(isKnown)) return false;
  const text = mixtureDemands(ask, selection).find((demand) => !selection.has(parseRequirement(demand).normalizedName));
  if (text === undefined) return mixtureProblems(ask, selection).length === 0;
  const { normalizedName: name } = parseRequirement(text);
  const bound = ask.requirements
    .split("|")
    .map(parseRequirement)
    .find((direct) => direct.normalizedName === name && direct.url !== undefined)?.url;
  const kept = ask.installed.get(name)?.version;
  const indexed = [...new Set([...Object.keys(ask.index[name]!), ...(kept === undefined ? [] : [kept])])];
  const candidates: Origin[] =
    bound === undefined
      ? [
          ...indexed.map((version) => ({ version, url: "" })),
          ...["1.1", "3.0"].map((version) => ({ version, url: urlOf(name, version) })),
        ]
      : [{ version: ask.urls[bound]!.version, url: bound }];
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
    outcome.distributions.map(({ name, version, from }) => [
      name,
      { version, url: from.kind === "url" ? from.url : "" },
    ]),
  );
}

const mixtures = worlds(600);

describe(`${mixtures.length} random worlds with URLs, pre-releases, yanked releases and installed distributions`, () => {
  const sourceOf = ({ index, urls }: Ask) => new MemorySource(index, urls);
  const solve = (ask: Ask, source = sourceOf(ask)) => resolveIn(source, ask.requirements, { installed: ask.installed });

  test("a solution is valid, and where none is found there is none among what was looked at", async () => {
    const kinds = new Map<string, number>();
    for (const seed of mixtures) {
      const ask = randomMixture(seed);
      const source = sourceOf(ask);
      const outcome = await solve(ask, source);
      const origins = originsOf(outcome);
      const asked = new Set(source.asked);
      const isFound = outcome.kind === "solution";
      const problems = isFound ? mixtureProblems(ask, origins) : [];
      expect({ seed, problems, isMissed: !isFound && mixtureHasSolution(ask, (told) => asked.has(told)) }).toEqual({
        seed,
        problems: [],
        isMissed: false,
      });
      const hasUrl = [...origins.values()].some(({ url }) => url !== "");
      const isUnmet = !isFound && mixtureHasSolution(ask, () => true);
      const kind = isUnmet ? "unmet" : isFound && hasUrl ? "with a URL" : outcome.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(kinds.get("solution")).toBeGreaterThan(50);
    expect(kinds.get("with a URL")).toBeGreaterThan(50);
    expect(kinds.get("no-solution")).toBeGreaterThan(50);
    expect(kinds.get("unmet") ?? 0).toBeLessThan(0.05 * mixtures.length);
  });

  test("what is installed and satisfies everything stays", async () => {
    let kept = 0;
    for (const seed of mixtures) {
      const ask = randomMixture(seed);
      const outcome = await solve(ask);
      if (outcome.kind === "no-solution") continue;
      const held = originsOf(outcome);
      for (const [name, { version }] of ask.installed) {
        const selected = held.get(name);
        if (selected === undefined || selected.version === version) continue;
        const instead = new Map([...held, [name as string, { version, url: "" }]]);
        if (mixtureProblems(ask, instead).length === 0)
          throw new Error(`seed ${seed}: ${name} ${version} could have stayed: ${pins(outcome)}`);
        kept += 1;
      }
    }
    expect(kept).toBeGreaterThan(5);
  });

  test("whatever is at hand, the answer is the same", async () => {
    for (const seed of worlds(600, 1 / 4)) {
      const ask = randomMixture(seed);
      const random = randomNumbers(seed * 11 + 5);
      const share = random();
      const source = new MemorySource(ask.index, ask.urls, undefined, () => random() < share);
      const outcome = await resolveIn(source, ask.requirements, { installed: ask.installed });
      expect(told(outcome), `seed ${seed}`).toBe(told(await solve(ask)));
    }
  });

  test("whatever order the network answers in, the answer is the same", async () => {
    await Promise.all(
      worlds(600, 1 / 6).map(async (seed) => {
        const ask = randomMixture(seed);
        const random = randomNumbers(seed * 7 + 3);
        const slow = new MemorySource(ask.index, ask.urls, () => random() * 6);
        const outcome = await resolveIn(slow, ask.requirements, { installed: ask.installed });
        expect(told(outcome), `seed ${seed}`).toBe(told(await solve(ask)));
      }),
    );
  });
});
