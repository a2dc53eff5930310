import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "vitest";
import { sharedLookup } from "./host-lookup.ts";

type Ask = NonNullable<Parameters<typeof sharedLookup>[0]>;

const both: LookupAddress[] = [
  { address: "192.0.2.1", family: 4 },
  { address: "2001:db8::1", family: 6 },
];

function world(answers: (LookupAddress[] | Error)[] = [both]) {
  const asked: string[] = [];
  const ask = ((host: string, _: unknown, callback: (error: Error | null, found: LookupAddress[]) => void) => {
    const answer = answers[Math.min(asked.push(host), answers.length) - 1]!;
    setImmediate(() => (answer instanceof Error ? callback(answer, []) : callback(null, answer)));
  }) as unknown as Ask;
  const lookup = sharedLookup(ask);
  const find = (host: string, options = {}) =>
    new Promise((resolve, reject) =>
      lookup(host, options, (error, address, family) =>
        error === null ? resolve(family === undefined ? address : [address, family]) : reject(error as Error),
      ),
    );
  return { asked, find };
}

describe("the addresses of a host", () => {
  test("are asked for once, whoever asks while the answer is on its way or later", async () => {
    const { asked, find } = world();
    const first = await Promise.all([find("a.example", { all: true }), find("a.example", { all: true })]);
    expect([...first, await find("a.example", { all: true })]).toEqual([both, both, both]);
    expect(asked).toEqual(["a.example"]);
    await find("b.example");
    expect(asked).toEqual(["a.example", "b.example"]);
  });

  test.each([
    [{}, ["192.0.2.1", 4]],
    [{ family: 6 }, ["2001:db8::1", 6]],
    [{ family: "IPv4" }, ["192.0.2.1", 4]],
    [{ all: true, family: 6 }, [both[1]]],
  ])("with %j are %j", async (options, expected) => {
    expect(await world().find("a.example", options)).toEqual(expected);
  });

  test("that could not be had are asked for again", async () => {
    const { asked, find } = world([new Error("no answer"), both]);
    await expect(find("a.example")).rejects.toThrow("no answer");
    expect(await find("a.example")).toEqual(["192.0.2.1", 4]);
    expect(asked).toHaveLength(2);
  });
});
