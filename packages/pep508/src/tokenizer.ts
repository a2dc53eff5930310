import { SPECIFIER_PATTERN } from "@murre/pep440";
import type { Span } from "./errors.ts";

/**
 * Python's `\b`, for which letters and digits of every script belong to words. Such a class takes milliseconds to compile, so that it is left to
 * the texts that need it: in ASCII, which nearly all requirements are, JavaScript's own `\b` says the same.
 */
const WORD = "[\\p{L}\\p{N}_]";
const BOUNDARY = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;

type Word = (pattern: string) => RegExp;

const asciiWord: Word = (pattern) => new RegExp(`\\b(?:${pattern})\\b`, "y");
const anyWord: Word = (pattern) => new RegExp(`${BOUNDARY}(?:${pattern})${BOUNDARY}`, "uy");

const rulesWith = (word: Word) => ({
  LEFT_PARENTHESIS: /\(/y,
  RIGHT_PARENTHESIS: /\)/y,
  LEFT_BRACKET: /\[/y,
  RIGHT_BRACKET: /\]/y,
  SEMICOLON: /;/y,
  COMMA: /,/y,
  QUOTED_STRING: /'[^']*'|"[^"]*"/y,
  OP: /===|==|~=|!=|<=|>=|<|>/y,
  BOOLOP: word("or|and"),
  IN: word("in"),
  NOT: word("not"),
  VARIABLE: word(
    "python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)" +
      "|platform[._](?:version|machine|python_implementation)|python_implementation" +
      "|implementation_(?:name|version)|extras?|dependency_groups",
  ),
  SPECIFIER: new RegExp(SPECIFIER_PATTERN, "iy"),
  AT: /@/y,
  URL: /[^ \t]+/y,
  IDENTIFIER: word("[a-zA-Z0-9][a-zA-Z0-9._-]*"),
  PREFIX_TRAIL: /\.\*/y,
  LOCAL_TRAIL: /\+[a-z0-9]+(?:[-_.][a-z0-9]+)*/y,
  WS: /[ \t]+/y,
  END: /$/y,
});

type Rules = ReturnType<typeof rulesWith>;

export type Rule = keyof Rules;

const asciiRules = rulesWith(asciiWord);
let anyRules: Rules | undefined;

// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const ascii = /^[\u0000-\u007f]*$/;

/** What is thrown at the caller for a syntax error. */
export type SyntaxErrorFactory = (problem: string, source: string, span: Span) => Error;

/** Reads a text piece by piece; which piece may come next is up to the grammar's functions. */
export class Tokenizer {
  readonly source: string;
  position = 0;
  readonly #error: SyntaxErrorFactory;
  readonly #rules: Rules;

  constructor(source: string, error: SyntaxErrorFactory) {
    this.source = source;
    this.#rules = ascii.test(source) ? asciiRules : (anyRules ??= rulesWith(anyWord));
    this.#error = error;
  }

  /** Whether the rule matches here; nothing is read. */
  sees(rule: Rule): boolean {
    const expression = this.#rules[rule];
    expression.lastIndex = this.position;
    return expression.test(this.source);
  }

  /** Reads what the rule matches here, or nothing. */
  take(rule: Rule): string | undefined {
    const expression = this.#rules[rule];
    expression.lastIndex = this.position;
    if (!expression.test(this.source)) return undefined;
    const start = this.position;
    this.position = expression.lastIndex;
    return this.source.slice(start, this.position);
  }

  skipSpace(): void {
    this.take("WS");
  }

  expect(rule: Rule, expected: string): string {
    return this.take(rule) ?? this.fail(`Expected ${expected}`);
  }

  /** @throws what the tokenizer was made with, for the piece from `start` to `end`. */
  fail(problem: string, start = this.position, end = this.position): never {
    throw this.#error(problem, this.source, [start, end]);
  }

  /** Reads `inside` between two tokens, or without both of them. */
  enclosed<T>(open: "LEFT_PARENTHESIS" | "LEFT_BRACKET", around: string, inside: () => T): T {
    const start = this.position;
    const isOpen = this.take(open) !== undefined;
    const result = inside();
    const close = open === "LEFT_PARENTHESIS" ? "RIGHT_PARENTHESIS" : "RIGHT_BRACKET";
    if (isOpen && this.take(close) === undefined)
      this.fail(`Expected matching ${close} for ${open}, after ${around}`, start);
    return result;
  }
}
