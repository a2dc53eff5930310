import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { findDistInfo } from "../src/dist-info.ts";
import { parseEntryPoints, parseMetadata, parseRecord, parseWheelFile } from "../src/index.ts";
import { checkPaths, unsafePathReason } from "../src/member-paths.ts";
import { readRecord } from "../src/record.ts";

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
  ["checkPaths of one path", (text: string) => checkPaths([entry(text)], "linux")],
  ["checkPaths of many paths", (text: string) => checkPaths(text.split("\n").map(entry), "linux")],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});

/** As far as paths are looked at. */
const entry = (path: string) => ({
  path,
  rawName: Buffer.from(path),
  compressionMethod: 0,
  flags: 0,
  crc32: 0,
  compressedSize: 0,
  sizeBytes: 0,
  headerOffset: 0,
  endOffset: 0,
  unixMode: 0o100644,
});
