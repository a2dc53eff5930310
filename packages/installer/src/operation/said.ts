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

/** The variables that count: none where users ask for nothing but options, or for isolation. */
export function heardVariables({
  options: { ignoreConfiguration, isolated },
  variables,
}: Pick<Said, "variables"> & {
  readonly options: Pick<Said["options"], "ignoreConfiguration" | "isolated">;
}): Variables {
  return ignoreConfiguration === true || isolated === true ? {} : variables;
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
