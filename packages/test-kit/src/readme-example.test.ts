import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readmeExample, runReadmeExample } from "./readme-example.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

test("the README's example prints what the README says", () => {
  expect(runReadmeExample(packageFolder)).toBe(readmeExample(packageFolder).promised);
});

test("a folder without such a README is an error", () => {
  expect(() => readmeExample(temporaryFolder())).toThrow("README.md");
});
