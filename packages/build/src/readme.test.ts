import { fileURLToPath } from "node:url";
import { readmeExample, runReadmeExample } from "@murre/test-kit";
import { expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

test("the README's example prints what the README says", () => {
  expect(runReadmeExample(packageFolder)).toBe(readmeExample(packageFolder).promised);
});
