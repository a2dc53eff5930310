import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { versionText } from "./arbitrary-version.test.data.ts";
import { compareVersions, InvalidVersion, parseVersion, tryParseVersion } from "./index.ts";

type Case = readonly [written: string, normal: string];

const clauses: readonly (readonly [clause: string, ...cases: readonly Case[]])[] = [
  ["Case sensitivity", ["1.1RC1", "1.1rc1"], ["1.0A1.DEV2", "1.0a1.dev2"], ["V1.0", "1.0"]],
  ["Integer normalization", ["00", "0"], ["09000", "9000"], ["1.01.0", "1.1.0"], ["01!1", "1!1"], ["1.0a05", "1.0a5"]],
  ["Pre-release separators", ["1.1.a1", "1.1a1"], ["1.1-a1", "1.1a1"], ["1.1_a.1", "1.1a1"], ["1.1a_1", "1.1a1"]],
  [
    "Pre-release spelling",
    ["1.1alpha1", "1.1a1"],
    ["1.1beta2", "1.1b2"],
    ["1.1c3", "1.1rc3"],
    ["1.1pre4", "1.1rc4"],
    ["1.1preview5", "1.1rc5"],
  ],
  ["Implicit pre-release number", ["1.2a", "1.2a0"], ["1.2-rc", "1.2rc0"]],
  ["Post release separators", ["1.2-post2", "1.2.post2"], ["1.2post2", "1.2.post2"], ["1.2.post-2", "1.2.post2"]],
  ["Post release spelling", ["1.0-r4", "1.0.post4"], ["1.0rev5", "1.0.post5"]],
  ["Implicit post release number", ["1.2.post", "1.2.post0"], ["1.2-rev", "1.2.post0"]],
  ["Implicit post releases", ["1.0-1", "1.0.post1"], ["1.0a1-2", "1.0a1.post2"]],
  ["Development release separators", ["1.2-dev2", "1.2.dev2"], ["1.2dev2", "1.2.dev2"], ["1.2.dev-2", "1.2.dev2"]],
  ["Implicit development release number", ["1.2.dev", "1.2.dev0"], ["1.2.post1_dev", "1.2.post1.dev0"]],
  [
    "Local version segments",
    ["1.0+ubuntu-1", "1.0+ubuntu.1"],
    ["1.0+Ubuntu_01", "1.0+ubuntu.1"],
    ["1.0+0a.00", "1.0+0a.0"],
  ],
  ["Preceding v character", ["v1.0", "1.0"], ["v2!1.0", "2!1.0"]],
  ["Leading and trailing whitespace", [" 1.0\n", "1.0"], ["\t1.0a1\u2003", "1.0a1"], ["\u001c1.0\u0085", "1.0"]],
];

const normalizations = clauses.flatMap(([clause, ...cases]) =>
  cases.map(([text, normal]) => ({ clause, text, normal })),
);

describe("PEP 440, Normalization", () => {
  test.each(normalizations)("$clause: $text is $normal", ({ text, normal }) => {
    expect(parseVersion(text).toString()).toBe(normal);
  });
});

describe("PEP 440, appendix B: what is no version", () => {
  test.each(["", " ", "1.", ".1", "1..2", "a", "1.0x", "1.0+", "1.0+a..b", "1.0+_", "1!", "!1", "1.0 a1", "1.0.*"])(
    "%j is refused",
    (text) => {
      expect(() => parseVersion(text)).toThrow(InvalidVersion);
      expect(tryParseVersion(text)).toBeUndefined();
    },
  );

  test.each(["\uFEFF1.0", "1.\u0661", "1.0+\u00e9", "1.0\uff0ddev1"])(
    "%j holds characters that PEP 440 does not know",
    (text) => {
      expect(tryParseVersion(text)).toBeUndefined();
    },
  );

  test("the error names the text and shows how versions look", () => {
    expect(() => parseVersion("one")).toThrow(
      expect.objectContaining({
        code: "MURRE_INVALID_VERSION",
        text: "one",
        message: expect.stringContaining('"one" is not a version: expected numbers'),
      }),
    );
  });
});

describe("the segments of a version", () => {
  test("are read one by one", () => {
    expect(parseVersion("2!1.4.0rc3.post5.dev6+ubuntu.7")).toMatchObject({
      epoch: 2,
      release: [1, 4, 0],
      pre: ["rc", 3],
      post: 5,
      dev: 6,
      local: "ubuntu.7",
      public: "2!1.4.0rc3.post5.dev6",
      base: "2!1.4.0",
    });
  });

  test("are undefined where the version has none", () => {
    const { pre, post, dev, local } = parseVersion("1.0");
    expect([pre, post, dev, local]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each([
    ["1.0", false, false, false],
    ["1.0a1", true, false, false],
    ["1.0.dev1", true, false, true],
    ["1.0.post1", false, true, false],
    ["1.0rc1.post1.dev1", true, true, true],
    ["1.0+local", false, false, false],
  ])(
    "%s is a pre-release: %s, a post-release: %s, a dev-release: %s",
    (text, isPrerelease, isPostrelease, isDevrelease) => {
      expect(parseVersion(text)).toMatchObject({ isPrerelease, isPostrelease, isDevrelease });
    },
  );

  test("keep all digits in text and key, beyond 2^53 as well", () => {
    const version = parseVersion("1.99999999999999999999.0");
    expect([version.toString(), version.key]).toEqual(["1.99999999999999999999.0", "1.99999999999999999999"]);
    expect(version.release).toEqual([1, 1e20, 0]);
  });
});

describe("laws of parsing and printing", () => {
  test("printing and reading again gives the same version and the same text", () => {
    fc.assert(
      fc.property(versionText, (text) => {
        const version = parseVersion(text);
        const again = parseVersion(version.toString());
        expect(again.toString()).toBe(version.toString());
        expect(compareVersions(version, again)).toBe(0);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });

  test("any text is read or refused, never anything else", () => {
    const characters = fc.constantFrom(..."0123456789.!-_+vabcrpostdeval \n");
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        const version = tryParseVersion(text);
        expect(version === undefined || parseVersion(text).key === version.key).toBe(true);
      }),
      { seed: 440, numRuns: 1000 },
    );
  });
});
