import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Declarations, fieldsOf } from "../../../../scripts/house-api.mjs";
import { operationOptions } from "./operation-options.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const declarations = new Declarations(root);
const reference = readFileSync(new URL("../../../../docs/api.md", import.meta.url), "utf8");

test.each(Object.entries(operationOptions))("the API reference has every option that %s checks", (operation, rules) => {
  const [, type = ""] = new RegExp(`### murre\\.${operation}\\n[\\s\\S]*?Options: \\[\`(\\w+)\``).exec(reference) ?? [];
  const [declaration] = declarations.find("apps/murre/src/index.ts", type);
  const fields = declaration === undefined ? [] : fieldsOf(declarations, declaration).map(({ name }) => name);
  expect(new Set(fields)).toEqual(new Set(Object.keys(rules().options)));
});
