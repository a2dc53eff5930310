import { codesOf, fuzzReader } from "@murre/test-kit";
import { expect, test } from "vitest";
import { readers } from "./readers.ts";

const codes = codesOf(new URL("../README.md", import.meta.url));

test.each(readers)("any bytes are read as $name, or refused with a code", async (reader) => {
  expect(await fuzzReader(reader, codes)).toBeUndefined();
});
