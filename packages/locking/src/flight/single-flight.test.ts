import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { makeResults } from "../../test/results.ts";
import { holding } from "../lock/deadlock-order.ts";
import { DeadlockRisk, FlightFailed, FlightUnsettled } from "../errors.ts";
import { createSingleFlight, type FlightRequest } from "./single-flight.ts";

/** Two flights of one root stand for two processes: they share nothing but the files. */
function setUp() {
  const { root, steps, works } = makeResults();
  const request = (key: string, more: Partial<FlightRequest<string>> = {}): FlightRequest<string> => ({
    ...steps(key),
    work: async () => void (await steps(key).work()),
    ...more,
  });
  return { root, request, works, here: createSingleFlight({ root }), there: createSingleFlight({ root }) };
}

const locksIn = (root: string): string[] => readdirSync(join(root, "locks"));

describe("protocols/single-flight.md: of all who want one key, one works, and the others get its result", () => {
  test("a result that is there is not made again (F0)", async () => {
    const { here, request, works } = setUp();
    await here.run("a", request("a"));
    expect(await here.run("a", request("a"))).toBe("result of a");
    expect(works()).toBe(1);
  });

  test("within one process the requests share one ticket", async () => {
    const { here, request, works } = setUp();
    const all = await Promise.all(Array.from({ length: 20 }, () => here.run("a", request("a"))));
    expect(new Set(all)).toEqual(new Set(["result of a"]));
    expect(works()).toBe(1);
  });

  test("between processes the second waits, and looks again (F3)", async () => {
    const { here, there, request, works } = setUp();
    const both = await Promise.all([here.run("a", request("a")), there.run("a", request("a"))]);
    expect(both).toEqual(["result of a", "result of a"]);
    expect(works()).toBe(1);
  });

  test("one that takes no failures waits without a ticket (F0), and is woken by the end of the other's", async () => {
    const { root, here, there, request, works } = setUp();
    let drawn: string[] = [];
    const worker = here.run("a", {
      ...request("a"),
      work: async () => {
        await sleep(100);
        drawn = readdirSync(join(root, "locks", locksIn(root)[0] ?? "", "tickets"));
        await request("a").work({} as never);
      },
    });
    const waiter = there.run("a", request("a", { takesFailures: false }));
    expect(await Promise.all([worker, waiter])).toEqual(["result of a", "result of a"]);
    expect(drawn).toHaveLength(1);
    expect(works()).toBe(1);
  });

  test("one that takes no failures works itself after another's failure", async () => {
    const { here, there, request, works } = setUp();
    const failed = here.run("a", {
      ...request("a"),
      work: async () => {
        await sleep(20);
        throw new Error("the other's network");
      },
    });
    const waiter = there.run("a", request("a", { takesFailures: false }));
    await expect(failed).rejects.toThrow("the other's network");
    expect(await waiter).toBe("result of a");
    expect(works()).toBe(1);
  });

  test("different keys are worked on at once", async () => {
    const { here, request } = setUp();
    const keys = ["a", "b", "c", "A", "a/../b"].map((key) => here.run(key, request(key.replaceAll("/", "_"))));
    expect(await Promise.all(keys)).toHaveLength(5);
  });

  test("the folders of a key are gone when nobody wants it (K4)", async () => {
    const { root, here, there, request } = setUp();
    await Promise.all([here.run("a", request("a")), there.run("a", request("a"))]);
    expect(locksIn(root)).toEqual([]);
  });
});

describe("F6 (protocols/single-flight.md): a failure reaches those who waited, and nobody else", () => {
  const failing = async (): Promise<void> => {
    await sleep(20);
    throw Object.assign(new TypeError("no such file"), { code: "MURRE_TEST" });
  };

  test("this process gets the error itself, the other one what it said", async () => {
    const { here, there, request, works } = setUp();
    const first = here.run("a", request("a", { work: failing })).catch((error: unknown) => error);
    await sleep(5);
    const second = await there.run("a", request("a")).catch((error: unknown) => error);
    expect(await first).toBeInstanceOf(TypeError);
    expect(second).toBeInstanceOf(FlightFailed);
    expect((second as FlightFailed).failure).toEqual({
      name: "TypeError",
      code: "MURRE_TEST",
      message: "no such file",
    });
    expect(works()).toBe(0);
  });

  test("a request that comes later works itself", async () => {
    const { here, there, request } = setUp();
    await expect(here.run("a", request("a", { work: failing }))).rejects.toThrow("no such file");
    expect(await there.run("a", request("a"))).toBe("result of a");
  });

  test("no failure is left behind (K3)", async () => {
    const { root, here, there, request } = setUp();
    const first = here.run("a", request("a", { work: failing }));
    await Promise.allSettled([first, sleep(5).then(() => there.run("a", request("a")))]);
    expect(locksIn(root)).toEqual([]);
  });

  test("a success after a failure wins (F3 before F4)", async () => {
    const { root, here, there, request } = setUp();
    const first = here.run("a", request("a", { work: failing }));
    await sleep(5);
    const second = there.run("a", request("a"));
    writeFileSync(join(root, "a"), "from elsewhere");
    await expect(first).rejects.toThrow("no such file");
    expect(await second).toBe("from elsewhere");
  });
});

describe("F6: an abort is not a failure", () => {
  test("the work goes on while one request in the process still wants it", async () => {
    const { here, request, works } = setUp();
    const abort = new AbortController();
    const first = here.run("a", request("a", { signal: abort.signal }));
    const second = here.run("a", request("a"));
    await sleep(2);
    abort.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
    expect(await second).toBe("result of a");
    expect(works()).toBe(1);
  });

  test("the work is aborted with the last one, and the next process works", async () => {
    const { here, there, request } = setUp();
    const abort = new AbortController();
    let aborted = false;
    const work: FlightRequest<string>["work"] = ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(new Error("unwound"));
        }),
      );
    const first = here.run("a", request("a", { signal: abort.signal, work }));
    await sleep(5);
    const second = there.run("a", request("a"));
    abort.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
    expect(await second).toBe("result of a");
    expect(aborted).toBe(true);
  });

  test("one who waits for another process leaves no ticket", async () => {
    const { root, here, there, request } = setUp();
    const abort = new AbortController();
    const first = here.run(
      "a",
      request("a", { work: () => sleep(40).then(() => writeFileSync(join(root, "a"), "r")) }),
    );
    const second = there.run("a", request("a", { signal: abort.signal }));
    await sleep(10);
    abort.abort(new Error("stopped"));
    await expect(second).rejects.toThrow("stopped");
    expect(await first).toBe("r");
    expect(locksIn(root)).toEqual([]);
  });
});

describe("rule D, enforced", () => {
  test.each(["lock", "slot", "flight"] as const)("a task that holds a %s may not ask for a flight", async (held) => {
    const { here, request } = setUp();
    await expect(holding(held, "x", () => here.run("a", request("a")))).rejects.toThrow(DeadlockRisk);
    await expect(holding(held, "x", () => here.watch("a", request("a")))).rejects.toThrow(DeadlockRisk);
  });

  test("the work of a flight may wait for a slot, and not for another flight", async () => {
    const { root, here, request } = setUp();
    const work = (): Promise<void> => holding("slot", "cpu", async () => writeFileSync(join(root, "a"), "built"));
    expect(await here.run("a", request("a", { work }))).toBe("built");
    const nested = here.run("b", request("b", { work: async () => void (await here.run("c", request("c"))) }));
    await expect(nested).rejects.toThrow(DeadlockRisk);
  });
});

describe("watch", () => {
  test("waits without a ticket for those who work now, and finds their result", async () => {
    const { root, here, there, request } = setUp();
    const first = here.run("a", request("a"));
    await sleep(2);
    const watched = there.watch("a", request("a"));
    expect(readdirSync(join(root, "locks", locksIn(root)[0] ?? "", "tickets"))).toHaveLength(1);
    expect(await watched).toBe("result of a");
    await first;
  });

  test("gives undefined when nobody makes it", async () => {
    const { here, request } = setUp();
    expect(await here.watch("a", request("a"))).toBeUndefined();
  });
});

describe("outside damage", () => {
  test("a result that is never found again is an error, not an endless loop", async () => {
    const { here, request } = setUp();
    await expect(here.run("a", request("a", { work: () => Promise.resolve() }))).rejects.toThrow(FlightUnsettled);
  });

  test("folders of the key that appear and vanish are made again", async () => {
    const { root, here, request } = setUp();
    mkdirSync(join(root, "locks"));
    expect(await here.run("a", request("a"))).toBe("result of a");
  });
});
