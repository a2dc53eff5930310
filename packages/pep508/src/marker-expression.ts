/** The variables of PEP 508, of PEP 685 (`extra`) and of PEP 751 (`extras`, `dependency_groups`). */
export type MarkerVariable = keyof MarkerEnvironment | "extra" | "extras" | "dependency_groups";

/** What an interpreter says of itself and of the machine, PEP 508, "Environment Markers". */
export interface MarkerEnvironment {
  /** `os.name`: "posix", "nt" */
  readonly os_name: string;
  /** `sys.platform`: "linux", "darwin", "win32" */
  readonly sys_platform: string;
  /** `platform.machine()`: "x86_64", "arm64", "AMD64" */
  readonly platform_machine: string;
  /** `platform.python_implementation()`: "CPython", "PyPy" */
  readonly platform_python_implementation: string;
  /** `platform.release()`: often no version, such as "6.1.0-18-amd64" */
  readonly platform_release: string;
  /** `platform.system()`: "Linux", "Darwin", "Windows" */
  readonly platform_system: string;
  /** `platform.version()`: free text */
  readonly platform_version: string;
  /** The first two numbers of `platform.python_version()`: "3.11" */
  readonly python_version: string;
  /** `platform.python_version()`: "3.11.7", "3.13.0a2" */
  readonly python_full_version: string;
  /** `sys.implementation.name`: "cpython" */
  readonly implementation_name: string;
  /** `sys.implementation.version` as a version: "3.11.7" */
  readonly implementation_version: string;
}

export type MarkerOperator = "===" | "==" | "~=" | "!=" | "<=" | ">=" | "<" | ">" | "in" | "not in";

export type MarkerOperand =
  | { readonly kind: "variable"; readonly name: MarkerVariable }
  | { readonly kind: "literal"; readonly value: string };

export interface MarkerComparison {
  readonly kind: "comparison";
  readonly left: MarkerOperand;
  readonly operator: MarkerOperator;
  readonly right: MarkerOperand;
}

/** A marker's meaning: comparisons joined by "and" and "or", at least two operands each; parentheses are in the nesting. */
export type MarkerExpression =
  | MarkerComparison
  | { readonly kind: "and" | "or"; readonly operands: readonly MarkerExpression[] };

/** A marker as it was written: comparisons and parenthesised lists, and the words between them. */
export type MarkerSyntax = readonly (MarkerComparison | MarkerSyntax | "and" | "or")[];

/** "and" binds tighter than "or". */
export function toExpression(syntax: MarkerSyntax): MarkerExpression {
  const alternatives: MarkerExpression[][] = [[]];
  for (const item of syntax) {
    if (item === "or") alternatives.push([]);
    else if (item !== "and") alternatives.at(-1)?.push(isList(item) ? toExpression(item) : item);
  }
  return join(
    "or",
    alternatives.map((operands) => join("and", operands)),
  );
}

function join(kind: "and" | "or", operands: readonly MarkerExpression[]): MarkerExpression {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

/** The text in packaging's form: double quotes, one space between words, parentheses where they were unless around everything or one comparison. */
export function formatSyntax(syntax: MarkerSyntax, isOutermost = true): string {
  const [only] = syntax;
  if (syntax.length === 1 && only !== undefined && typeof only !== "string")
    return isList(only) ? formatSyntax(only, isOutermost) : formatComparison(only);
  const words = syntax.map((item) => {
    if (typeof item === "string") return item;
    return isList(item) ? formatSyntax(item, false) : formatComparison(item);
  });
  return isOutermost ? words.join(" ") : `(${words.join(" ")})`;
}

type QuoteSign = '"' | "'";

export function formatComparison({ left, operator, right }: MarkerComparison, usual: QuoteSign = '"'): string {
  return `${formatOperand(left, usual)} ${operator} ${formatOperand(right, usual)}`;
}

function formatOperand(operand: MarkerOperand, usual: QuoteSign): string {
  return operand.kind === "variable" ? operand.name : quote(operand.value, usual);
}

/** A string that the parser reads back as it was: in the quotes that it does not hold, with escapes for what cannot stand in a string. */
export function quote(value: string, usual: QuoteSign): string {
  const other = usual === '"' ? "'" : '"';
  const sign = value.includes(usual) && !value.includes(other) ? other : usual;
  const escape = (character: string) =>
    ESCAPES[character] ?? (character === sign ? `\\x${sign === '"' ? "22" : "27"}` : character);
  return sign + Array.from(value, escape).join("") + sign;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\0": "\\x00", "\n": "\\n", "\r": "\\r" };

function isList(item: MarkerComparison | MarkerSyntax): item is MarkerSyntax {
  return Array.isArray(item);
}
