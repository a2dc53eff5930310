import { redactUrl, redactWithPositions } from "./redact-url.ts";

/** The permanent codes of this package's errors. */
export type Pep508ErrorCode =
  | "MURRE_INVALID_REQUIREMENT"
  | "MURRE_INVALID_MARKER"
  | "MURRE_UNDEFINED_COMPARISON"
  | "MURRE_UNDEFINED_MARKER_VARIABLE"
  | "MURRE_MARKER_TOO_COMPLEX";

/** What all errors of this package are. */
export abstract class Pep508Error extends Error {
  abstract readonly code: Pep508ErrorCode;
}

/** Start and end of the bad piece in a text, in UTF-16 units; the end is exclusive. */
export type Span = readonly [start: number, end: number];

interface Drawing {
  readonly problem: string;
  readonly source: string;
  readonly span: Span;
  readonly message: string;
}

/** One column for each character, beyond U+FFFF as well. */
function columns(text: string): number {
  return Array.from(text).length;
}

/** The problem, the line, and `~~~^` under the bad piece. Credentials of URLs are masked, and the span moved with them. */
function draw(rawProblem: string, original: string, span: Span): Drawing {
  const problem = redactUrl(rawProblem);
  const { text: source, move } = redactWithPositions(original);
  const [start, end] = [move(span[0]), move(span[1])];
  const underline = " ".repeat(columns(source.slice(0, start))) + "~".repeat(columns(source.slice(start, end)));
  return { problem, source, span: [start, end], message: `${problem}\n    ${source}\n    ${underline}^` };
}

/** A text that does not follow its grammar, with a drawing of where. */
abstract class DrawnError extends Pep508Error {
  /** The problem in one line, without the drawing. */
  readonly problem: string;
  /** What was given, credentials in URLs masked. */
  readonly source: string;
  /** The bad piece of `source`. */
  readonly span: Span;
  constructor(rawProblem: string, original: string, span: Span, options?: ErrorOptions) {
    const drawing = draw(rawProblem, original, span);
    super(drawing.message, options);
    this.problem = drawing.problem;
    this.source = drawing.source;
    this.span = drawing.span;
  }
}

/**
 * The text is no requirement of PEP 508.
 * To do: correct it at the mark.
 */
export class InvalidRequirement extends DrawnError {
  override readonly name = "InvalidRequirement";
  readonly code = "MURRE_INVALID_REQUIREMENT";
}

/**
 * The text is no marker of PEP 508.
 * To do: correct it at the mark.
 */
export class InvalidMarker extends DrawnError {
  override readonly name = "InvalidMarker";
  readonly code = "MURRE_INVALID_MARKER";
}

/**
 * A comparison in a marker that has no meaning for the values it meets.
 * To do: compare versions with versions, texts with texts.
 */
export class UndefinedComparison extends Pep508Error {
  override readonly name = "UndefinedComparison";
  readonly code = "MURRE_UNDEFINED_COMPARISON";
  /** The comparison as the marker has it. */
  readonly comparison: string;
  constructor(comparison: string, reason: string, options?: ErrorOptions) {
    super(`the marker's comparison ${comparison} cannot be evaluated: ${reason}`, options);
    this.comparison = comparison;
  }
}

/**
 * A marker names a variable that the environment, or this kind of file, does not have.
 * To do: use a variable that there is.
 */
export class UndefinedMarkerVariable extends Pep508Error {
  override readonly name = "UndefinedMarkerVariable";
  readonly code = "MURRE_UNDEFINED_MARKER_VARIABLE";
  readonly variable: string;
  constructor(variable: string, options?: ErrorOptions) {
    super(
      `the marker variable ${variable} has no value here: "extra" is for metadata, "extras" and "dependency_groups" are for lock files, everything else comes from the interpreter`,
      options,
    );
    this.variable = variable;
  }
}

/**
 * A marker that can be evaluated, but whose alternatives are too many to be compared with those of others, as locking for all platforms
 * needs it.
 * To do: write it with fewer alternatives; of a distribution's metadata, take another version.
 */
export class MarkerTooComplex extends Pep508Error {
  override readonly name = "MarkerTooComplex";
  readonly code = "MURRE_MARKER_TOO_COMPLEX";
  constructor(options?: ErrorOptions) {
    super("the marker has too many alternatives to be compared with others", options);
  }
}
