import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { uvVariables } from "../operation/said.ts";
import { uvVariablesOfWords } from "./variables.ts";

const page = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");

test.each([...uvVariables.map(([uv]) => uv), ...Object.keys(uvVariablesOfWords)])("%s is in the list", (variable) => {
  expect(page).toContain(`\`${variable}\``);
});
