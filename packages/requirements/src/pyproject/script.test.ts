import { expect, test } from "vitest";
import { InvalidScript } from "../errors.ts";
import { parseScript } from "./script.ts";

const block = (...lines: readonly string[]): string => ["# /// script", ...lines, "# ///", ""].join("\n");

function read(text: string): unknown {
  const script = parseScript(text, "s.py");
  return script && [script.requiresPython, ...script.entries.map(({ origin, text }) => `${origin?.line} ${text}`)];
}

test.each([
  [
    "requirements with their lines",
    `#!/bin/python\n\n${block('# requires-python = ">=3.9"', "# dependencies = [", "#", '#   "a<3",', '#   "b",', "# ]")}import a\n`,
    [">=3.9", "7 a<3", "8 b"],
  ],
  ["nothing", block(), [undefined]],
  ["up to the last closing line", block("# x = '''", "# ///", "# '''", '# dependencies = ["a"]'), [undefined, "5 a"]],
  ["lines that Windows ends", block('# dependencies = ["a"]').replaceAll("\n", "\r\n"), [undefined, "2 a"]],
  [
    "past blocks of other kinds",
    `# /// other\n# dependencies = ["x"]\n# ///\n\n${block('# dependencies = ["a"]')}`,
    [undefined, "6 a"],
  ],
  ["none where there is none", `print("# /// script")\n# /// other\n# ///\n #  /// script\n# ///\n`, undefined],
  ["none in a block of another kind", `# /// other\n${block('# dependencies = ["a"]')}`, undefined],
])("reads %s", (_, text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ["an open block", `x\n# /// script\n# dependencies = []\n`, 's.py: line 2: "# /// script" is opened'],
  ["a closing line with a tail", `# /// script\n# /// x\n`, "is opened"],
  ["two blocks", `${block()}\n${block()}`, "s.py: line 4: a second block"],
  ["no TOML", `\n${block("# dependencies = [")}`, /s\.py: .*line [34], column/],
  [
    "a requirement that is none",
    block("# x = 1", '# dependencies = ["a", "=b"]'),
    "s.py: line 3: dependencies: Expected",
  ],
  ["no list", block('# dependencies = "a"'), "dependencies is no list of strings"],
])("%s is refused", (_, text, said) => {
  expect(() => read(text)).toThrow(InvalidScript);
  expect(() => read(text)).toThrow(said);
});

test("reads what [tool.uv] says", () => {
  const script = parseScript(block("# dependencies = []", "# [tool.uv]", '# constraint-dependencies = ["a<2"]'));
  expect(script?.uv.constraints.map(({ text, origin }) => [text, origin?.line])).toEqual([["a<2", 4]]);
});
