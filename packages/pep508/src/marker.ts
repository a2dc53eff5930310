import { InvalidMarker } from "./errors.ts";
import { evaluateExpression } from "./evaluate-marker.ts";
import {
  formatSyntax,
  toExpression,
  type MarkerEnvironment,
  type MarkerExpression,
  type MarkerSyntax,
} from "./marker-expression.ts";
import { normalizeName } from "./names.ts";
import { parseMarkerSyntax } from "./parse-marker.ts";
import { Tokenizer } from "./tokenizer.ts";

/** What a lock file is installed with (PEP 751). */
export interface LockFileSelection {
  readonly extras?: Iterable<string>;
  readonly dependencyGroups?: Iterable<string>;
}

/** A condition on the environment, immutable. `parseMarker` makes them. */
export class Marker {
  /** The parsed marker, for programs that analyse it. */
  readonly expression: MarkerExpression;
  readonly #text: string;

  constructor(syntax: MarkerSyntax) {
    this.expression = toExpression(syntax);
    this.#text = formatSyntax(syntax);
  }

  /**
   * Whether the marker of a distribution's metadata holds. With several extras it holds when it does for one of them, as pip
   * has it; with none, `extra` is the empty text.
   * @throws {UndefinedComparison} {@link UndefinedMarkerVariable}
   */
  evaluate(environment: MarkerEnvironment, extras: Iterable<string> = []): boolean {
    let result: boolean | undefined;
    for (const extra of extras) {
      result = evaluateExpression(this.expression, environment, { extra: normalizeName(extra) });
      if (result) return true;
    }
    return result ?? evaluateExpression(this.expression, environment, { extra: "" });
  }

  /**
   * Whether a marker of a lock file holds, which knows the sets `extras` and `dependency_groups` instead of `extra` (PEP 751).
   * @throws {UndefinedComparison} {@link UndefinedMarkerVariable}
   */
  evaluateInLockFile(environment: MarkerEnvironment, selection: LockFileSelection = {}): boolean {
    return evaluateExpression(this.expression, environment, {
      extras: new Set(Array.from(selection.extras ?? [], normalizeName)),
      dependency_groups: new Set(Array.from(selection.dependencyGroups ?? [], normalizeName)),
    });
  }

  /** The marker in one spelling: `parseMarker` gives an equal one for it. */
  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }
}

/** Whether what stands from a position of the text to its end is a marker: to be asked of one position after the other. */
export function markerSearch(text: string): (position: number) => boolean {
  // Asked at each ";" of a text: an error that draws the whole text each time would cost the square of its length.
  const noMarker = new Error("no marker");
  const tokenizer = new Tokenizer(text, () => noMarker);
  return (position) => {
    tokenizer.position = position;
    try {
      parseMarkerSyntax(tokenizer);
      return tokenizer.sees("END");
    } catch (error) {
      if (error === noMarker) return false;
      throw error;
    }
  };
}

/**
 * The text of a marker that holds where all of these do (`and`), or one of them (`or`); empty where there is none. Each has to be a marker by itself;
 * the same one is written once.
 */
export function joinMarkers(texts: Iterable<string>, by: "and" | "or"): string {
  const [first = "", ...others] = new Set(texts);
  return others.length === 0 ? first : [first, ...others].map((text) => `(${text})`).join(` ${by} `);
}

/**
 * Reads a marker.
 * @throws {InvalidMarker}
 */
export function parseMarker(text: string): Marker {
  const tokenizer = new Tokenizer(text, (problem, source, span) => new InvalidMarker(problem, source, span));
  const syntax = parseMarkerSyntax(tokenizer);
  tokenizer.expect("END", "end of marker expression");
  return new Marker(syntax);
}
