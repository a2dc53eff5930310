import { temporaryPlace } from "@murre/files";
import type { ConfigSettings } from "@murre/build";

import { BuildOptionInvalid } from "../errors.ts";
import type { BuildOptions } from "../api/operations.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** The options of builds, flags and variables taken together. */
export interface ChosenBuildOptions {
  readonly isIsolated: boolean;
  readonly configSettings: ConfigSettings;
  /** Files with constraints for the requirements of builds. */
  readonly constraintFiles: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly logFolder: string;
}

/** A hook that has not ended after this long hangs (milliseconds); what compiles longer gets more time by `--build-timeout`. */
const defaultTimeoutMs = 4 * 60 * 60 * 1000;

/**
 * Flags, then MURRE_* variables, then pip's. pip's PIP_NO_BUILD_ISOLATION has the meaning that pip gives it, which is the opposite of its
 * name: only a false value switches isolation off.
 * @throws {BuildOptionInvalid}
 */
export function chooseBuildOptions(
  { env, buildLogFolder }: InstallerSettings,
  options: BuildOptions & { readonly ignoreConfiguration?: boolean },
): ChosenBuildOptions {
  const variable = (name: string) => (options.ignoreConfiguration === true ? "" : (env[name] ?? "").trim());
  const words = (...names: readonly string[]) =>
    names
      .map(variable)
      .find((text) => text !== "")
      ?.split(/\s+/) ?? [];
  return {
    isIsolated: options.buildIsolation ?? isIsolatedBy(variable),
    configSettings: parseConfigSettings(
      options.configSettings ?? words("MURRE_CONFIG_SETTINGS", "PIP_CONFIG_SETTINGS"),
    ),
    constraintFiles: options.buildConstraintFiles ?? words("MURRE_BUILD_CONSTRAINT", "PIP_BUILD_CONSTRAINT"),
    timeoutMs: timeoutOf(options.buildTimeoutSeconds ?? variable("MURRE_BUILD_TIMEOUT")),
    logFolder: buildLogFolder ?? temporaryPlace(),
  };
}

function isIsolatedBy(variable: (name: string) => string): boolean {
  const own = variable("MURRE_NO_BUILD_ISOLATION");
  if (own !== "") return isFalse(own);
  return !isFalse(variable("PIP_NO_BUILD_ISOLATION"));
}

/** Whether a variable of murre's own is set to something that does not mean false. */
export function isSwitchedOn(
  name: string,
  { env }: InstallerSettings,
  { ignoreConfiguration }: { readonly ignoreConfiguration?: boolean },
): boolean {
  const text = ignoreConfiguration === true ? "" : (env[name] ?? "").trim();
  return text !== "" && !isFalse(text);
}

/** Whether a variable's text means false, as pip reads booleans. */
function isFalse(text: string): boolean {
  return /^(?:0|n|no|f|false|off)$/i.test(text);
}

/** Whether MURRE_NO_BUILD asks for wheels only. */
export function refusesBuilds(
  settings: InstallerSettings,
  options: { readonly noBuild?: boolean; readonly ignoreConfiguration?: boolean },
): boolean {
  return options.noBuild ?? isSwitchedOn("MURRE_NO_BUILD", settings, options);
}

function parseConfigSettings(words: readonly string[]): ConfigSettings {
  // Keys are a backend's: one may be called `constructor`.
  const settings = Object.create(null) as Record<string, string | string[]>;
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals <= 0) throw new BuildOptionInvalid(`--config-settings ${word}`, "expected KEY=VALUE");
    const [key, value] = [word.slice(0, equals), word.slice(equals + 1)];
    const known = settings[key];
    settings[key] = known === undefined ? value : [known, value].flat();
  }
  return settings;
}

function timeoutOf(given: number | string): number | undefined {
  if (given === "") return defaultTimeoutMs;
  const seconds = Number(given);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new BuildOptionInvalid(`--build-timeout ${given}`, "expected a number of seconds, or 0 for no limit");
  return seconds === 0 ? undefined : seconds * 1000;
}
