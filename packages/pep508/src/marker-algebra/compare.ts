import { type Specifier, tryParseSpecifier, tryParseVersion } from "@murre/pep440";
import { UndefinedComparison } from "../errors.ts";
import { evaluateExpression } from "../evaluate-marker.ts";
import {
  formatComparison,
  type MarkerComparison,
  type MarkerEnvironment,
  type MarkerOperator,
  type MarkerVariable,
} from "../marker-expression.ts";
import { ALWAYS, type Diagram, NEVER, type Node } from "./diagram.ts";
import { type Precision, releaseRanges, releasesWithin, releaseStep } from "./python-release.ts";
import { testVariable, type Variable, variableOf } from "./variables.ts";

/** The comparisons on one variable and one text, whichever stands to the left. */
interface Plain {
  readonly comparison: MarkerComparison;
  readonly variable: MarkerVariable;
  readonly operator: MarkerOperator;
  readonly literal: string;
  readonly isReversed: boolean;
}

const PRECISIONS: Partial<Record<MarkerVariable, Precision>> = {
  python_version: 2,
  python_full_version: 3,
  implementation_version: 3,
};

const MIRRORED: Partial<Record<MarkerOperator, MarkerOperator>> = {
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
  "==": "==",
  "!=": "!=",
};

/** What one comparison says. @throws {UndefinedComparison} as evaluating it does. */
export function compare(diagram: Diagram, comparison: MarkerComparison): Node {
  const { left, operator, right } = comparison;
  if (left.kind === "variable" && right.kind === "literal")
    return comparePlain(diagram, {
      comparison,
      variable: left.name,
      operator,
      literal: right.value,
      isReversed: false,
    });
  if (left.kind === "literal" && right.kind === "variable")
    return comparePlain(diagram, { comparison, variable: right.name, operator, literal: left.value, isReversed: true });
  if (left.kind === "literal")
    throw new UndefinedComparison(formatComparison(comparison), "neither side is a variable");
  return test(diagram, comparison);
}

function comparePlain(diagram: Diagram, plain: Plain): Node {
  const { variable } = plain;
  if (variable === "extras" || variable === "dependency_groups") return compareSet(diagram, plain);
  const precision = PRECISIONS[variable];
  if (precision !== undefined) return compareReleases(diagram, plain, precision);
  if (variable === "platform_release") return comparePlatformRelease(diagram, plain);
  return compareText(diagram, plain);
}

/** `"name" in extras` is a test of its own; a set equals no text. */
function compareSet(diagram: Diagram, { comparison, operator, isReversed }: Plain): Node {
  const isMember = operator === "in" || operator === "not in";
  if (isReversed && isMember) return test(diagram, comparison);
  // Whether it means something, and what, does not depend on the set.
  const none = new Set<string>();
  return evaluateExpression(comparison, {} as MarkerEnvironment, { extras: none, dependency_groups: none })
    ? ALWAYS
    : NEVER;
}

function compareReleases(diagram: Diagram, plain: Plain, precision: Precision): Node {
  const { comparison, operator, literal, isReversed } = plain;
  const variable = variableOf(plain.variable === "python_version" ? "python_full_version" : plain.variable);
  if (operator === "in" || operator === "not in") {
    const within = isReversed ? undefined : releasesWithin(literal, precision);
    if (within === undefined) return test(diagram, comparison);
    const ranges = runs(within, releaseStep(precision));
    const node = diagram.releases(variable, ranges);
    return operator === "in" ? node : diagram.not(node);
  }
  // What is no version satisfies no clause, as it were a candidate.
  if (isReversed && tryParseVersion(literal) === undefined && operator !== "===") return NEVER;
  const read = isReversed ? mirrored(operator, literal) : tryParseSpecifier(operator + literal);
  if (read === "other" || (read !== undefined && read.intervals === undefined)) return test(diagram, comparison);
  if (read !== undefined) return diagram.releases(variable, releaseRanges(read.intervals!, precision));
  // A text that is no version: no value equals it.
  refuseOrder(comparison);
  return operator === "!=" ? ALWAYS : NEVER;
}

/** `"3.8" <= python_version` is `python_version >= "3.8"`, as long as the text is a plain release. */
function mirrored(operator: MarkerOperator, literal: string): Specifier | "other" {
  const version = tryParseVersion(literal);
  const mirror = MIRRORED[operator];
  if (version === undefined || mirror === undefined) return "other";
  if (version.isPrerelease || version.isPostrelease || version.local !== undefined) return "other";
  return tryParseSpecifier(mirror + literal) ?? "other";
}

function runs(releases: readonly number[], step: number): number[] {
  const ranges: number[] = [];
  for (const release of [...new Set(releases)].sort((a, b) => a - b)) {
    if (ranges.at(-1) === release) ranges[ranges.length - 1] = release + step;
    else ranges.push(release, release + step);
  }
  return ranges;
}

/** Its values are no versions as often as they are, and then neither `==` nor `!=` with a version holds. */
function comparePlatformRelease(diagram: Diagram, plain: Plain): Node {
  const { comparison, operator, literal, isReversed } = plain;
  if (isReversed || operator === "in" || operator === "not in" || tryParseSpecifier(operator + literal) !== undefined)
    return test(diagram, comparison, plain.variable);
  return compareText(diagram, plain);
}

/**
 * What `platform_system` says where `sys_platform` says the same: as in uv, those two are one variable. The systems whose `sys_platform` has
 * a number, such as freebsd14, are not among them.
 */
const SAME_PLATFORM: ReadonlyMap<string, string> = new Map([
  ["Windows", "win32"],
  ["Darwin", "darwin"],
  ["Linux", "linux"],
  ["AIX", "aix"],
  ["Emscripten", "emscripten"],
  ["Android", "android"],
  ["iOS", "ios"],
]);

function compareText(diagram: Diagram, { comparison, variable, operator, literal }: Plain): Node {
  if (operator === "in" || operator === "not in") return test(diagram, comparison, variable);
  refuseOrder(comparison);
  if (operator === "<" || operator === ">") return NEVER;
  const platform = variable === "platform_system" ? SAME_PLATFORM.get(literal) : undefined;
  const node =
    platform === undefined
      ? diagram.text(variableOf(variable), literal)
      : diagram.text(variableOf("sys_platform"), platform);
  return operator === "!=" ? diagram.not(node) : node;
}

/** `~=` and `===` have no meaning for what is no version. */
function refuseOrder(comparison: MarkerComparison): void {
  const { operator } = comparison;
  if (operator !== "~=" && operator !== "===") return;
  const problem = `${operator} needs a variable that is a version, and a version`;
  throw new UndefinedComparison(formatComparison(comparison), problem);
}

/** The other way to say that a comparison does not hold: exact for `in`, near enough for what is rarely written. */
const NEGATED: Readonly<Record<MarkerOperator, MarkerOperator>> = {
  in: "not in",
  "not in": "in",
  "==": "!=",
  "!=": "==",
  "===": "!=",
  "~=": "!=",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
};

/** The comparison as a whole, with what comes out where the value of `about` is known. */
function test(diagram: Diagram, comparison: MarkerComparison, about?: MarkerVariable): Node {
  const isNegative = comparison.operator === "not in";
  const positive: MarkerComparison = isNegative ? { ...comparison, operator: "in" } : comparison;
  const negation = formatComparison({ ...positive, operator: NEGATED[positive.operator] }, "'");
  const variable: Variable = testVariable(
    formatComparison(positive, "'"),
    negation,
    about && { name: about, rank: variableOf(about).rank, holds: (value) => holds(positive, about, value) },
  );
  const node = diagram.test(variable);
  return isNegative ? diagram.not(node) : node;
}

function holds(comparison: MarkerComparison, variable: MarkerVariable, value: string): boolean {
  const known = { [variable]: value };
  return evaluateExpression(comparison, known as unknown as MarkerEnvironment, known);
}
