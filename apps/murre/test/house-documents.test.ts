import { describe, expect, test } from "vitest";
import { comparesUntyped, errorClasses, typedCodes } from "../../../scripts/house-errors.mjs";
import { namedPaths, prose, wrongLabels, wrongReadme } from "../../../scripts/house-documents.mjs";
import { wrongRooms } from "../../../scripts/house-rooms.mjs";

const defined = new Map([
  ["C1", "reclamation.md"],
  ["C1b", "reclamation.md"],
  ["G2", "README.md"],
  ["CE7", "counterexamples.md"],
  ["rule D", "README.md"],
]);

describe("labels that a source cites", () => {
  test.each([
    ["a label with its document", "// C1b before C1 (protocols/reclamation.md)", []],
    ["rules and counterexamples, which stand alone", "/** An unlink (G2, CE7), never a wait (rule D). */", []],
    ["an unknown one", "// as CE99 has it", ["cites CE99, which no document of protocols/ defines"]],
    ["a lost rule", "// holds by rule Z", ["cites rule Z, which no document of protocols/ defines"]],
    ["without its document", "f(); // C1", ["cites C1 without naming protocols/reclamation.md"]],
    ["in a test's title", 'test("C1 first", () => {});', ["cites C1 without naming protocols/reclamation.md"]],
    [
      "in a table's title",
      'test.each([1])("C1 of %s", () => {});',
      ["cites C1 without naming protocols/reclamation.md"],
    ],
    [
      "in the title behind a table's rows",
      'test.each([\n  ["A1"],\n])(\n  "CE99 of %s",\n  () => {},\n);',
      ["cites CE99, which no document of protocols/ defines"],
    ],
    ["a document that cannot be found", "// (protocol, section 8)", ["cites a protocol without naming its document"]],
    ["code and strings", 'const C1 = "A9";', []],
    ["parts of words", "// MURRE_C1, utf-A9, sha256-C1, 0xC1", []],
    ["control characters", "// controls (C0 and C1), C1 controls", []],
  ])("%s", (_, source, wrong) => {
    expect(wrongLabels(prose(source), defined)).toEqual(wrong);
  });
});

describe("paths that a document names", () => {
  test.each([
    ["in words", "see `packages/cache/src/reclaim/sweep.ts`.", ["packages/cache/src/reclaim/sweep.ts"]],
    ["a folder", "in packages/cache/src, and docs/", ["packages/cache/src"]],
    ["a link", "[text](../x.md#part) and [site](https://example.org/packages/a.ts)", ["../x.md"]],
    ["patterns", "`packages/*/src`, packages/{a,b}/x.ts, `packages/NAME`", ["packages/NAME"]],
    ["another's folder", "node_modules/packages/x.js", []],
  ])("%s", (_, text, paths) => {
    expect(namedPaths(text).map(({ path }) => path)).toEqual(paths);
  });
});

describe("a package's README", () => {
  const install = "npm install @murre/demo\n";
  test.each([
    ["whole", install, []],
    ["no install line", "npm install @murre/demonstration\n", ['has no line "npm install @murre/demo"']],
    [
      "an example with a private package",
      `${install}import { makeWheel } from "@murre/test-kit";`,
      ["has an example with @murre/test-kit, which nobody can install"],
    ],
    [
      "files that are not published",
      `${install}see \`src/x.ts\``,
      ["names files that are not in the package, without a link to the repository"],
    ],
    ["such files, and where they are", `${install}\`src/x.ts\` of https://github.com/murre-py/murre`, []],
  ])("%s", (_, text, wrong) => {
    expect(wrongReadme(text, "@murre/demo", ["@murre/test-kit"])).toEqual(wrong);
  });
});

describe("errors that a source declares", () => {
  const declared = (doc: string, code: string) =>
    `${doc}export class Broken extends Error {\n  override readonly name = "Broken";\n${code}}\n`;
  test.each([
    [
      "one line",
      declared("/** It is broken. */\n", '  readonly code = "MURRE_BROKEN";\n'),
      ["MURRE_BROKEN: It is broken."],
    ],
    [
      "several lines, a link and a bar",
      declared(
        "/**\n * It is {@link Bad}|worse.\n * To do: mend it.\n */\n",
        '  override readonly code = "MURRE_BROKEN";\n',
      ),
      ["MURRE_BROKEN: It is `Bad`\\|worse. To do: mend it."],
    ],
    ["none", declared("", '  readonly code = "MURRE_BROKEN";\n'), ["MURRE_BROKEN: "]],
    ["a class without a code", declared("/** Internal. */\n", ""), []],
    [
      "such a class before another",
      declared("/** Internal. */\n", "") + declared("/** B. */\n", '  readonly code = "MURRE_B";\n'),
      ["MURRE_B: B."],
    ],
  ])("%s", (_, source, said) => {
    expect(errorClasses(source).map(({ code, says }) => `${code}: ${says}`)).toEqual(said);
  });
});

describe("codes that are compared", () => {
  test.each([
    ["by their type", 'if (hasCode<AnyErrorCode>(error, "MURRE_A")) throw error;', false],
    ["of any text", 'if ((error as { code?: unknown }).code !== "MURRE_A") throw error;', true],
    ["of any text that is there", 'const is = (error as { readonly code: unknown }).code === "MURRE_A";', true],
    ["of a set of any text", 'const those = new Set<unknown>([\n  "MURRE_A",\n]);', true],
    ["of a set of texts", 'const those = new Set<string | undefined>(["MURRE_A"]);', true],
    ["of a set of a type", 'const those = new Set<AnyErrorCode>(["MURRE_A"]);', false],
    ["the system's", 'const those = new Set<unknown>(["ENOENT"]);', false],
  ])("%s", (_, source, isUntyped) => {
    expect(comparesUntyped(source)).toBe(isUntyped);
  });
});

describe("the codes of a type", () => {
  test.each([
    ["one", 'export type AnyErrorCode = "MURRE_A";\n', ["AnyErrorCode MURRE_A: "]],
    [
      "several",
      'export type AnyErrorCode =\n  | "MURRE_A"\n  | "MURRE_B";\n',
      ["AnyErrorCode MURRE_A: ", "AnyErrorCode MURRE_B: "],
    ],
    [
      "some that say what they mean",
      'export type WarningCode =\n  /** One; two. */\n  | "MURRE_A"\n  /**\n   * Three.\n   * To do: four;\n   * five.\n   */\n  | "MURRE_B"\n  | OtherCode;\n\nexport const x = "MURRE_X";\n',
      ["WarningCode MURRE_A: One; two.", "WarningCode MURRE_B: Three. To do: four; five."],
    ],
    ["none", 'export type Other = "MURRE_A";\nexport type AnyCode = OtherCode;\n', []],
  ])("%s", (_, source, said) => {
    expect(typedCodes(source).map(({ type, code, says }) => `${type} ${code}: ${says}`)).toEqual(said);
  });
});

describe("the rooms of a package", () => {
  const rooms = ["shop", "store", "errors.ts"];
  const whole = {
    "index.ts": 'export { sell } from "./shop/sell.ts";',
    "shop/sell.ts": 'import { take } from "../store/take.ts";',
    "store/take.ts": 'import { Empty } from "../errors.ts";',
    "errors.ts": "",
  };
  test.each<[string, Record<string, string>, [string, string][]]>([
    ["imports downwards, and within a room", { "store/keep.ts": 'import "./take.ts"; import "node:fs";' }, []],
    ["what is outside of src", { "store/take.test.ts": 'import { x } from "../../test/x.ts";' }, []],
    [
      "an import upwards",
      { "store/take.ts": 'import { sell } from "../shop/sell.ts";' },
      [["store/take.ts", "imports shop/sell.ts, which stands above it"]],
    ],
    [
      "a type from above",
      { "store/take.ts": 'import type { Sale } from "../shop/sell.ts";' },
      [["store/take.ts", "imports shop/sell.ts, which stands above it"]],
    ],
    [
      "one that is had late",
      { "store/take.ts": 'const { sell } = await import("../shop/sell.ts");' },
      [["store/take.ts", "imports shop/sell.ts, which stands above it"]],
    ],
    [
      "a test may set up with what stands above",
      { "store/take.test.ts": 'import { sell } from "../shop/sell.ts";' },
      [],
    ],
    [
      "the index, which stands above all",
      { "errors.ts": 'import { sell } from "./index.ts";' },
      [["errors.ts", "imports index.ts, which stands above it"]],
    ],
    [
      "a folder without a place",
      { "attic/old.ts": "" },
      [["attic", "has no place among the package's rooms in scripts/house.json"]],
    ],
    [
      "a full room",
      { "store/a.ts": "", "store/b.ts": "", "store/c.ts": "" },
      [["store", "has 4 files, more than the 3 of a room"]],
    ],
    ["a test sets up with whatever it needs", { "errors.test.ts": 'import { sell } from "./index.ts";' }, []],
    ["tests do not fill a room", { "store/a.test.ts": "", "store/b.test.ts": "", "store/c.test.ts": "" }, []],
  ])("%s", (_, more, wrong) => {
    expect(wrongRooms(rooms, new Map(Object.entries({ ...whole, ...more })), 3)).toEqual(wrong);
  });

  test("a room that is gone", () => {
    expect(wrongRooms([...rooms, "cellar"], new Map(Object.entries(whole)), 3)).toEqual([
      ["cellar", "is a room in scripts/house.json, and there is no such"],
    ]);
  });
});
