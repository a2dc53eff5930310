import type {
  MarkerComparison,
  MarkerOperand,
  MarkerOperator,
  MarkerSyntax,
  MarkerVariable,
} from "./marker-expression.ts";
import { normalizeName } from "./names.ts";
import { readPythonString } from "./python-string.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A marker from an index is untrusted: deeper nesting would end the stack instead of the parsing. */
const DEEPEST = 100;

/** `marker = marker_atom (("and" | "or") marker_atom)*`, PEP 508. */
export function parseMarkerSyntax(tokenizer: Tokenizer, depth = 0): MarkerSyntax {
  const syntax: MarkerSyntax[number][] = [parseAtom(tokenizer, depth)];
  for (let word = tokenizer.take("BOOLOP"); word !== undefined; word = tokenizer.take("BOOLOP"))
    syntax.push(word as "and" | "or", parseAtom(tokenizer, depth));
  return syntax;
}

/** `marker_atom = wsp* ("(" marker ")" | comparison) wsp*` */
function parseAtom(tokenizer: Tokenizer, depth: number): MarkerComparison | MarkerSyntax {
  tokenizer.skipSpace();
  const atom = tokenizer.sees("LEFT_PARENTHESIS") ? parseGroup(tokenizer, depth + 1) : parseComparison(tokenizer);
  tokenizer.skipSpace();
  return atom;
}

function parseGroup(tokenizer: Tokenizer, depth: number): MarkerSyntax {
  if (depth > DEEPEST) tokenizer.fail(`Expected at most ${DEEPEST} parentheses inside each other`);
  return tokenizer.enclosed("LEFT_PARENTHESIS", "marker expression", () => parseMarkerSyntax(tokenizer, depth));
}

/** `comparison = operand wsp* operator wsp* operand` */
function parseComparison(tokenizer: Tokenizer): MarkerComparison {
  const left = parseOperand(tokenizer);
  tokenizer.skipSpace();
  const operator = parseOperator(tokenizer);
  tokenizer.skipSpace();
  const right = parseOperand(tokenizer);
  return normalizeExtra({ kind: "comparison", left, operator, right });
}

/** `operand = env_var | python_str` */
function parseOperand(tokenizer: Tokenizer): MarkerOperand {
  const variable = tokenizer.take("VARIABLE");
  if (variable !== undefined) return { kind: "variable", name: variableNamed(variable) };
  const start = tokenizer.position;
  const literal = tokenizer.take("QUOTED_STRING") ?? tokenizer.fail("Expected a marker variable or quoted string");
  const value = readPythonString(literal) ?? tokenizer.fail("Invalid quoted string", start);
  return { kind: "literal", value };
}

/** The names with a dot, and `python_implementation`, are of setuptools' time before PEP 508. */
function variableNamed(text: string): MarkerVariable {
  const name = text.replace(".", "_");
  return (name === "python_implementation" ? "platform_python_implementation" : name) as MarkerVariable;
}

/** `operator = "<=" | "<" | "!=" | "==" | ">=" | ">" | "~=" | "===" | "in" | "not" wsp+ "in"` */
function parseOperator(tokenizer: Tokenizer): MarkerOperator {
  if (tokenizer.take("IN") !== undefined) return "in";
  if (tokenizer.take("NOT") !== undefined) {
    tokenizer.expect("WS", "whitespace after 'not'");
    tokenizer.expect("IN", "'in' after 'not'");
    return "not in";
  }
  const operator = tokenizer.take("OP");
  return (operator ??
    tokenizer.fail("Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in")) as MarkerOperator;
}

/** PEP 685 and PEP 735: the names of extras and of dependency groups are compared in their normal form. */
function normalizeExtra(comparison: MarkerComparison): MarkerComparison {
  const { left, right } = comparison;
  if (isVariable(left, "extra") && right.kind === "literal")
    return { ...comparison, right: normalizedLiteral(right.value) };
  const namesMembers =
    isVariable(right, "extra") || isVariable(right, "extras") || isVariable(right, "dependency_groups");
  return namesMembers && left.kind === "literal" ? { ...comparison, left: normalizedLiteral(left.value) } : comparison;
}

function isVariable(operand: MarkerOperand, name: MarkerVariable): boolean {
  return operand.kind === "variable" && operand.name === name;
}

function normalizedLiteral(value: string): MarkerOperand {
  return { kind: "literal", value: normalizeName(value) };
}
