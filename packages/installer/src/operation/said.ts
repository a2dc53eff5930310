import type { LocationContext, PipConfiguration } from "@murre/index-client";
import type { ChangeOptions, InstallOptions, ResolutionOptions } from "../api/operations.ts";
import type { Moment } from "../options/moments.ts";

/** All that users said of how an operation works, wherever they said it, but for what stands in requirements files. */
export interface Said {
  readonly options: ChangeOptions & ResolutionOptions & Pick<InstallOptions, "dependencies">;
  /** The environment's. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** pip's, of files and of PIP_* variables. */
  readonly configuration: PipConfiguration;
  /** By which paths become URLs. */
  readonly places: LocationContext;
  readonly userAgent: string;
  /** From which times back are counted. */
  readonly now: Moment;
  /** Where the logs of failed builds stay. */
  readonly logFolder: string;
}

type Variables = Said["variables"];

/** The variables that count: none where users ask for nothing but options, or for isolation. What uv's variables say counts where murre's own do not. */
export function heardVariables({
  options: { ignoreConfiguration, isolated },
  variables,
}: Pick<Said, "variables"> & {
  readonly options: Pick<Said["options"], "ignoreConfiguration" | "isolated">;
}): Variables {
  return ignoreConfiguration === true || isolated === true ? {} : withUvVariables(variables);
}

/** Variables of uv that mean the same as one of murre's; of several for one, the first that is set. */
export const uvVariables: readonly (readonly [uv: string, own: string])[] = [
  ["UV_INDEX", "MURRE_INDEX"],
  ["UV_EXTRA_INDEX_URL", "MURRE_INDEX"],
  ["UV_DEFAULT_INDEX", "MURRE_DEFAULT_INDEX"],
  ["UV_INDEX_URL", "MURRE_DEFAULT_INDEX"],
  ["UV_FIND_LINKS", "MURRE_FIND_LINKS"],
  ["UV_INDEX_STRATEGY", "MURRE_INDEX_STRATEGY"],
  ["UV_KEYRING_PROVIDER", "MURRE_KEYRING_PROVIDER"],
  ["UV_PRERELEASE", "MURRE_PRERELEASE"],
  ["UV_RESOLUTION", "MURRE_RESOLUTION"],
  ["UV_EXCLUDE_NEWER", "MURRE_EXCLUDE_NEWER"],
  ["UV_OVERRIDE", "MURRE_OVERRIDE"],
  ["UV_EXCLUDE", "MURRE_EXCLUDE"],
  ["UV_BUILD_CONSTRAINT", "MURRE_BUILD_CONSTRAINT"],
  ["UV_NO_BUILD", "MURRE_NO_BUILD"],
  ["UV_NO_BUILD_ISOLATION", "MURRE_NO_BUILD_ISOLATION"],
  ["UV_NO_SOURCES", "MURRE_NO_SOURCES"],
  ["UV_GIT_LFS", "MURRE_GIT_LFS"],
];

function withUvVariables(variables: Variables): Variables {
  const heard: Record<string, string | undefined> = { ...variables };
  for (const [uv, own] of uvVariables) {
    const text = variable(variables, uv);
    // uv separates places by commas, murre by blanks, as pip.
    if (text !== "" && variable(heard, own) === "")
      heard[own] = uv === "UV_FIND_LINKS" ? text.replaceAll(",", " ") : text;
  }
  return heard;
}

/** A variable without what surrounds it; empty where there is none. */
export function variable(variables: Variables, name: string): string {
  return (variables[name] ?? "").trim();
}

/** The words of the first of these variables that has any. */
export function wordsOf(variables: Variables, ...names: readonly string[]): readonly string[] {
  const text = names.map((name) => variable(variables, name)).find((text) => text !== "");
  return text?.split(/\s+/) ?? [];
}

/** Whether a variable of murre's own is set to something that does not mean false. */
export function isSwitchedOn(variables: Variables, name: string): boolean {
  const text = variable(variables, name);
  return text !== "" && !isFalse(text);
}

export function isOneOf<const Choice extends string>(text: string, choices: readonly Choice[]): text is Choice {
  return choices.some((choice) => choice === text);
}

/** Whether a variable's text means false, as pip reads booleans. */
export function isFalse(text: string): boolean {
  return /^(?:0|n|no|f|false|off)$/i.test(text);
}
