import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { makeResults } from "../../test/results.ts";
import { holding } from "../lock/deadlock-order.ts";
import { createHints, sweepHints, type HintRequest } from "./hints.ts";
import { thisProcess } from "../lease/lease-name.ts";

/** Two sets of hints of one root stand for two processes: they share nothing but the files. */
function setUp() {
  const { root, lease, steps, works } = makeResults();
  const request = (key: string, more: Partial<HintRequest<string>> = {}): HintRequest<string> => ({
    ...steps(key),
    ...more,
  });
  const hints = () => (existsSync(join(root, "hints")) ? readdirSync(join(root, "hints")) : []);
  return { root, lease, request, hints, works, here: createHints({ root }), there: createHints({ root }) };
}

/** The name of a lease of a process that has ended: of this boot and namespace, with a pid that nobody has. */
function deadLease(): string {
  const { name } = thisProcess();
  return `${"d".repeat(16)}_${name.boot}${name.space}_${(0x3fffff).toString(36)}_1`;
}

/** Leaves a hint for a key as a process would that was killed while it worked. */
async function leave(world: ReturnType<typeof setUp>, key: string, lease: string): Promise<string> {
  const never = createHints({ root: world.root }).once(key, world.request(key, { work: () => new Promise(() => {}) }));
  never.catch(() => {});
  await sleep(1);
  const [name = ""] = world.hints();
  const path = join(world.root, "hints", name);
  writeFileSync(path, lease);
  return path;
}

describe("protocols/single-flight.md: of all who want one document, one works, and the others find it", () => {
  test("what is there is not made again, and leaves no hint (H1)", async () => {
    const { here, request, works, hints } = setUp();
    expect([await here.once("a", request("a")), await here.once("a", request("a"))]).toEqual([
      "result of a",
      "result of a",
    ]);
    expect([works(), hints()]).toEqual([1, []]);
  });

  test("within one process the requests share one hint", async () => {
    const { here, request, works } = setUp();
    const all = await Promise.all(Array.from({ length: 20 }, () => here.once("a", request("a"))));
    expect([new Set(all), works()]).toEqual([new Set(["result of a"]), 1]);
  });

  test("between processes the second waits, and looks again (H2)", async () => {
    const { here, there, request, works, hints } = setUp();
    const both = await Promise.all([here.once("a", request("a")), there.once("a", request("a"))]);
    expect([both, works(), hints()]).toEqual([["result of a", "result of a"], 1, []]);
  });

  test("what was published between the look and the hint is found (H3)", async () => {
    const { here, request, works } = setUp();
    let looks = 0;
    const lookup = () => (++looks > 1 ? "theirs" : undefined);
    expect([await here.once("a", request("a", { lookup })), works()]).toEqual(["theirs", 0]);
  });

  test("a failure is nobody else's: the next one works (H4)", async () => {
    const { here, there, request, works, hints } = setUp();
    const failing = async () => {
      await sleep(10);
      throw new TypeError("no such page");
    };
    const first = here.once("a", request("a", { work: failing })).catch((error: unknown) => error);
    await sleep(2);
    expect(await there.once("a", request("a"))).toBe("result of a");
    expect([await first, works(), hints()]).toEqual([new TypeError("no such page"), 1, []]);
  });

  test("the requests of one process for a group share a hint, and others wait until the last has ended, or find theirs before", async () => {
    const { root, here, there, request, hints } = setUp();
    const long = here.once("a", request("a", { group: "all", work: () => sleep(60).then(() => "a") }));
    const short = here.once("b", request("b", { group: "all" }));
    await sleep(1);
    expect(hints()).toHaveLength(1);
    let isOver = false;
    void long.then(() => (isOver = true));
    expect(await there.once("b", request("b", { group: "all" }))).toBe("result of b");
    expect([await short, isOver]).toEqual(["result of b", false]);
    expect(existsSync(join(root, "c"))).toBe(false);
    expect(await there.once("c", request("c", { group: "all" }))).toBe("result of c");
    expect([isOver, hints()]).toEqual([true, []]);
  });

  test("different keys are worked on at once", async () => {
    const { here, request } = setUp();
    const keys = ["a", "b", "../c", "A"].map((key) => here.once(key, request(key.replaceAll(/\W/g, "_"))));
    expect(await Promise.all(keys)).toHaveLength(4);
  });
});

describe("who died while it worked is waited for by nobody", () => {
  test("its hint goes, and the next one works (H2)", async () => {
    const world = setUp();
    await leave(world, "a", deadLease());
    expect(await world.there.once("a", world.request("a"))).toBe("result of a");
    expect([world.works(), world.hints()]).toEqual([1, []]);
  });

  test("its hint goes also where it died before its name was written (H2)", { timeout: 30_000 }, async () => {
    const world = setUp();
    await leave(world, "a", "");
    expect(await world.there.once("a", world.request("a"))).toBe("result of a");
    expect([world.works(), world.hints()]).toEqual([1, []]);
  });

  test("a name that is written while somebody waits for it counts", { timeout: 30_000 }, async () => {
    const world = setUp();
    const path = await leave(world, "a", "");
    const waiting = world.there.once("a", world.request("a"));
    await sleep(20);
    writeFileSync(path, deadLease());
    expect(await waiting).toBe("result of a");
  });

  test("a hint that became another one's is left alone", async () => {
    const world = setUp();
    const path = await leave(world, "a", deadLease());
    const second = createHints({ root: world.root });
    await second.once("a", world.request("a"));
    expect(existsSync(path)).toBe(false);
  });

  test("a sweep takes hints of the dead away, and no other (H5)", async () => {
    const world = setUp();
    await leave(world, "a", deadLease());
    const [dead] = world.hints();
    const living = world.there.once("b", world.request("b", { work: () => sleep(50).then(() => "b") }));
    await sleep(1);
    expect(await sweepHints(world.root)).toBe(1);
    expect(world.hints()).toHaveLength(1);
    expect(world.hints()).not.toContain(dead);
    await living;
    expect(world.hints()).toEqual([]);
  });

  test("a sweep of a root without hints finds none", async () => {
    expect(await sweepHints(temporaryFolder())).toBe(0);
  });
});

describe("where no hint can be made, whoever wants the result works", () => {
  test.each([
    ["the folder's name is a file's", (root: string) => writeFileSync(join(root, "hints"), "")],
    [
      "the folder cannot be written",
      (root: string) => (mkdirSync(join(root, "hints")), chmodSync(join(root, "hints"), 0o500)),
    ],
  ])("%s", async (_, spoil) => {
    const { root, here, request, works } = setUp();
    spoil(root);
    expect([await here.once("a", request("a")), works()]).toEqual(["result of a", 1]);
  });
});

test("the signal ends a wait, with its reason", async () => {
  const world = setUp();
  const holder = world.here.once("a", world.request("a", { work: () => new Promise(() => {}) }));
  holder.catch(() => {});
  await sleep(1);
  const controller = new AbortController();
  const waiting = world.there.once("a", world.request("a", { signal: controller.signal }));
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await expect(waiting).rejects.toThrow("enough");
});

test("rule D: nobody waits for one who holds a slot", async () => {
  const { here, request } = setUp();
  await expect(holding("slot", "a download", () => here.once("a", request("a")))).rejects.toMatchObject({
    code: "MURRE_DEADLOCK_RISK",
  });
});
