import { withoutCredentials } from "@murre/index-client";
import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import type { PrereleaseMode, PrereleaseModes } from "@murre/resolver";
import { ResolutionOptionInvalid } from "../errors.ts";
import { parseMoment, type Moment } from "../options/moments.ts";
import { namedPlatform, platformNames } from "../options/python-platform.ts";
import { parsePythonVersion, type DescribedPython } from "../options/target-python.ts";
import type { FileDecision, IndexDecision, ResolutionDecision } from "./decisions.ts";
import { isOneOf, variable, wordsOf, type Said } from "./said.ts";

const strategies = ["highest", "lowest", "lowest-direct"] as const;
const modes = ["disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"] as const;

/** @throws {ResolutionOptionInvalid} */
export function decideResolution({ options, variables }: Said): ResolutionDecision {
  return {
    strategy: options.resolution ?? chosen(variables, "MURRE_RESOLUTION", strategies) ?? "highest",
    overrideFiles: options.overrideFiles ?? wordsOf(variables, "MURRE_OVERRIDE"),
    excludeFiles: options.excludeFiles ?? wordsOf(variables, "MURRE_EXCLUDE"),
  };
}

/** Options, then what files say, then variables, then pip's configuration. @throws {ResolutionOptionInvalid} */
export function decidePrereleases(
  { options, variables, configuration }: Said,
  inFiles: Pick<FileOptions, "pre"> | undefined,
): PrereleaseModes {
  const usual = decideUsualMode({ options, variables, configuration }, inFiles);
  const own = (options.prereleasePackages ?? []).map((word) => {
    const [project, mode] = ofProject("--prerelease-package", word, "MODE");
    if (isOneOf(mode, modes)) return [project, mode] as const;
    throw new ResolutionOptionInvalid("--prerelease-package", word, `expected one of ${modes.join(", ")} behind the =`);
  });
  return own.length === 0 ? usual : { usual, own };
}

function decideUsualMode(
  { options, variables, configuration }: Pick<Said, "options" | "variables" | "configuration">,
  inFiles: Pick<FileOptions, "pre"> | undefined,
): PrereleaseMode {
  const usual: PrereleaseMode = "if-necessary-or-explicit";
  if (options.prerelease !== undefined) return options.prerelease;
  if (options.prereleases !== undefined) return options.prereleases ? "allow" : usual;
  if (inFiles?.pre === true) return "allow";
  return chosen(variables, "MURRE_PRERELEASE", modes) ?? (configuration.pre?.value === true ? "allow" : usual);
}

/**
 * The moment before which a file has to have been uploaded, for each project. Nothing is uploaded to find-links places (pip, uv).
 * @throws {ResolutionOptionInvalid}
 */
export function decideUploads(
  { options, variables, now }: Said,
  { locations }: IndexDecision,
): Pick<FileDecision, "uploadedBefore" | "uploadLimits"> {
  const given = options.excludeNewer ?? variable(variables, "MURRE_EXCLUDE_NEWER");
  const all = given === "" ? undefined : momentOf(given, ["--exclude-newer", given], now);
  const own = new Map<NormalizedName, Moment | undefined>();
  for (const word of options.excludeNewerPackages ?? []) {
    const [project, when] = ofProject("--exclude-newer-package", word, "WHEN");
    own.set(project, momentOf(when, ["--exclude-newer-package", word], now));
  }
  const places = new Set(
    locations.filter(({ kind }) => kind === "find-links").map(({ url }) => withoutCredentials(url)),
  );
  return {
    uploadedBefore: (project, index) => (places.has(index) ? undefined : own.has(project) ? own.get(project) : all),
    uploadLimits: JSON.stringify([all, [...own]]),
  };
}

/** Takes `NAME=VALUE` apart. @throws {ResolutionOptionInvalid} */
function ofProject(option: string, word: string, value: string): readonly [project: NormalizedName, value: string] {
  const equals = word.indexOf("=");
  const name = word.slice(0, Math.max(equals, 0));
  if (!isValidName(name)) throw new ResolutionOptionInvalid(option, word, `expected NAME=${value}`);
  return [normalizeName(name), word.slice(equals + 1)];
}

/** pip takes `312` for 3.12. */
function withDot(version: string): string {
  return version.replace(/^(\d)(\d+)$/, "$1.$2");
}

/** The Python that is resolved for, where it is another than the one at hand. @throws {ResolutionOptionInvalid} */
export function decidePython(
  { pythonVersion, pythonPlatform, implementation, abis, ignoreRequiresPython }: Said["options"],
  variables: Said["variables"],
): DescribedPython {
  const version = pythonVersion === undefined ? undefined : parsePythonVersion(withDot(pythonVersion));
  if (pythonVersion !== undefined && version === undefined)
    throw new ResolutionOptionInvalid("--python-version", pythonVersion, "expected a version such as 3.12 or 3.12.4");
  const platform = pythonPlatform === undefined ? undefined : namedPlatform(pythonPlatform, variables);
  if (pythonPlatform !== undefined && platform === undefined)
    throw new ResolutionOptionInvalid(
      "--python-platform",
      pythonPlatform,
      `expected one of ${platformNames.join(", ")}`,
    );
  const own = implementation === undefined ? undefined : implementations[implementation.toLowerCase()];
  if (implementation !== undefined && own === undefined)
    throw new ResolutionOptionInvalid(
      "--implementation",
      implementation,
      `expected one of ${Object.keys(implementations).join(", ")}`,
    );
  const abi = abis?.find((text) => !/^\w+$/.test(text));
  if (abi !== undefined) throw new ResolutionOptionInvalid("--abi", abi, "expected an ABI such as cp311, abi3 or none");
  return { version, platform, implementation: own, abis, ignoresRequiresPython: ignoreRequiresPython };
}

/** pip's words, which tags begin with, for what Python calls itself. */
const implementations: Readonly<Partial<Record<string, string>>> = {
  cp: "cpython",
  pp: "pypy",
  py: "python",
  ip: "ironpython",
  jy: "jython",
};

/** @param given the option, and all that was written as its value */
function momentOf(text: string, given: readonly [option: string, value: string], now: Moment): Moment | undefined {
  if (text.trim().toLowerCase() === "false") return undefined;
  const moment = parseMoment(text, now);
  if (moment !== undefined) return moment;
  const expected = "a timestamp (2026-03-01T12:00:00Z), a date (2026-03-01) or a time back from now (3 days, P3D)";
  throw new ResolutionOptionInvalid(...given, `expected ${expected}; months and years have no fixed length`);
}

function chosen<const Choice extends string>(
  variables: Said["variables"],
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = variable(variables, name);
  if (text === "") return undefined;
  if (isOneOf(text, choices)) return text;
  throw new ResolutionOptionInvalid(name, text, `expected one of ${choices.join(", ")}`);
}
