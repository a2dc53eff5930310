import { describe, expect, test } from "vitest";
import { wrongChangeset } from "../../../scripts/house-changesets.mjs";

const bundled = ["@murre/locking", "@murre/pep440"];
const set = (...lines: readonly string[]) => `---\n${lines.join("\n")}\n---\n\nSomething is better.\n`;

describe("a change of a bundled package reaches murre's users", () => {
  test.each<[text: string, problem: RegExp]>([
    [set('"@murre/locking": patch', '"murre": patch'), /^$/],
    [set('"murre": minor'), /^$/],
    [set("'@murre/pep440': major", "murre: major"), /^$/],
    [set('"@murre/elsewhere": patch'), /^$/],
    [set('"@murre/locking": patch'), /names @murre\/locking and not murre/],
    [set('"@murre/pep440": major', '"@murre/locking": patch'), /names @murre\/pep440, @murre\/locking and not murre/],
    [set('"@murre/locking": patch', '"murre-like": patch'), /and not murre/],
    [set('"@murre/locking": tiny', '"murre": patch'), /tiny is no kind of change/],
    ["no head", /names no package/],
  ])("%j", (text, problem) => {
    expect(wrongChangeset(text, "murre", bundled).join("\n")).toMatch(problem);
  });
});
