import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTagSet, tagToString } from "./tag.ts";

describe('PEP 425, "Compressed Tag Sets": every combination of the members is a tag', () => {
  test.each([
    ["py3-none-any", ["py3-none-any"]],
    ["py2.py3-none-any", ["py2-none-any", "py3-none-any"]],
    ["CP311-Abi3-Win_AMD64", ["cp311-abi3-win_amd64"]],
    ["py3.py3-none-any", ["py3-none-any"]],
    ["cp39.cp310-abi3-a.b", ["cp39-abi3-a", "cp39-abi3-b", "cp310-abi3-a", "cp310-abi3-b"]],
  ])("%s", (text, tags) => {
    expect(parseTagSet(text).map(tagToString)).toEqual(tags);
  });
  test("a tag survives printing and parsing", () => {
    const word = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(word, word, word, (interpreter, abi, platform) => {
        const tag = { interpreter, abi, platform };
        expect(parseTagSet(tagToString(tag))).toEqual([tag]);
      }),
      { seed: 425 },
    );
  });
});

describe("a malformed tag set says what is wrong with it", () => {
  test.each([
    ["py3-none", "expected exactly three parts"],
    ["py3-none-any-more", "expected exactly three parts"],
    ["py3..py2-none-any", "has an empty member"],
    ["py3--any", "has an empty member"],
    ["", "has an empty member"],
    ["3py-none-any", '"3py" is not an identifier'],
    [`${Array.from({ length: 300 }, (_, i) => `a${i}`).join(".")}-none-${"b.".repeat(300)}b`, "stands for more than"],
  ])("%.30s", (text, reason) => {
    expect(() => parseTagSet(text)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_TAG", message: expect.stringContaining(reason) }),
    );
  });
});
