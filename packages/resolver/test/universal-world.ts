import { acceptsPython, parseSpecifierSet, parseVersion } from "@murre/pep440";
import { type MarkerEnvironment, parseMarker, parseRequirement, type Requirement } from "@murre/pep508";
import type { UniversalDistribution } from "../src/index.ts";
import { linuxTarget, type MemoryFile, type MemoryIndex, type MemoryRelease } from "./memory-index.ts";
import { randomNumbers } from "./small-world.ts";

const projects = ["alpha", "beta", "gamma", "delta", "epsilon"];
const versions = ["1.0", "1.1", "2.0", "2.1"];

export interface UniversalAsk {
  readonly index: MemoryIndex;
  readonly requirements: string;
  readonly constraints: readonly string[];
  readonly prereleases?: "disallow";
}

const platforms = [
  { os_name: "posix", sys_platform: "linux", platform_system: "Linux" },
  { os_name: "nt", sys_platform: "win32", platform_system: "Windows" },
  { os_name: "posix", sys_platform: "darwin", platform_system: "Darwin" },
  { os_name: "posix", sys_platform: "freebsd14", platform_system: "FreeBSD" },
];

/** What nobody has heard of, and nothing says that there is not: a result for every environment is for these as well, as uv's is. */
const unheardOf = [
  { os_name: "nt", sys_platform: "linux-on-nt", platform_system: "other" },
  { os_name: "posix", sys_platform: "linux-on-posix", platform_system: "other" },
  { os_name: "nt", sys_platform: "cli", platform_system: "other" },
  { os_name: "other", sys_platform: "win32", platform_system: "Windows" },
];

/** One environment for each way in which the markers of `randomUniversalAsk` can come out, as far as is known. */
export const environments: readonly MarkerEnvironment[] = ["3.8", "3.9", "3.10", "3.11"].flatMap((python) =>
  [...platforms, ...unheardOf].map((platform) => ({
    ...linuxTarget.markerEnvironment,
    ...platform,
    python_version: python,
    python_full_version: `${python}.3`,
    implementation_version: `${python}.3`,
  })),
);

/**
 * Requirements like those of real metadata, most of which hold in some environments only. `mixed`: there are pre-releases and yanked releases,
 * which some requirements ask for.
 */
export function randomUniversalAsk(seed: number, kind: "plain" | "mixed" = "plain"): UniversalAsk {
  const isMixed = kind === "mixed";
  const all = isMixed ? [...versions, "3.0rc1"] : versions;
  const random = randomNumbers(seed + 7000);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const specifiers = () =>
    pick(["", "", ">=1.1", "<2", "==2.*", ">=2", "!=2.0", `==${pick(all)}`, ...(isMixed ? [">=3.0rc1", "", ""] : [])]);
  const condition = () =>
    pick([
      "sys_platform == 'win32'",
      "sys_platform != 'win32'",
      "platform_system == 'Linux'",
      "os_name == 'nt'",
      "python_version < '3.9'",
      "python_version >= '3.9'",
      "python_version >= '3.10'",
      "python_version == '3.10'",
      "extra == 'x'",
      "extra == 'x'",
      "extra == 'x' and sys_platform == 'darwin'",
      "extra == 'x' or python_version < '3.10'",
      "'linux' in sys_platform",
    ]);
  const requirement = () => `${pick(projects)}${pick(["", "", "[x]"])}${specifiers()}`;
  const marked = () => `${requirement()}${random() < 0.6 ? `; ${condition()}` : ""}`;
  const release = (): MemoryRelease => ({
    requires: Array.from({ length: Math.floor(random() * 4) }, marked),
    extras: ["x"],
    ...(random() < 0.25 ? { python: pick([">=3.9", ">=3.10", ">=3.11"]) } : {}),
    ...(random() < 0.1 ? { metadataPython: pick([">=3.9", ">=3.10"]) } : {}),
    ...(isMixed && random() < 0.25 ? { yanked: true } : {}),
  });
  const index = Object.fromEntries(
    projects.map((name) => [
      name,
      Object.fromEntries(all.filter(() => random() < (isMixed ? 0.9 : 0.8)).map((version) => [version, release()])),
    ]),
  );
  const constraints = random() < 0.3 ? [`${pick(projects)}${pick(["<2", ">=1.1"])}; ${condition()}`] : [];
  const yanked = Object.entries(index).flatMap(([name, releases]) =>
    Object.keys(releases).flatMap((version) => (releases[version]!.yanked === true ? [`${name}==${version}`] : [])),
  );
  const pins = isMixed && yanked.length > 0 ? [`${pick(yanked)}; ${condition()}`] : [];
  const requirements = [...Array.from({ length: 1 + Math.floor(random() * 3) }, marked), ...pins].join("|");
  return { index, requirements, constraints, ...(isMixed && seed % 4 === 0 ? { prereleases: "disallow" } : {}) };
}

const readings = new Map<string, Requirement>();

/** The same texts come again and again. */
function read(text: string): Requirement {
  let requirement = readings.get(text);
  if (requirement === undefined) readings.set(text, (requirement = parseRequirement(text)));
  return requirement;
}

/** The packages selected so far with the extras asked of them. */
type Selection = ReadonlyMap<string, { readonly version: string; readonly extras: ReadonlySet<string> }>;

function applies({ marker }: Requirement, environment: MarkerEnvironment, extras: Iterable<string> = [""]): boolean {
  return marker === undefined || [...extras].some((extra) => marker.evaluate(environment, [extra]));
}

/** The requirements that a selection is subject to in an environment. */
function demands(ask: UniversalAsk, environment: MarkerEnvironment, selection: Selection): Requirement[] {
  const direct = ask.requirements.split("|").map((text) => read(text));
  const found = direct.filter((requirement) => applies(requirement, environment));
  for (const [name, { version, extras }] of selection)
    for (const text of (ask.index[name]![version] as MemoryRelease).requires!) {
      const requirement = read(text);
      if (applies(requirement, environment, ["", ...extras])) found.push(requirement);
    }
  return found;
}

/** @param needs of these, one has to pin a yanked release */
function isAllowed(
  ask: UniversalAsk,
  environment: MarkerEnvironment,
  name: string,
  version: string,
  needs: readonly Requirement[],
): boolean {
  const { python = "", metadataPython = "", yanked = false } = ask.index[name]![version] as MemoryRelease;
  if (yanked && !needs.some((need) => need.normalizedName === name && need.specifiers.toString() === `==${version}`))
    return false;
  if (ask.prereleases === "disallow" && parseVersion(version).isPrerelease) return false;
  const full = environment.python_full_version;
  if (![python, metadataPython].every((text) => acceptsPython(parseSpecifierSet(text), full))) return false;
  return ask.constraints
    .map((text) => read(text))
    .filter((constraint) => constraint.normalizedName === name && applies(constraint, environment))
    .every(({ specifiers }) => specifiers.contains(parseVersion(version), { prereleases: true }));
}

/** The slow, obvious resolver for one environment: every version is tried; of yanked ones those that the request pins, which has to do. */
export function hasSolutionIn(
  ask: UniversalAsk,
  environment: MarkerEnvironment,
  selection: Selection = new Map(),
): boolean {
  const direct = demands(ask, environment, new Map());
  for (const { normalizedName: name, specifiers, extras } of demands(ask, environment, selection)) {
    const current = selection.get(name);
    const all = new Set<string>([...(current?.extras ?? []), ...extras]);
    if (current && !specifiers.contains(current.version, { prereleases: true })) return false;
    if (current && all.size === current.extras.size) continue;
    const candidates = current
      ? [current.version]
      : Object.keys(ask.index[name]!).filter(
          (version) =>
            specifiers.contains(version, { prereleases: true }) && isAllowed(ask, environment, name, version, direct),
        );
    return candidates.some((version) =>
      hasSolutionIn(ask, environment, new Map([...selection, [name, { version, extras: all }]])),
    );
  }
  return true;
}

/** What is wrong with what of a universal solution is wanted in one environment; nothing where that is a solution there. */
export function problemsIn(
  ask: UniversalAsk,
  environment: MarkerEnvironment,
  distributions: readonly UniversalDistribution<MemoryFile>[],
): string[] {
  const wanted = distributions.filter(
    ({ marker }) => marker === undefined || parseMarker(marker).evaluate(environment),
  );
  const names = new Set(wanted.map(({ name }) => name));
  const problems = names.size === wanted.length ? [] : ["two versions of one project"];
  const extras = new Map<string, Set<string>>(wanted.map(({ name }) => [name, new Set()]));
  const selection = () => new Map(wanted.map(({ name, version }) => [name, { version, extras: extras.get(name)! }]));
  // Extras are asked for by requirements, until there are no more.
  for (let before = -1, now = 0; now > before;) {
    before = now;
    for (const need of demands(ask, environment, selection()))
      for (const extra of need.extras) extras.get(need.normalizedName)?.add(extra);
    now = [...extras.values()].reduce((sum, { size }) => sum + size, 0);
  }
  const needs = demands(ask, environment, selection());
  for (const need of needs) {
    const own = wanted.find(({ name }) => name === need.normalizedName);
    if (own === undefined || !need.specifiers.contains(own.version, { prereleases: true }))
      problems.push(`unmet: ${need}`);
  }
  for (const { name, version } of wanted) {
    if (!needs.some((need) => need.normalizedName === name)) problems.push(`nobody needs ${name}`);
    if (!isAllowed(ask, environment, name, version, needs)) problems.push(`${name} ${version} is not allowed here`);
  }
  return problems;
}
