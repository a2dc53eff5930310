import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import * as pep508 from "../src/index.ts";

const words = [
  "a",
  "-",
  "_",
  ".",
  "[",
  "]",
  "@",
  ";",
  ",",
  " ",
  "(",
  "==1",
  "'",
  "os_name",
  "and ",
  "//",
  "http:",
  ":",
  "?",
  "\\",
];
const frames = [
  ["", ""],
  ["a", " é"],
  ["a @ u", ";x"],
  ["a; os_name == '", ""],
  ["http://", "@h"],
] as const;

const readers = {
  parseRequirement: (text: string) => String(pep508.parseRequirement(text)),
  parseLenientRequirement: (text: string) => String(pep508.parseLenientRequirement(text)),
  separateMarker: pep508.separateMarker,
  parseMarker: (text: string) => String(pep508.parseMarker(text)),
  isNormalizedName: pep508.isNormalizedName,
  isValidName: pep508.isValidName,
  normalizeName: pep508.normalizeName,
  canonicalUrl: pep508.canonicalUrl,
  digestProblem: (text: string) => pep508.digestProblem("sha256", text),
  fragmentHashes: (text: string) => pep508.fragmentHashes(`http://h/#${text}`),
  hashAlgorithm: pep508.hashAlgorithm,
  isLocalUrl: pep508.isLocalUrl,
  joinMarkers: (text: string) => pep508.joinMarkers([text, `${text}x`, text], "or"),
  knownHashes: (text: string) => pep508.knownHashes({ [text]: text, sha256: text }),
  isSameUrl: (text: string) => pep508.isSameUrl(text, `${text}#`),
  redactUrl: (text: string) => pep508.redactUrl(`${text}@`),
  withHashesOf: (text: string) => pep508.withHashesOf("http://h/", `http://h/#${text}`),
};

test.each(Object.entries(readers))("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});

test("no reader of text is left out", () => {
  const functions = Object.entries(pep508).filter(
    ([name, value]) => typeof value === "function" && /^[a-z]/.test(name),
  );
  expect(functions.map(([name]) => name).toSorted()).toEqual(Object.keys(readers).toSorted());
});
