import { tryParseSpecifier, type Specifier } from "@murre/pep440";
import { UndefinedComparison, UndefinedMarkerVariable } from "./errors.ts";
import {
  formatComparison,
  type MarkerComparison,
  type MarkerEnvironment,
  type MarkerExpression,
  type MarkerOperator,
  type MarkerVariable,
} from "./marker-expression.ts";

/** The values beside the environment: one extra for metadata (PEP 508), sets for lock files (PEP 751). Names are normalised. */
export interface MarkerNames {
  readonly extra?: string;
  readonly extras?: ReadonlySet<string>;
  readonly dependency_groups?: ReadonlySet<string>;
}

/** Evaluates every comparison, so that whether a marker has a meaning does not depend on the outcome of another comparison. */
export function evaluateExpression(
  expression: MarkerExpression,
  environment: MarkerEnvironment,
  names: MarkerNames,
): boolean {
  if (expression.kind === "comparison") return evaluateComparison(expression, environment, names);
  const results = expression.operands.map((operand) => evaluateExpression(operand, environment, names));
  return results.includes(expression.kind === "or") === (expression.kind === "or");
}

function evaluateComparison(comparison: MarkerComparison, environment: MarkerEnvironment, names: MarkerNames): boolean {
  const { left, operator, right } = comparison;
  const valueOf = (name: MarkerVariable) => lookUp(name, environment, names);
  const leftValue = left.kind === "variable" ? valueOf(left.name) : left.value;
  const rightValue = right.kind === "variable" ? valueOf(right.name) : right.value;
  if (typeof leftValue !== "string")
    throw new UndefinedComparison(
      formatComparison(comparison),
      "a set of names can only stand to the right of in and not in",
    );
  const variable = left.kind === "variable" ? left.name : right.kind === "variable" ? right.name : undefined;
  if (variable === undefined) throw new UndefinedComparison(formatComparison(comparison), "neither side is a variable");
  if (typeof rightValue === "string" && versionVariables.has(variable)) {
    const specifier = specifierOf(comparison, rightValue);
    if (specifier !== undefined) return specifier.contains(leftValue, { prereleases: true });
  }
  const compare = textOperators[operator];
  if (compare === undefined)
    throw new UndefinedComparison(
      formatComparison(comparison),
      `${operator} needs a variable that is a version, and a version`,
    );
  return compare(leftValue, rightValue);
}

/** PEP 508: these compare as versions wherever the right side makes a specifier with the operator; the rest is text. */
const versionVariables: ReadonlySet<MarkerVariable> = new Set<MarkerVariable>([
  "implementation_version",
  "platform_release",
  "python_full_version",
  "python_version",
]);

type TextOperator = (left: string, right: string | ReadonlySet<string>) => boolean;

const isEqual: TextOperator = (left, right) => left === right;
const isMember: TextOperator = (left, right) => (typeof right === "string" ? right.includes(left) : right.has(left));

/** Text has no order: `<` and `>` never hold, `<=` and `>=` are equality (packaging 26). */
const textOperators: Readonly<Partial<Record<MarkerOperator, TextOperator>>> = {
  in: isMember,
  "not in": (left, right) => !isMember(left, right),
  "==": isEqual,
  "!=": (left, right) => !isEqual(left, right),
  "<=": isEqual,
  ">=": isEqual,
  "<": () => false,
  ">": () => false,
};

/** The specifiers of comparisons with a literal to the right, which are the same for every environment. */
const specifiers = new WeakMap<MarkerComparison, Specifier | "none">();

function specifierOf(comparison: MarkerComparison, right: string): Specifier | undefined {
  if (comparison.right.kind === "variable") return tryParseSpecifier(comparison.operator + right);
  let specifier = specifiers.get(comparison);
  if (specifier === undefined) {
    specifier = tryParseSpecifier(comparison.operator + right) ?? "none";
    specifiers.set(comparison, specifier);
  }
  return specifier === "none" ? undefined : specifier;
}

function lookUp(
  name: MarkerVariable,
  environment: MarkerEnvironment,
  names: MarkerNames,
): string | ReadonlySet<string> {
  const isName = name === "extra" || name === "extras" || name === "dependency_groups";
  const value = isName ? names[name] : environment[name];
  if (value === undefined) throw new UndefinedMarkerVariable(name);
  // platform.python_version() of a build from a checkout ends in "+", which is no version; packaging reads it as "+local".
  return name === "python_full_version" && typeof value === "string" && value.endsWith("+") ? `${value}local` : value;
}
