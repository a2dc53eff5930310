import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidMarker, joinMarkers, parseMarker, type MarkerExpression } from "./index.ts";
import { debian } from "./marker.test.data.ts";

function holds(marker: string, change: Partial<typeof debian> = {}, extras: string[] = []): boolean {
  return parseMarker(marker).evaluate({ ...debian, ...change }, extras);
}

describe("PEP 508, Environment Markers: versions", () => {
  test.each([
    ['python_version >= "3.8"', true],
    ['python_version < "3.10"', false],
    ['python_version == "3.*"', true],
    ['python_version ~= "3.9"', true],
    ['python_version != "3.11.0"', false],
    ['python_version === "3.11"', true],
    ['python_full_version > "3.11.6"', true],
    ['python_full_version >= "3.12.0a1"', false],
    ['implementation_version == "3.11.7"', true],
    ['"3.8" <= python_version', true],
    ['"3.8" >= python_version', false],
    ['"3.11" == python_version', true],
    ['python_version in "3.10 3.11"', true],
    ['python_version not in "2.7, 3.10"', true],
    ['"3" in python_version', true],
  ])("%s is %s", (marker, expected) => {
    expect(holds(marker)).toBe(expected);
  });

  test("a pre-release of Python counts as a version like others", () => {
    expect(holds('python_full_version < "3.13.1"', { python_full_version: "3.13.0a2" })).toBe(true);
    expect(holds('python_full_version >= "3.13.0"', { python_full_version: "3.13.0a2" })).toBe(false);
  });

  test('the version of a build from a checkout, which ends in "+", is read as a local version', () => {
    expect(holds('python_full_version >= "3.14.0"', { python_full_version: "3.14.0+" })).toBe(true);
  });
});

describe("PEP 508: what is no version is compared as text", () => {
  test.each([
    ['platform_release == "6.1.0-18-amd64"', true],
    ['platform_release >= "6.1.0-18-amd64"', true],
    ['platform_release > "6.1.0-17-amd64"', false],
    ['platform_release < "6.1.0-19-amd64"', false],
    ['platform_release >= "6"', false],
    ['platform_release != "6"', false],
    ['"amd64" in platform_release', true],
    ['"6.1.0-18-amd64" == platform_release', true],
    ['python_version == "garbage"', false],
    ['python_version != "garbage"', true],
    ['os_name == "posix"', true],
    ['os_name != "nt"', true],
    ['sys_platform < "zzz"', false],
    ['sys_platform <= "linux"', true],
    ['"bian" in platform_version', true],
    ['"lin" not in sys_platform', false],
  ])("%s is %s", (marker, expected) => {
    expect(holds(marker)).toBe(expected);
  });

  test("two variables are compared by their values", () => {
    expect(holds("sys_platform == os_name")).toBe(false);
    expect(holds("implementation_version == python_full_version")).toBe(true);
  });

  test.each([
    ['os_name ~= "posix"', "~= needs a variable that is a version, and a version"],
    ['os_name === "posix"', "=== needs"],
    ['python_version ~= "garbage"', "~= needs"],
    ['"a" == "b"', "neither side is a variable"],
  ])("%s has no meaning: %s", (marker, reason) => {
    expect(() => holds(marker)).toThrow(
      expect.objectContaining({
        code: "MURRE_UNDEFINED_COMPARISON",
        comparison: marker,
        message: expect.stringContaining(reason),
      }),
    );
  });

  test("a comparison without meaning is reported even where another one decides", () => {
    expect(() => holds('os_name == "nt" and os_name ~= "x"')).toThrow("cannot be evaluated");
    expect(() => holds('os_name == "posix" or os_name ~= "x"')).toThrow("cannot be evaluated");
  });
});

describe("PEP 508: and, or, parentheses", () => {
  const [yes, no] = ['os_name == "posix"', 'os_name == "nt"'];

  test.each([
    [`${yes} or ${no} and ${no}`, true],
    [`(${yes} or ${no}) and ${no}`, false],
    [`${no} and ${yes} or ${yes}`, true],
    [`${no} and (${yes} or ${yes})`, false],
    [`((${yes}) and (((${yes}))))`, true],
  ])("%s is %s", (marker, expected) => {
    expect(holds(marker)).toBe(expected);
  });

  test("the expression shows the meaning: and within or, without the parentheses", () => {
    const expression = parseMarker(`${yes} or (${no} and "3.8" < python_version)`).expression;
    expect(expression).toEqual<MarkerExpression>({
      kind: "or",
      operands: [
        comparison("os_name", "posix"),
        {
          kind: "and",
          operands: [
            comparison("os_name", "nt"),
            {
              kind: "comparison",
              left: { kind: "literal", value: "3.8" },
              operator: "<",
              right: { kind: "variable", name: "python_version" },
            },
          ],
        },
      ],
    });
  });
});

function comparison(name: "os_name", value: string): MarkerExpression {
  return { kind: "comparison", left: { kind: "variable", name }, operator: "==", right: { kind: "literal", value } };
}

describe("PEP 508: extra, and PEP 685: its names are normalised", () => {
  test.each([
    ['extra == "Foo_Bar"', ["foo.bar"], true],
    ['"foo" == extra', ["bar", "FOO"], true],
    ['extra == "foo"', [], false],
    ['extra != "foo"', [], true],
    ['extra != "foo"', ["foo"], false],
    ['extra == "foo" and python_version > "3"', ["foo"], true],
    ['extra == "a" and extra == "b"', ["a", "b"], false],
    ['extra == ""', [], true],
  ])("%s with %j is %s", (marker, extras, expected) => {
    expect(holds(marker, {}, extras)).toBe(expected);
  });
});

function refusal(variable: string): unknown {
  return expect.objectContaining({ code: "MURRE_UNDEFINED_MARKER_VARIABLE", variable });
}

describe("PEP 751: extras and dependency_groups are sets", () => {
  test.each([
    ['"Foo" in extras', true],
    ['"bar" not in extras', true],
    ['"Dev_Tools" in dependency_groups', true],
    ['"foo" in dependency_groups', false],
    ['"foo" == extras', false],
    ['"foo" != extras', true],
  ])("%s is %s", (marker, expected) => {
    const selection = { extras: ["foo"], dependencyGroups: ["dev.tools"] };
    expect(parseMarker(marker).evaluateInLockFile(debian, selection)).toBe(expected);
  });

  test("a set to the left has no meaning", () => {
    expect(() => parseMarker('extras == "foo"').evaluateInLockFile(debian)).toThrow(
      "a set of names can only stand to the right",
    );
  });

  test("metadata has no sets, a lock file no single extra", () => {
    expect(() => holds('"foo" in extras')).toThrow(refusal("extras"));
    expect(() => parseMarker('extra == "foo"').evaluateInLockFile(debian)).toThrow(refusal("extra"));
  });
});

describe("a marker's text", () => {
  test.each([
    ["os.name=='nt'", 'os_name == "nt"'],
    ['sys.platform=="x" or platform.version=="y"', 'sys_platform == "x" or platform_version == "y"'],
    ['platform.machine=="x"', 'platform_machine == "x"'],
    ['platform.python_implementation=="x"', 'platform_python_implementation == "x"'],
    ['python_implementation=="x"', 'platform_python_implementation == "x"'],
    [`os_name == 'a"b'`, `os_name == 'a"b'`],
    [String.raw`os_name == "a\\b"`, String.raw`os_name == "a\\b"`],
    [String.raw`os_name == "\x27\x22"`, String.raw`os_name == "'\x22"`],
    ['extra=="A_b"', 'extra == "a-b"'],
    ['python_version  not   in "3"', 'python_version not in "3"'],
    ['((os_name=="a")) and (os_name=="b" or os_name=="c")', 'os_name == "a" and (os_name == "b" or os_name == "c")'],
    ['(os_name=="a" and os_name=="b") or os_name=="c"', '(os_name == "a" and os_name == "b") or os_name == "c"'],
    ['((os_name=="a" or os_name=="b"))', 'os_name == "a" or os_name == "b"'],
  ])("%s is %s", (written, normal) => {
    expect(parseMarker(written).toString()).toBe(normal);
    expect(parseMarker(normal).toString()).toBe(normal);
  });
});

function nest(depth: number): string {
  return `${"(".repeat(depth)}os_name == "a"${")".repeat(depth)}`;
}

describe("what is no marker", () => {
  test.each([
    ["", "Expected a marker variable or quoted string\n    \n    ^"],
    [
      "os_name",
      "Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in\n    os_name\n           ^",
    ],
    ["os_name == nt", "Expected a marker variable or quoted string\n    os_name == nt\n               ^"],
    ["os_name == 'nt", "Expected a marker variable or quoted string\n    os_name == 'nt\n               ^"],
    ["os_name == 'a\\'", "Invalid quoted string\n    os_name == 'a\\'\n               ~~~~^"],
    ["os_name not 'nt'", "Expected 'in' after 'not'\n    os_name not 'nt'\n                ^"],
    ["os_name == 'a' x", "Expected end of marker expression\n    os_name == 'a' x\n                   ^"],
    [
      "(os_name == 'a'",
      "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression\n    (os_name == 'a'\n    ~~~~~~~~~~~~~~~^",
    ],
    ["os_nam == 'é' ", "Expected a marker variable or quoted string\n    os_nam == 'é' \n    ^"],
  ])("%j is refused with a drawing", (text, message) => {
    expect(() => parseMarker(text)).toThrow(InvalidMarker);
    expect(() => parseMarker(text)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_MARKER", source: text, message }),
    );
  });

  test("a hundred parentheses inside each other are read, more are refused before the stack ends", () => {
    expect(parseMarker(nest(100)).toString()).toBe('os_name == "a"');
    expect(() => parseMarker(nest(100_000).slice(0, 50_000))).toThrow("at most 100 parentheses");
  });
});

describe("laws of markers", () => {
  const literal = fc.string({ unit: fc.constantFrom(..."ab3.1 -_\\'\"é\n"), maxLength: 5 });
  const variable = fc.constantFrom("os_name", "python_version", "platform_release", "sys_platform");
  const quoted = literal.map((text) => {
    const characters = Array.from(text, (one) =>
      /["\\\n]/.test(one) ? `\\x${one === "\n" ? "0a" : one === '"' ? "22" : "5c"}` : one,
    );
    return `"${characters.join("")}"`;
  });
  const operator = fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "in", "not in");
  const compared = fc.tuple(variable, operator, quoted).map((words) => words.join(" "));
  const { marker } = fc.letrec<{ marker: string }>((tie) => ({
    marker: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      compared,
      fc.tuple(tie("marker"), fc.constantFrom("and", "or"), tie("marker")).map((words) => words.join(" ")),
      tie("marker").map((inner) => `(${inner})`),
    ),
  }));

  test("printing and reading again gives the same meaning and the same text", () => {
    fc.assert(
      fc.property(marker, (text) => {
        const parsed = parseMarker(text);
        const again = parseMarker(parsed.toString());
        expect(again.toString()).toBe(parsed.toString());
        expect(again.expression).toEqual(parsed.expression);
        expect(again.evaluate(debian)).toBe(parsed.evaluate(debian));
      }),
      { seed: 508, numRuns: 500 },
    );
  });

  test("and holds when both do, or when one does", () => {
    fc.assert(
      fc.property(marker, marker, (left, right) => {
        const [a, b] = [holds(left), holds(right)];
        expect(holds(`(${left}) and (${right})`)).toBe(a && b);
        expect(holds(`(${left}) or (${right})`)).toBe(a || b);
      }),
      { seed: 508, numRuns: 500 },
    );
  });
});

test.each([
  [[], "or", ""],
  [["os_name == 'nt'"], "or", "os_name == 'nt'"],
  [["os_name == 'nt'", "os_name == 'nt'"], "and", "os_name == 'nt'"],
  [["os_name == 'nt'", "extra == 'a' or extra == 'b'"], "and", "(os_name == 'nt') and (extra == 'a' or extra == 'b')"],
  [["a", "b", "a"], "or", "(a) or (b)"],
] as const)("markers %j joined by %s", (texts, by, joined) => {
  expect(joinMarkers(texts, by)).toBe(joined);
});
