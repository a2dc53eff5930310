import { fileURLToPath } from "node:url";
import { readmeExample, runReadmeExample } from "@murre/test-kit";
import { expect, test } from "vitest";

test("the README's example prints what the README promises", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  expect(runReadmeExample(folder)).toBe(readmeExample(folder).promised);
});
