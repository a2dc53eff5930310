import { describe, expect, test } from "vitest";
import { assertMayWait, type Holding, holding } from "./deadlock-order.ts";
import { DeadlockRisk } from "./errors.ts";

describe("Protocol, rule D: a task that holds one may wait only for what is further right; under a lock for nothing", () => {
  test.each([
    ["lock", "lock", "refused"],
    ["lock", "flight", "refused"],
    ["lock", "slot", "refused"],
    ["flight", "lock", "refused"],
    ["flight", "flight", "refused"],
    ["flight", "slot", "allowed"],
    ["slot", "lock", "refused"],
    ["slot", "flight", "refused"],
    ["slot", "slot", "refused"],
  ] as const)("holding a %s, waiting for a %s is %s", async (held: Holding, wanted: Holding, outcome) => {
    const waiting = holding(held, "one", () => holding(wanted, "other", () => Promise.resolve("done")));
    if (outcome === "allowed") expect(await waiting).toBe("done");
    else await expect(waiting).rejects.toThrow(DeadlockRisk);
  });

  test("it holds for whatever is started inside, and for outer holders", async () => {
    const deep = holding("flight", "a", () =>
      holding("slot", "b", async () => {
        await Promise.resolve();
        return Promise.all([Promise.resolve().then(() => assertMayWait("flight", "c"))]);
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
