import type { ConfigSettings } from "@murre/build";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { BuildOptionInvalid } from "../errors.ts";
import type { BuildDecision } from "./decisions.ts";
import { isFalse, isSwitchedOn, variable, wordsOf, type Said } from "./said.ts";

/** A hook that has not ended after this long hangs (milliseconds); what compiles longer gets more time by `--build-timeout`. */
const defaultTimeoutMs = 4 * 60 * 60 * 1000;

/** @throws {BuildOptionInvalid} */
export function decideBuild(said: Said): Omit<BuildDecision, "files"> {
  const { options, variables, logFolder } = said;
  const settings = options.configSettings ?? wordsOf(variables, "MURRE_CONFIG_SETTINGS", "PIP_CONFIG_SETTINGS");
  return {
    isRefused: refusesBuilds(said),
    fetchesLargeFiles: isSwitchedOn(variables, "MURRE_GIT_LFS"),
    isIsolated: options.buildIsolation ?? isIsolatedBy(variables),
    unisolated: new Set(
      (options.noBuildIsolationPackages ?? wordsOf(variables, "MURRE_NO_BUILD_ISOLATION_PACKAGE")).map(normalizeName),
    ),
    configSettings: parseConfigSettings(settings),
    ownConfigSettings: parseOwnSettings(options.configSettingsPackages ?? [], settings),
    constraintFiles:
      options.buildConstraintFiles ?? wordsOf(variables, "MURRE_BUILD_CONSTRAINT", "PIP_BUILD_CONSTRAINT"),
    timeoutMs: timeoutOf(options.buildTimeoutSeconds ?? variable(variables, "MURRE_BUILD_TIMEOUT")),
    logFolder,
  };
}

/** Whether only wheels are taken. */
export function refusesBuilds({ options, variables }: Said): boolean {
  return options.noBuild ?? isSwitchedOn(variables, "MURRE_NO_BUILD");
}

/** pip's PIP_NO_BUILD_ISOLATION has the meaning that pip gives it, the opposite of its name: only a false value switches isolation off. */
function isIsolatedBy(variables: Said["variables"]): boolean {
  const own = variable(variables, "MURRE_NO_BUILD_ISOLATION");
  if (own !== "") return isFalse(own);
  return !isFalse(variable(variables, "PIP_NO_BUILD_ISOLATION"));
}

function parseConfigSettings(words: readonly string[]): ConfigSettings {
  // Keys are a backend's: one may be called `constructor`.
  const settings = Object.create(null) as Record<string, string | string[]>;
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals <= 0) throw new BuildOptionInvalid("--config-settings", word, "expected KEY=VALUE");
    const [key, value] = [word.slice(0, equals), word.slice(equals + 1)];
    const known = settings[key];
    settings[key] = known === undefined ? value : [known, value].flat();
  }
  return settings;
}

/** The settings of single projects, which add to those of all (uv). */
function parseOwnSettings(
  words: readonly string[],
  all: readonly string[],
): ReadonlyMap<NormalizedName, ConfigSettings> {
  const own = new Map<NormalizedName, string[]>();
  for (const word of words) {
    const colon = word.indexOf(":");
    if (colon <= 0 || !word.includes("=", colon))
      throw new BuildOptionInvalid("--config-settings-package", word, "expected NAME:KEY=VALUE");
    const name = normalizeName(word.slice(0, colon).trim());
    own.set(name, [...(own.get(name) ?? all), word.slice(colon + 1)]);
  }
  return new Map([...own].map(([name, settings]) => [name, parseConfigSettings(settings)]));
}

function timeoutOf(given: number | string): number | undefined {
  if (given === "") return defaultTimeoutMs;
  const seconds = Number(given);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new BuildOptionInvalid("--build-timeout", String(given), "expected a number of seconds, or 0 for no limit");
  return seconds === 0 ? undefined : seconds * 1000;
}
