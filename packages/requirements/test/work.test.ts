import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import {
  editRequirements,
  parseEditableArgument,
  parseLockFile,
  parsePyproject,
  parseRequirementArgument,
  parseScript,
  writeLockFile,
} from "../src/index.ts";
import { readProjectFile } from "./readers.ts";
import { splitLine } from "../src/file/line-options.ts";
import { logicalLines } from "../src/file/logical-lines.ts";
import { decodeText } from "../src/file/decode-text.ts";

const words = [
  "a",
  " ",
  "\n",
  "\\",
  "#",
  ";",
  "-",
  "--pre",
  "--hash=",
  "[",
  "]",
  "'",
  '"',
  "=",
  "./",
  "@",
  "${A",
  "}",
  "http://h/",
  "#egg=",
  '"a",',
  "# ///\n",
  "# ",
];
const frames = [
  ["", ""],
  ["a", " x"],
  ["a==1", "\na --hash=x \\\n"],
  ["http://h/", ";x"],
  ["./a#egg=b", "]"],
  ['[project]\nname = "a"\ndependencies = ["', '"]\n'],
  ['[dependency-groups]\na = ["b", "', '"]\n[tool.uv]\nconstraint-dependencies = ["c"]\n'],
  ['lock-version = "1.0"\npackages = []\ncreated-by = "', '"\n'],
  ["# /// script\n# dependencies = []\n", "\n# ///\n"],
] as const;
const context = { cwd: "/w", home: "/h", platform: "linux" };

test.each([
  ["parseRequirementArgument", (text: string) => parseRequirementArgument(text, context)],
  ["parseEditableArgument", (text: string) => parseEditableArgument(text, context)],
  ["parsePyproject", parsePyproject],
  ["openProjectFile", readProjectFile],
  [
    "editRequirements",
    (text: string) =>
      editRequirements(text, [
        { kind: "pin", name: "a", version: "1", hashes: { sha256: ["0"] } },
        { kind: "add", requirement: "b", hashes: {} },
        { kind: "remove", name: "a" },
      ]),
  ],
  ["parseLockFile", (text: string) => writeLockFile(parseLockFile(text).lock)],
  ["parseScript", (text: string) => parseScript(text)],
  ["logicalLines", (text: string) => logicalLines(text, { A: "a" })],
  ["splitLine", splitLine],
  ["decodeText", (text: string) => decodeText(Buffer.from(text))],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});
