import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidRequirement, parseRequirement } from "./index.ts";

describe("PEP 508, Grammar: what a requirement holds", () => {
  test("name, extras, specifiers and marker", () => {
    const requirement = parseRequirement(' Zope.Interface [B_x , a,B-X] >= 1.0 ,<2 ; os_name=="nt" ');
    expect(requirement).toMatchObject({
      name: "Zope.Interface",
      normalizedName: "zope-interface",
      extras: ["a", "b-x"],
      url: undefined,
    });
    expect(requirement.specifiers.toString()).toBe("<2,>=1.0");
    expect(requirement.marker?.toString()).toBe('os_name == "nt"');
  });

  test("a URL and a marker", () => {
    const requirement = parseRequirement('pip @ https://h/pip.zip#sha1=ab;c ; python_version < "3"');
    expect(requirement).toMatchObject({ name: "pip", url: "https://h/pip.zip#sha1=ab;c", extras: [] });
    expect(requirement.specifiers.specifiers).toEqual([]);
    expect(requirement.marker?.toString()).toBe('python_version < "3"');
  });

  test("a name alone", () => {
    expect(parseRequirement("A")).toMatchObject({
      name: "A",
      normalizedName: "a",
      extras: [],
      url: undefined,
      marker: undefined,
    });
  });
});

describe("PEP 508: accepted spellings, printed", () => {
  test.each([
    ["name<=1", "name<=1"],
    ["name (>=1,<2)", "name<2,>=1"],
    ["name ( >= 1 )", "name>=1"],
    ["name()", "name"],
    ["name>=1,", "name>=1"],
    ["name[]", "name"],
    [
      "name[ quux, strange ];python_version<'2.7' and platform_version=='2'",
      'name[quux,strange]; python_version < "2.7" and platform_version == "2"',
    ],
    ["name@http://foo.com", "name @ http://foo.com"],
    [
      "name [fred,bar] @ http://foo.com ; python_version=='2.7'",
      'name[bar,fred] @ http://foo.com ; python_version == "2.7"',
    ],
    ["name @ file:///a/b.whl  ", "name @ file:///a/b.whl"],
    ["name===anything_*goes;os_name=='a'", 'name===anything_*goes; os_name == "a"'],
    ["name ~= 1.4.2", "name~=1.4.2"],
    ["name==1.*,!=1.5+local", "name!=1.5+local,==1.*"],
    ["A.B-C_D", "A.B-C_D"],
  ])("%s is %s", (written, normal) => {
    expect(parseRequirement(written).toString()).toBe(normal);
    expect(parseRequirement(normal).toString()).toBe(normal);
  });
});

const refusals: readonly (readonly [source: string, problem: string, drawing: string])[] = [
  ["", "Expected package name at the start of dependency specifier", "^"],
  ["==1", "Expected package name at the start of dependency specifier", "^"],
  ["name >> 1", "Expected semicolon (after name with no version specifier) or end", "     ^"],
  ["name>=1 <2", "Expected comma (within version specifier), semicolon (after version specifier) or end", "    ~~~~^"],
  ["name>=1.*", ".* suffix can only be used with `==` or `!=` operators", "    ~~~~^"],
  ["name==1a1.*", ".* suffix cannot be used with pre-release, post-release, dev or local versions", "    ~~~~~~^"],
  ["name>=1+abc", "Local version label can only be used with `==` or `!=` operators", "    ~~~^"],
  ["name(>=1", "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier", "    ~~~~^"],
  ["name[a", "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras", "    ~~^"],
  ["name[a b]", "Expected comma between extra names", "       ^"],
  ["name[a,]", "Expected extra name after comma", "       ^"],
  ["name @", "Expected URL after @", "      ^"],
  ["name @ h x", "Expected semicolon (after URL and whitespace) or end", "       ~~^"],
  ["name; os_name", "Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in", "             ^"],
  [
    "name; (os_name=='a'",
    "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression",
    "      ~~~~~~~~~~~~~^",
  ],
  ["n @ \u{1F40D} x", "Expected semicolon (after URL and whitespace) or end", "    ~~^"],
];

describe("what is no requirement", () => {
  test.each(refusals)("%j: %s", (source, problem, drawing) => {
    expect(() => parseRequirement(source)).toThrow(InvalidRequirement);
    expect(() => parseRequirement(source)).toThrow(
      expect.objectContaining({
        code: "MURRE_INVALID_REQUIREMENT",
        source,
        problem,
        message: `${problem}\n    ${source}\n    ${drawing}`,
      }),
    );
  });

  test("what the grammar takes for === but is a list with a wrong clause", () => {
    expect(() => parseRequirement("name===1,2")).toThrow(
      /^"2" is not a version specifier: [^\n]*\n {4}name===1,2\n {8}~{6}\^$/,
    );
  });

  test("the span is where the drawing is", () => {
    expect(() => parseRequirement("name[a")).toThrow(expect.objectContaining({ span: [4, 6] }));
  });
});

describe("credentials never appear in an error", () => {
  test("neither in the message nor in its fields, and the drawing stays in place", () => {
    const text = "name @ https://user:secret@host/x y";
    const source = "name @ https://user:****@host/x y";
    const drawing = `    ${source}\n           ~~~~~~~~~~~~~~~~~~~~~~~~~^`;
    expect(() => parseRequirement(text)).toThrow(
      expect.objectContaining({ source, span: [7, 32], message: expect.stringContaining(drawing) }),
    );
  });

  test("nor where the bad clause itself is a URL", () => {
    expect(() => parseRequirement("name===1,https://user:secret@host/")).toThrow(
      expect.objectContaining({
        problem: expect.not.stringContaining("secret"),
        message: expect.not.stringContaining("secret"),
      }),
    );
  });
});

function outcome(source: string): string {
  try {
    return typeof parseRequirement(source).toString();
  } catch (error) {
    return String((error as InvalidRequirement).code);
  }
}

describe("laws of requirements", () => {
  const name = fc.constantFrom("foo", "Foo.Bar", "a_b", "x1");
  const extras = fc.constantFrom("", "[a]", "[B_c,a]", "[]");
  const versions = fc.constantFrom("", ">=1", "(==1.*)", " ~=1.4.2 , !=1.5", "===any", " @ https://h/x.whl ");
  const marker = fc.constantFrom("", ";os.name=='nt'", "; extra=='A_b' and (python_version>'3' or os_name!='x')");

  test("printing is idempotent and keeps every part", () => {
    fc.assert(
      fc.property(name, extras, versions, marker, (...parts) => {
        const requirement = parseRequirement(parts.join(""));
        const again = parseRequirement(requirement.toString());
        expect(again.toString()).toBe(requirement.toString());
        expect([again.normalizedName, again.extras, again.url]).toEqual([
          requirement.normalizedName,
          requirement.extras,
          requirement.url,
        ]);
      }),
      { seed: 508, numRuns: 500 },
    );
  });

  test("any text is read or refused with a requirement's error, never anything else", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab1.,;()[]<>=!~@'\"\\ \t-_é"), maxLength: 16 });
    fc.assert(
      fc.property(text, (source) => {
        expect(["string", "MURRE_INVALID_REQUIREMENT"]).toContain(outcome(source));
      }),
      { seed: 508, numRuns: 2000 },
    );
  });
});
