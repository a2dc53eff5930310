import { describe, expect, test } from "vitest";
import { splitShellWords } from "./shell-words.ts";

describe("words are split as by Python's shlex.split", () => {
  // What shlex.split of Python 3.11 returns; undefined where it raises ValueError.
  test.each<[string, readonly string[] | undefined]>([
    ["a b\tc", ["a", "b", "c"]],
    ["'a b' c", ["a b", "c"]],
    ['"a\\"b" \\c', ['a"b', "c"]],
    ['"a\\b"', ["a\\b"]],
    ["'a\\b'", ["a\\b"]],
    ["a'b c'd", ["ab cd"]],
    ["''", [""]],
    ["a # b", ["a", "#", "b"]],
    ["a\\ b", ["a b"]],
    ["'a", undefined],
    ["a\\", undefined],
    ["", []],
  ])("%s", (text, words) => {
    expect(splitShellWords(text)).toEqual(words);
  });
});
