import { readmeExample, runReadmeExample } from "@murre/test-kit";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the README's example prints what the README says", () => {
  const folder = join(import.meta.dirname, "..");
  expect(runReadmeExample(folder)).toBe(readmeExample(folder).promised);
});
