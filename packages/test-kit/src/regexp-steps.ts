import { RegExpParser, type AST } from "@eslint-community/regexpp";

/** Goes on behind a match that ends at a position. */
type Rest = (at: number) => boolean;

/** Matches a piece at a position and goes on with the rest; false where that leads nowhere. */
type Matcher = (text: string, at: number, rest: Rest) => boolean;

/**
 * How many characters and positions a backtracking engine looks at, as V8's does: counted by an interpreter, because no engine tells. Its answer
 * is held against the engine's own, so that it cannot count something else.
 */
export class RegExpSteps {
  count = 0;
  readonly #compiled = new Map<string, Matcher>();

  /** Where the expression matches first from a position on; undefined where it does not. */
  search(expression: RegExp, text: string, from: number): number | undefined {
    const matcher = this.#matcherOf(expression);
    for (let start = from; start <= text.length; start++) {
      this.count++;
      if (matcher(text, start, () => true)) return start;
      if (expression.sticky) return undefined;
    }
    return undefined;
  }

  #matcherOf(expression: RegExp): Matcher {
    const key = String(expression);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const flags = { unicode: expression.unicode, unicodeSets: expression.flags.includes("v") };
    const pattern = new RegExpParser().parsePattern(expression.source, undefined, undefined, flags);
    const made = this.#alternatives(pattern.alternatives, expression.flags.replaceAll(/[gyd]/g, ""));
    this.#compiled.set(key, made);
    return made;
  }

  #alternatives(alternatives: readonly AST.Alternative[], flags: string): Matcher {
    const each = alternatives.map(({ elements }) => this.#sequence(elements, flags));
    return (text, at, rest) => each.some((matcher) => matcher(text, at, rest));
  }

  #sequence(elements: readonly AST.Element[], flags: string): Matcher {
    const matchers = elements.map((element) => this.#element(element, flags));
    const from = (index: number, text: string, at: number, rest: Rest): boolean =>
      index === matchers.length ? rest(at) : matchers[index]!(text, at, (next) => from(index + 1, text, next, rest));
    return (text, at, rest) => from(0, text, at, rest);
  }

  #element(element: AST.Element, flags: string): Matcher {
    switch (element.type) {
      case "Group":
      case "CapturingGroup":
        return this.#alternatives(element.alternatives, flags);
      case "Quantifier":
        return this.#quantifier(element, flags);
      case "Assertion":
        return element.kind === "lookahead" ? this.#lookahead(element, flags) : this.#position(element.raw, flags);
      case "Character":
      case "CharacterClass":
      case "CharacterSet": {
        const end = this.#character(element.raw, flags);
        return (text, at, rest) => {
          const next = end(text, at);
          return next !== undefined && rest(next);
        };
      }
      default:
        throw new Error(`no expression of the house has a ${element.type}: ${element.raw}`);
    }
  }

  #lookahead({ alternatives, negate }: AST.LookaheadAssertion, flags: string): Matcher {
    const matcher = this.#alternatives(alternatives, flags);
    return (text, at, rest) => matcher(text, at, () => true) !== negate && rest(at);
  }

  /** What looks at the characters beside a position: `^`, `$`, `\b`, and backwards, where the house looks at one character. */
  #position(raw: string, flags: string): Matcher {
    const native = new RegExp(raw, `${flags}y`);
    return (text, at, rest) => {
      this.count++;
      native.lastIndex = at;
      return exec(native, text) && rest(at);
    };
  }

  /** Where the character ends that is one of these. */
  #character(raw: string, flags: string): (text: string, at: number) => number | undefined {
    const native = new RegExp(`^(?:${raw})$`, flags.replace("m", ""));
    const known = new Map<string, boolean>();
    const isWide = /[uv]/.test(flags);
    return (text, at) => {
      this.count++;
      if (at >= text.length) return undefined;
      const character = isWide ? String.fromCodePoint(text.codePointAt(at)!) : text.charAt(at);
      const answer = known.get(character) ?? exec(native, character);
      known.set(character, answer);
      return answer ? at + character.length : undefined;
    };
  }

  #quantifier({ element, min, max, greedy }: AST.Quantifier, flags: string): Matcher {
    if (element.type === "Character" || element.type === "CharacterClass" || element.type === "CharacterSet")
      return this.#run(this.#character(element.raw, flags), min, max, greedy);
    const inner = this.#element(element, flags);
    const more = (text: string, at: number, count: number, rest: Rest): boolean => {
      const again = () =>
        count < max && inner(text, at, (next) => (next > at || count < min) && more(text, next, count + 1, rest));
      const done = () => count >= min && rest(at);
      return greedy ? again() || done() : done() || again();
    };
    return (text, at, rest) => more(text, at, 0, rest);
  }

  /** Single characters, without a call inside a call for each. */
  #run(end: (text: string, at: number) => number | undefined, min: number, max: number, greedy: boolean): Matcher {
    return (text, start, rest) => {
      const ends = [start];
      const grow = (): boolean => {
        const next = ends.length > max ? undefined : end(text, ends.at(-1)!);
        if (next !== undefined) ends.push(next);
        return next !== undefined;
      };
      while (ends.length <= min) if (!grow()) return false;
      if (!greedy) {
        while (!rest(ends.at(-1)!)) if (!grow()) return false;
        return true;
      }
      while (grow());
      for (let count = ends.length - 1; count >= min; count--) if (rest(ends[count]!)) return true;
      return false;
    };
  }
}

// Taken before anybody counts.
const { exec: nativeExec } = RegExp.prototype;
const exec = (expression: RegExp, text: string): boolean => nativeExec.call(expression, text) !== null;
