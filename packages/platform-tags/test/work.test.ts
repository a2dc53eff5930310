import { normalizeName } from "@murre/pep508";
import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { isSourceArchive, parseSdistFilename, parseTagSet, parseWheelFilename, versionAfter } from "../src/index.ts";

const words = ["a", "-", "_", ".", "1", "py3", "none", "é", ".tar"];
const frames = [
  ["", ""],
  ["a-", "-1.tar.gz"],
  ["a-1-", "-none-any.whl"],
  ["", "1.0.zip"],
] as const;

test.each([
  ["parseWheelFilename", parseWheelFilename],
  ["parseSdistFilename", (text: string) => parseSdistFilename(text)],
  ["parseSdistFilename of a project", (text: string) => parseSdistFilename(text, normalizeName("a"))],
  [
    "parseSdistFilename of the project that the name begins with",
    (text: string) => parseSdistFilename(text, normalizeName(text.slice(0, text.length / 2))),
  ],
  ["versionAfter", (text: string) => versionAfter(text, "a-a")],
  ["parseTagSet", parseTagSet],
  ["isSourceArchive", isSourceArchive],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});
