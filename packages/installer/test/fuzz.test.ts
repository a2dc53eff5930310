import { codesOf, fuzzReader } from "@murre/test-kit";
import { expect, test } from "vitest";
import { readers } from "./readers.ts";

// URLs of repositories are read by the package that knows them.
const codes = new Set(
  ["../README.md", "../../vcs/README.md"].flatMap((readme) => [...codesOf(new URL(readme, import.meta.url))]),
);

test.each(readers)("any bytes are read as $name, or refused with a code", async (reader) => {
  expect(await fuzzReader(reader, codes)).toBeUndefined();
});
