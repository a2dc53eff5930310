import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { failureOf } from "../src/git/failures.ts";
import { parseAdvertised } from "../src/repositories/references.ts";
import { submoduleUrl } from "../src/url/submodule-url.ts";
import { parseVcsUrl } from "../src/url/vcs-url.ts";

const words = [
  "a",
  "/",
  "@",
  ":",
  "..",
  ".",
  "%40",
  "%",
  "?",
  "#",
  "-",
  "[",
  "]",
  "$",
  "{A}",
  "\n",
  "\t",
  " ",
  "\\",
  "://",
  "remote: ",
];
const frames = [
  ["", ""],
  ["git+https://", "/x"],
  ["git+https://host/", ""],
  ["git+ssh://git@", ":x"],
  ["git+https://${", "}@host/x"],
  ["git+file:///", "@x"],
  ["../", ""],
] as const;
const parent = parseVcsUrl("git+https://host/a/b");

test.each([
  ["parseVcsUrl", (text: string) => parseVcsUrl(text)],
  ["submoduleUrl", (text: string) => submoduleUrl(text, parent, "sub")],
  ["parseAdvertised", parseAdvertised],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});

test("what git says is understood in proportion to its length", () => {
  const read = (stderr: string) => failureOf({ repository: "r", task: "t" }, { status: 1, stderr });
  const said = ["remote: ", "Counting objects: ", "a ", "1", "'", "\n"];
  expect(
    superlinearInputs({
      read,
      words: said,
      frames: [
        ["", ""],
        ["fatal: ", "'"],
      ],
    }),
  ).toEqual([]);
});
