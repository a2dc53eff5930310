import { describe, expect, test } from "vitest";
import { assertMayWait, type Holding, holding } from "./deadlock-order.ts";
import { DeadlockRisk } from "../errors.ts";

describe("rule D: a task that holds one may wait only for what is further right; under a lock for nothing", () => {
  /** Waits for `wanted` inside a task that holds `held`. */
  const nested = (held: Holding, wanted: Holding): Promise<string> =>
    holding(held, "one", () => holding(wanted, "other", () => Promise.resolve("done")));

  test.each([
    ["lock", "lock"],
    ["lock", "flight"],
    ["lock", "slot"],
    ["flight", "lock"],
    ["flight", "flight"],
    ["lock", "folder"],
    ["folder", "lock"],
    ["folder", "flight"],
    ["folder", "folder"],
    ["slot", "folder"],
    ["slot", "lock"],
    ["slot", "flight"],
    ["slot", "slot"],
  ] as const)("one that holds a %s may not wait for a %s", async (held, wanted) => {
    await expect(nested(held, wanted)).rejects.toThrow(DeadlockRisk);
  });

  test.each([
    ["flight", "slot"],
    ["flight", "folder"],
    ["folder", "slot"],
  ] as const)("one that holds a %s may wait for a %s", async (held, wanted) => {
    expect(await nested(held, wanted)).toBe("done");
  });

  test("it holds for whatever is started inside, and for outer holders", async () => {
    const deep = holding("flight", "a", () =>
      holding("slot", "b", async () => {
        await Promise.resolve();
        return Promise.resolve().then(() => assertMayWait("flight", "c"));
      }),
    );
    await expect(deep).rejects.toThrow("waiting for the flight on c while holding the slot on b can deadlock");
  });

  test("tasks beside each other may each hold a flight", async () => {
    const tasks = ["a", "b", "c"].map((key) => holding("flight", key, () => Promise.resolve(key)));
    expect(await Promise.all(tasks)).toEqual(["a", "b", "c"]);
  });

  test("what was started inside and outlives the holder holds nothing", async () => {
    let later: Promise<void> = Promise.reject(new Error("not started"));
    later.catch(() => {});
    await holding("flight", "a", () => {
      later = new Promise((resolve) => setTimeout(resolve, 5)).then(() => assertMayWait("flight", "b"));
      return Promise.resolve();
    });
    await expect(later).resolves.toBeUndefined();
  });
});
