import type { MarkerVariable } from "../marker-expression.ts";

/**
 * What a decision is made on. `releases`: a number, whose cells are ranges; `text`: a value, whose cells are single values and all others;
 * `test`: a comparison that is taken as a whole and holds or does not.
 */
export interface Variable {
  readonly kind: "releases" | "text" | "test";
  /** Variables are decided in this order, which is total: rank, then name. */
  readonly rank: number;
  /** That of the marker; of a test, the comparison as it is written. */
  readonly name: string;
  /** Of a test: its negation, as it is written. */
  readonly negation?: string;
  /** Of a test on one variable of the kind `text`: which, and what comes out where its value is known. */
  readonly about?: { readonly name: string; readonly rank: number; readonly holds: (value: string) => boolean };
}

/** The order of decisions. What ranges come from is decided first, so that they stay together. */
const ORDER: readonly MarkerVariable[] = [
  "python_full_version",
  "implementation_version",
  "implementation_name",
  "os_name",
  "platform_machine",
  "platform_python_implementation",
  "platform_system",
  "sys_platform",
  "platform_release",
  "platform_version",
  "extra",
];

const RELEASE_VARIABLES: ReadonlySet<string> = new Set(["python_full_version", "implementation_version"]);

export function variableOf(name: MarkerVariable): Variable {
  return { kind: RELEASE_VARIABLES.has(name) ? "releases" : "text", rank: ORDER.indexOf(name), name };
}

export function testVariable(name: string, negation: string, about?: Variable["about"]): Variable {
  return { kind: "test", rank: ORDER.length, name, negation, ...(about && { about }) };
}

export function compareVariables(a: Variable, b: Variable): number {
  return a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
