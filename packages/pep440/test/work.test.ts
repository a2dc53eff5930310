import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import * as pep440 from "../src/index.ts";

const words = [
  "1",
  ".",
  "-",
  "_",
  "+",
  "!",
  "v",
  "a",
  "rc",
  "post",
  "dev",
  " ",
  "\u2003",
  ",",
  ";",
  "*",
  ">=",
  "===",
  "~=",
  "'",
  "(",
];
const frames = [
  ["", ""],
  ["1", "x"],
  ["1.0", " \n"],
  [">=1", "x"],
  ["!=~", "é"],
] as const;

const readers = {
  parseVersion: pep440.parseVersion,
  tryParseVersion: pep440.tryParseVersion,
  isSameVersion: (text: string) => pep440.isSameVersion(text, `${text}.0`),
  parseSpecifier: pep440.parseSpecifier,
  tryParseSpecifier: pep440.tryParseSpecifier,
  parseSpecifierSet: (text: string) => String(pep440.parseSpecifierSet(text)),
  parseLenientSpecifierSet: (text: string) => pep440.parseLenientSpecifierSet(text).contains("1.0"),
  repairSpecifiers: pep440.repairSpecifiers,
  acceptsPython: (text: string) => pep440.acceptsPython(pep440.parseLenientSpecifierSet(text), "3.14.0"),
};

test.each(Object.entries(readers))("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});

test("no reader of text is left out", () => {
  const takeNoText = [
    "compareVersions",
    "compareReleases",
    "versionsEqual",
    "releaseOf",
    "intersectSpecifierSets",
    "compareBounds",
    "isBelow",
  ];
  const functions = Object.entries(pep440).filter(
    ([name, value]) => typeof value === "function" && /^[a-z]/.test(name),
  );
  expect(functions.map(([name]) => name).toSorted()).toEqual([...Object.keys(readers), ...takeNoText].toSorted());
});
