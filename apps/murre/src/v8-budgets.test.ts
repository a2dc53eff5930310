import { afterEach, expect, test, vi } from "vitest";
import { setBudgets } from "./v8-budgets.ts";

const set = vi.spyOn(process.getBuiltinModule("node:v8"), "setFlagsFromString").mockImplementation(() => {});
afterEach(() => void set.mockClear());

test.each([
  ["pip install x", "11.3.244.8-node.33", 1],
  ["-q pip sync f.txt", "11.3.244.8-node.33", 1],
  ["lock", "11.3.244.8-node.33", 1],
  ["pip list", "11.3.244.8-node.33", 0],
  ["pip install x", "12.4.254.21-node.33", 0],
  ["pip install x", "110.1", 0],
])("murre %s with V8 %s: %d times", (words, v8, times) => {
  setBudgets(words.split(" "), v8);
  expect(set).toHaveBeenCalledTimes(times);
});
