import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { digestProblem, hashAlgorithm, knownHashes, strongAlgorithms } from "./hash-algorithms.ts";

const all = ["md5", "sha1", ...strongAlgorithms];

describe("the one table of hash algorithms", () => {
  test.each(all)("%s is what Node computes, in so many digits", (name) => {
    const algorithm = hashAlgorithm(name);
    const digest = createHash(algorithm?.node ?? "").digest("hex");
    expect(digest).toHaveLength(algorithm?.digits ?? 0);
    expect(digestProblem(name, digest)).toBeUndefined();
    expect(digestProblem(name, digest.slice(1))).toMatch(/hexadecimal digits/);
  });

  test.each(["constructor", "__proto__", "toString", "", "SHA256", "blake3", "shake_128"])("%s is none", (name) => {
    expect(hashAlgorithm(name)).toBeUndefined();
    expect(digestProblem(name, "00")).toBe(`there is no algorithm ${name}`);
  });

  test("what is unknown is passed over beside a known one, and stays alone", () => {
    const known = { sha256: "ab", md5: "cd" };
    expect(knownHashes({ ...known, constructor: "00", blake3: "00" })).toEqual(known);
    expect(knownHashes({ blake3: "00" })).toEqual({ blake3: "00" });
    const foreign = JSON.parse('{"__proto__": "00"}') as Record<string, string>;
    expect(Object.keys(knownHashes(foreign))).toEqual(["__proto__"]);
    expect(knownHashes({ ...foreign, ...known })).toEqual(known);
  });
});
