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

  test.each(["console_scripts", "gui_scripts"])("all bad lines of %s are named at once", (group) => {
    expect(() => parseEntryPoints(`[${group}]\nno equals\ny = m:f:g\n = m\n`, "x.whl")).toThrow(
      'x.whl: entry_points.txt line 2: expected name = module:attribute, found "no equals"; ' +
        'entry_points.txt line 3: y refers to "m:f:g", expected module:attribute; entry_points.txt line 4: expected name = module:attribute, found "= m" (MURRE_INVALID_ENTRY_POINTS)',
    );
  });

  test.each([
    ["lines that are none", "[g]\nno equals\nx = m\n[console_scripts]\nt = m:f\n"],
    ["values that are no references", "[g]\ny = !!! ???\nz = 'a', 'b'\nx = m\n[console_scripts]\nt = m:f\n"],
    ["values of several lines", "[g]\ny =\n  one two\n  three four\nx = m\n[console_scripts]\nt = m:f\n"],
    ["names that are empty", "[console_scripts]\nt = m:f\n[g]\n= m\nx = m\n"],
    ["lines before the first group", "hello\ny = m\n[g]\nx = m\n[console_scripts]\nt = m:f\n"],
  ])("%s do not matter where nobody installs them", (_, text) => {
    const groups = parseEntryPoints(text);
    expect(groups.get("g")).toEqual([{ name: "x", module: "m", extras: [] }]);
    expect(groups.get("console_scripts")).toHaveLength(1);
  });

  test.each([
    ["t =\n    m:f", { module: "m", attribute: "f" }],
    ["t = m:\n    f", { module: "m", attribute: "f" }],
    ["  t = m\n\t\t# why\n\n      :f\n      [e,\n       g]", { module: "m", attribute: "f", extras: ["e", "g"] }],
  ])("%j goes on in indented lines", (entry, expected) => {
    expect(parseEntryPoints(`[console_scripts]\n${entry}\nu = m:g\n`).get("console_scripts")).toMatchObject([
      { name: "t", ...expected },
      { name: "u", module: "m", attribute: "g" },
    ]);
  });

  test("an entry is one however far it is indented, and so is a group", () => {
    const groups = parseEntryPoints("  [console_scripts]\n  t = m:f\n      u = m:g\n   [h]\n  x = m\n");
    expect(groups.get("console_scripts")).toHaveLength(2);
    expect(groups.get("h")).toHaveLength(1);
  });
});
