import { provenanceBy } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { InvalidProvenance } from "../errors.ts";
import { parseProvenance } from "./parse-provenance.ts";

const parse = (provenance: unknown) => parseProvenance(JSON.stringify(provenance), "https://u:secret@e.x/p");
const bundled = (bundle: unknown) => ({ version: 1, attestation_bundles: [bundle] });

describe("publishers", () => {
  test.each<[string, unknown, readonly unknown[]]>([
    ["none", { version: 1, attestation_bundles: [] }, []],
    [
      "what is null is left out, at any depth",
      provenanceBy({ kind: "A", x: null, claims: { y: null } }),
      [{ kind: "A", claims: {} }],
    ],
    [
      "their keys stay as they are",
      provenanceBy({ kind: "Google", email: "a@b", list: [1, null, true], claims: { ref: "refs/tags/1" } }),
      [{ kind: "Google", email: "a@b", list: [1, true], claims: { ref: "refs/tags/1" } }],
    ],
    ["several, in their order", provenanceBy({ kind: "B" }, { kind: "A" }), [{ kind: "B" }, { kind: "A" }]],
    ["who attested nothing is none", bundled({ publisher: { kind: "A" }, attestations: [] }), []],
    ["further keys are passed over", { ...provenanceBy({ kind: "A" }), more: [{}] }, [{ kind: "A" }]],
  ])("%s", (_, provenance, publishers) => {
    expect(parse(provenance)).toEqual(publishers);
  });

  test("a key that a prototype has is a key", () => {
    const [publisher] = parseProvenance(
      '{"version":1,"attestation_bundles":[{"publisher":{"kind":"A","__proto__":{"x":1}},"attestations":[1]}]}',
      "https://e.x/p",
    );
    expect(Object.keys(publisher ?? {})).toEqual(["kind", "__proto__"]);
  });
});

const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

test.each([
  ["a version", `{"version":${deep(200_000)}}`],
  [
    "a publisher",
    `{"version":1,"attestation_bundles":[{"attestations":[1],"publisher":{"kind":"A","x":${deep(200_000)}}}]}`,
  ],
])("%s that is deeper than any stack is refused as well", (_, text) => {
  expect(() => parseProvenance(text, "https://e.x/p")).toThrow(InvalidProvenance);
});

test.each<[string, unknown, string]>([
  ["no object", null, "is no object"],
  ["no version", { attestation_bundles: [] }, "it has version none, murre knows 1"],
  ["a version as text", { version: "1", attestation_bundles: [] }, 'it has version "1"'],
  ["a version as an object", { version: {}, attestation_bundles: [] }, "neither a number nor a text"],
  ["no bundles", { version: 1 }, 'no list of "attestation_bundles"'],
  ["bundles as an object", { version: 1, attestation_bundles: {} }, 'no list of "attestation_bundles"'],
  ["a bundle as a text", bundled("x"), 'attestation_bundles[0] has no list of "attestations"'],
  ["no publisher", bundled({ attestations: [{}] }), "attestation_bundles[0] has no publisher with a kind"],
  ["a kind as a number", bundled({ publisher: { kind: 1 }, attestations: [{}] }), "no publisher with a kind"],
  ["an empty kind", bundled({ publisher: { kind: "" }, attestations: [{}] }), "no publisher with a kind"],
  ["a long publisher", provenanceBy({ kind: "A", x: "x".repeat(9000) }), "a publisher of more than 8192 characters"],
  ["a deep publisher", provenanceBy({ kind: "A", x: [[[[[[]]]]]] }), "more than 5 values in each other"],
  ["many", provenanceBy(...Array.from({ length: 65 }, () => ({ kind: "A" }))), "more than 64 bundles"],
])("%s is refused, without the credentials of the address", (_, provenance, said) => {
  expect(() => parse(provenance)).toThrow(InvalidProvenance);
  expect(() => parse(provenance)).toThrow(said);
  expect(() => parse(provenance)).not.toThrow("secret");
});
