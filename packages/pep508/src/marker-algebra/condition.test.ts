import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Conditions, type MarkerEnvironment, MarkerTooComplex, parseMarker, UndefinedComparison } from "../index.ts";
import { debian } from "../marker.test.data.ts";

const conditions = new Conditions();
const condition = (marker: string) => conditions.of(parseMarker(marker));
const text = (marker: string) => condition(marker).toString();

describe("a condition's text is short, and the same for the same condition", () => {
  test.each([
    ["python_version < '3.11' and sys_platform == 'win32'", "python_full_version < '3.11' and sys_platform == 'win32'"],
    ["os_name == 'nt' or os_name != 'nt'", "python_version >= '0'"],
    ["os_name == 'nt' and os_name == 'posix'", "python_version < '0'"],
    [
      "python_version > '3.8' and python_version <= '3.10'",
      "python_full_version >= '3.9' and python_full_version < '3.11'",
    ],
    ["python_version == '3.12'", "python_full_version == '3.12.*'"],
    ["python_version != '3.12'", "python_full_version != '3.12.*'"],
    ["python_full_version == '3.11.4'", "python_full_version == '3.11.4'"],
    ["python_full_version == '3.11'", "python_full_version == '3.11.0'"],
    [
      "python_full_version != '3.11.4' and python_version >= '3.9'",
      "python_full_version >= '3.9' and python_full_version != '3.11.4'",
    ],
    [
      "python_version < '3.9' or python_version >= '3.12'",
      "python_full_version < '3.9' or python_full_version >= '3.12'",
    ],
    [
      "python_version < '3.9' or sys_platform == 'win32' and python_version >= '3.9'",
      "python_full_version < '3.9' or sys_platform == 'win32'",
    ],
    ["sys_platform == 'win32' or platform_system == 'Windows'", "sys_platform == 'win32'"],
    [
      "platform_machine == 'x86_64' and sys_platform == 'linux' or sys_platform == 'linux' and platform_machine == 'aarch64'",
      "(platform_machine == 'aarch64' and sys_platform == 'linux') or (platform_machine == 'x86_64' and sys_platform == 'linux')",
    ],
    ["sys_platform == 'win32' and os_name == 'nt'", "os_name == 'nt' and sys_platform == 'win32'"],
    ["sys_platform == 'linux' and os_name != 'nt'", "sys_platform == 'linux'"],
    ["'3.8' <= python_version", "python_full_version >= '3.8'"],
    [
      "python_version in '3.9 3.10'",
      "python_full_version == '3.1.*' or (python_full_version >= '3.9' and python_full_version < '3.11')",
    ],
    ["sys_platform not in 'linux darwin'", "sys_platform not in 'linux darwin'"],
    [
      "'linux' not in sys_platform or sys_platform == 'linux2'",
      "'linux' not in sys_platform or sys_platform == 'linux2'",
    ],
    ["'linux' in sys_platform and sys_platform == 'linux2'", "sys_platform == 'linux2'"],
    [
      "platform_release >= '20' or platform_release < '20' and os_name == 'x'",
      "(os_name == 'x' and platform_release < '20') or platform_release >= '20'",
    ],
    [`platform_version == "it's"`, `platform_version == "it's"`],
    ["'dev' in extras and 'dev' not in extras", "python_version < '0'"],
  ])("%s is %s", (written, expected) => {
    expect(text(written)).toBe(expected);
    expect(text(expected)).toBe(expected);
  });
});

describe("what no interpreter says at once is known", () => {
  test.each([
    ["sys_platform == 'win32'", "os_name == 'posix'"],
    ["platform_system == 'Linux'", "os_name == 'nt'"],
    ["platform_system == 'FreeBSD'", "sys_platform == 'darwin'"],
    ["platform_python_implementation == 'PyPy'", "implementation_name == 'cpython'"],
    ["python_version < '3.9'", "python_full_version >= '3.9.0'"],
    ["python_version == '3.9'", "python_version == '3.10'"],
    ["extra == 'a'", "extra == 'b'"],
  ])("%s and %s are disjoint", (one, other) => {
    expect(condition(one).isDisjointFrom(condition(other))).toBe(true);
    expect(condition(one).implies(condition(other).not())).toBe(true);
    expect(condition(one).isNever).toBe(false);
    expect(condition(one).implies(condition(other))).toBe(false);
  });
});

describe("a condition is shorter where something is given", () => {
  test.each([
    ["python_version < '3.12'", "python_version >= '3.11'", "python_full_version < '3.12'"],
    ["python_version >= '3.11' and os_name == 'nt'", "python_version >= '3.11'", "os_name == 'nt'"],
    ["python_version >= '3.9'", "python_version >= '3.11'", "python_version >= '0'"],
    ["python_version < '3.9' or os_name == 'nt'", "python_version >= '3.11'", "os_name == 'nt'"],
    ["sys_platform == 'win32' and python_version < '3.12'", "sys_platform == 'win32'", "python_full_version < '3.12'"],
    ["os_name == 'nt'", "sys_platform == 'linux'", "python_version < '0'"],
    [
      "platform_machine == 'arm64'",
      "platform_machine == 'arm64' or platform_machine == 'x86_64'",
      "platform_machine == 'arm64'",
    ],
    ["extra == 'a' and os_name == 'nt'", "extra == 'a'", "os_name == 'nt'"],
  ])("%s where %s is %s", (marker, given, expected) => {
    expect(condition(marker).assuming(condition(given)).toString()).toBe(expected);
  });

  test("an extra is asked for, or none is", () => {
    const either = condition("extra == 'A_b' or python_version < '3.9'");
    expect(either.withExtra("a.B").isAlways).toBe(true);
    expect(either.withExtra().toString()).toBe("python_full_version < '3.9'");
    expect(condition("'es' in extra").withExtra("tests").isAlways).toBe(true);
  });
});

test.each([
  ["python_version < '3.9'", "python_version < '3.9' or os_name == 'nt' and platform_system == 'Linux'"],
  [
    "python_version < '3.10'",
    "python_version < '3.9' or python_version == '3.9' and (os_name != 'nt' or sys_platform != 'linux')",
  ],
  ["os_name == 'nt'", "os_name == 'nt' and (python_version < '3.9' or sys_platform != 'linux')"],
  [
    "implementation_name == 'pypy'",
    "implementation_name == 'pypy' and platform_python_implementation != 'CPython' or os_name == 'nt' and os_name == 'posix'",
  ],
])("what %s says is written so where it is said of environments that there are not as well", (short, long) => {
  expect(text(long)).toBe(text(short));
});

test.each([
  ["os_name == 'nt'", "python_version >= '0'"],
  ["python_version >= '3.9' and os_name == 'nt'", "python_full_version >= '3.9'"],
  [
    "python_version < '3.9' or python_version == '3.12' and os_name == 'nt'",
    "python_full_version < '3.9' or python_full_version == '3.12.*'",
  ],
  ["python_version < '3.9' or os_name == 'nt' and sys_platform == 'linux'", "python_full_version < '3.9'"],
  ["os_name == 'nt' and sys_platform == 'linux'", "python_version < '0'"],
])("of %s the Pythons are %s", (marker, expected) => {
  expect(condition(marker).pythons.toString()).toBe(expected);
});

test("the first Python that can be is found", () => {
  const order = ["os_name == 'nt'", "python_version >= '3.9'", "python_full_version > '3.9.1' and os_name == 'nt'"];
  const firsts = order.map((marker) => condition(marker).firstPython);
  expect(firsts.toSorted((a, b) => a - b)).toEqual(firsts);
  expect(conditions.never.firstPython).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  "os_name ~= 'x'",
  "python_version ~= 'x'",
  "'a' == 'b'",
  "os_name == 'nt' or sys_platform === 'x'",
  "extras == 'x'",
])("%s has no meaning here either", (marker) => {
  expect(() => condition(marker)).toThrow(UndefinedComparison);
});

test("a marker that would take too long is refused", () => {
  const pairs = (n: number) =>
    Array.from({ length: n }, (_, i) => `('a${i}' in platform_version or 'b${i}' in platform_version)`).join(" and ");
  expect(() => condition(pairs(3000))).toThrow(MarkerTooComplex);
  expect(() => condition(pairs(12)).toString()).toThrow(MarkerTooComplex);
  expect(condition(pairs(3)).isNever).toBe(false);
});

describe("laws: conditions say what evaluating the markers says", () => {
  const variable = fc.constantFrom(
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_system",
    "platform_machine",
    "platform_release",
    "implementation_name",
    "platform_python_implementation",
    "implementation_version",
    "extra",
  );
  const literal = fc.constantFrom(
    "3.8",
    "3.9",
    "3.10",
    "3.10.4",
    "3.11.0",
    "3.12rc1",
    "3",
    "3.*",
    "3.9.*",
    "3.9 3.10",
    "3.11.2, 3.9.1",
    "linux",
    "win32",
    "darwin",
    "posix",
    "nt",
    "Linux",
    "Windows",
    "x86_64",
    "arm64",
    "cpython",
    "PyPy",
    "",
    "in",
    "6.1",
    "a",
    "b",
  );
  const operator = fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "in", "not in");
  const comparison = fc
    .tuple(variable, operator, literal, fc.boolean())
    .map(([name, sign, value, isReversed]) =>
      isReversed && value !== "3.12rc1" ? `'${value}' ${sign} ${name}` : `${name} ${sign} '${value}'`,
    );
  const { marker } = fc.letrec<{ marker: string }>((tie) => ({
    marker: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      comparison,
      fc
        .tuple(tie("marker"), fc.constantFrom("and", "or"), tie("marker"))
        .map(([a, word, b]) => `(${a}) ${word} (${b})`),
    ),
  }));
  const platform = fc.constantFrom(
    { os_name: "posix", sys_platform: "linux", platform_system: "Linux" },
    { os_name: "posix", sys_platform: "darwin", platform_system: "Darwin" },
    { os_name: "nt", sys_platform: "win32", platform_system: "Windows" },
    { os_name: "posix", sys_platform: "freebsd14", platform_system: "FreeBSD" },
  );
  const python = fc.constantFrom(
    "3.8.0",
    "3.8.1",
    "3.9.0",
    "3.9.1",
    "3.10.0",
    "3.10.4",
    "3.10.5",
    "3.11.0",
    "3.12.0",
    "3.13.1",
  );
  const implementation = fc.constantFrom(
    { implementation_name: "cpython", platform_python_implementation: "CPython" },
    { implementation_name: "pypy", platform_python_implementation: "PyPy" },
  );
  const environment = fc
    .tuple(
      platform,
      python,
      implementation,
      fc.constantFrom("x86_64", "arm64"),
      fc.constantFrom("6.1", "6.1.0-18-amd64"),
    )
    .map(([system, full, kind, platform_machine, platform_release]): MarkerEnvironment => ({
      ...debian,
      ...system,
      ...kind,
      platform_machine,
      platform_release,
      python_full_version: full,
      python_version: full.split(".").slice(0, 2).join("."),
      implementation_version: full,
    }));
  const extras = fc.constantFrom<readonly string[]>([], ["a"], ["b"]);
  const holds = (written: string, where: MarkerEnvironment, names: readonly string[]) =>
    parseMarker(written).evaluate(where, names);
  const settings = { seed: 508, numRuns: 400 };

  test("the text holds where the marker does", () => {
    fc.assert(
      fc.property(marker, environment, extras, (written, where, names) => {
        // PEP 508 has no word for the negation of a comparison whose values may be no versions.
        fc.pre(!written.includes("platform_release"));
        expect(holds(text(written), where, names)).toBe(holds(written, where, names));
      }),
      settings,
    );
  });

  test("and, or and not; what is given", () => {
    fc.assert(
      fc.property(marker, marker, environment, extras, (one, other, where, names) => {
        fc.pre(!`${one}${other}`.includes("platform_release"));
        const [a, b] = [holds(one, where, names), holds(other, where, names)];
        const [left, right] = [condition(one), condition(other)];
        expect(holds(left.and(right).toString(), where, names)).toBe(a && b);
        expect(holds(left.or(right).toString(), where, names)).toBe(a || b);
        expect(holds(left.not().toString(), where, names)).toBe(!a);
        expect(b && holds(left.assuming(right).toString(), where, names) !== a).toBe(false);
      }),
      settings,
    );
  });

  test("what is disjoint, implied, always or never is so in each environment", () => {
    fc.assert(
      fc.property(marker, marker, environment, extras, (one, other, where, names) => {
        const [a, b] = [holds(one, where, names), holds(other, where, names)];
        const [left, right] = [condition(one), condition(other)];
        expect(left.isDisjointFrom(right) && a && b).toBe(false);
        expect(left.implies(right) && a && !b).toBe(false);
        expect(left.isAlways && !a).toBe(false);
        expect(left.isNever && a).toBe(false);
      }),
      settings,
    );
  });

  test("an extra that is asked for need not be looked at any more", () => {
    fc.assert(
      fc.property(marker, environment, extras, (written, where, names) => {
        fc.pre(!written.includes("platform_release"));
        const left = condition(written).withExtra(names[0]);
        expect(left.toString()).not.toContain("extra");
        expect(holds(left.toString(), where, [])).toBe(holds(written, where, names));
      }),
      settings,
    );
  });

  test("the same condition has the same text, whichever way it was made", () => {
    fc.assert(
      fc.property(marker, marker, (one, other) => {
        const [left, right] = [condition(one), condition(other)];
        expect(left.or(right.and(left))).toBe(left);
        expect(left.not().not()).toBe(left);
        expect(left.and(right).not()).toBe(left.not().or(right.not()));
        expect(text(left.toString())).toBe(left.toString());
        const impossible = condition("os_name == 'nt' and sys_platform == 'linux'");
        expect(left.or(impossible.and(right)).toString()).toBe(left.toString());
      }),
      settings,
    );
  });
});
