import { describe, expect, test } from "vitest";
import { parseEntryPoints } from "./entry-points.ts";

describe("entry points specification: groups of name = module:attribute [extras]", () => {
  test("groups keep their order, and names their case", () => {
    const groups = parseEntryPoints("[console_scripts]\nB = m:f\na=m.n:C.g\n\n[foo.bar]\nx = m\n");
    expect([...groups.keys()]).toEqual(["console_scripts", "foo.bar"]);
    expect(groups.get("console_scripts")).toEqual([
      { name: "B", module: "m", attribute: "f", extras: [] },
      { name: "a", module: "m.n", attribute: "C.g", extras: [] },
    ]);
    expect(groups.get("foo.bar")).toEqual([{ name: "x", module: "m", extras: [] }]);
  });

  test.each([
    ["x = m:f [a,b]", { name: "x", module: "m", attribute: "f", extras: ["a", "b"] }],
    ["x = m:f[]", { name: "x", module: "m", attribute: "f", extras: [] }],
    ["x  =  m : f", { name: "x", module: "m", attribute: "f", extras: [] }],
    ["a b.c = m:f", { name: "a b.c", module: "m", attribute: "f", extras: [] }],
    ["x:y = m:f", { name: "x:y", module: "m", attribute: "f", extras: [] }],
    ["ü = modül:é", { name: "ü", module: "modül", attribute: "é", extras: [] }],
    ["__proto__ = m:f", { name: "__proto__", module: "m", attribute: "f", extras: [] }],
  ])("%s is read", (line, point) => {
    expect(parseEntryPoints(`[g]\n  ${line}\r\n`).get("g")).toEqual([point]);
  });

  test("comments and blank lines do not count", () => {
    expect(parseEntryPoints("# one\n; two\n\n[g]\n  # three\nx = m\n").get("g")).toHaveLength(1);
  });

  test("the last of several entries with one name counts, also when its group comes again", () => {
    expect(parseEntryPoints("[g]\nx = a\n[h]\n[g]\nx = b\n").get("g")).toMatchObject([{ module: "b" }]);
  });

  test("all bad lines are named at once", () => {
    expect(() => parseEntryPoints("x = m\n[g]\nno equals\ny = m:f:g\n = m\n", "x.whl")).toThrow(
      'x.whl: entry_points.txt line 1: an entry stands before the first [group]; entry_points.txt line 3: expected name = module:attribute, found "no equals"; ' +
        'entry_points.txt line 4: y refers to "m:f:g", expected module:attribute; entry_points.txt line 5: expected name = module:attribute, found "= m" (MURRE_INVALID_ENTRY_POINTS)',
    );
  });
});
