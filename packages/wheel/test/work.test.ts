import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { entryOf } from "../src/archive/archive-entry.test.data.ts";
import { findDistInfo } from "../src/metadata/dist-info.ts";
import { parseEntryPoints, parseMetadata, parseRecord, parseWheelFile } from "../src/index.ts";
import { checkPaths, unsafePathReason } from "../src/archive/member-paths.ts";
import { readRecord } from "../src/metadata/record.ts";

const words = ["a", " ", "\t", "\n", "\r", ":", "=", ",", '"', "[", "]", "#", ";", "/", ".", "-", "Name: a", "sha256="];
const metadata = "Metadata-Version: 2.1\nName: a\nVersion: 1\n";
const frames = [
  ["", ""],
  [`${metadata}Summary: a`, "b\n"],
  ["[console_scripts]\na = b", "x"],
  ["[console_scripts]\na = b:c [", "x"],
  ["Wheel-Version: 1.0\nTag: ", "x"],
  ['"', ",,\n"],
] as const;
const identity = { filename: "a-1-py3-none-any.whl", name: "a", version: "1" };

test.each([
  ["parseMetadata", parseMetadata],
  ["parseWheelFile", parseWheelFile],
  ["parseRecord", parseRecord],
  ["readRecord", readRecord],
  ["parseEntryPoints", parseEntryPoints],
  ["unsafePathReason", (text: string) => unsafePathReason(text, "win32")],
  ["findDistInfo", (text: string) => findDistInfo([`${text}.dist-info/METADATA`], identity)],
  ["checkPaths of one path", (text: string) => checkPaths([entryOf(text)], "linux")],
  ["checkPaths of many paths", (text: string) => checkPaths(text.split("\n").map(entryOf), "linux")],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});
