import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leaseOf, parseTicket, precedes, type TicketName } from "./tickets.ts";

const ticket = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 2n ** 70n }),
    fc.constantFrom("r", "w"),
    fc.stringMatching(/^[a-z0-9_]{1,48}$/),
    fc.nat(),
  )
  .map(([number, mode, lease, n]) => parseTicket(`${number}-${mode}-${lease}-${n}`) as TicketName);

describe("protocols/locks.md: the order is (k, me), k numeric, then me as bytes", () => {
  test("it is total: of two different tickets exactly one precedes", () => {
    fc.assert(
      fc.property(ticket, ticket, (a, b) => {
        if (a.number === b.number && a.holder === b.holder) return !precedes(a, b);
        return precedes(a, b) !== precedes(b, a);
      }),
      { seed: 5 },
    );
  });

  test("it is transitive", () => {
    fc.assert(
      fc.property(ticket, ticket, ticket, (a, b, c) => !(precedes(a, b) && precedes(b, c)) || precedes(a, c)),
      { seed: 5 },
    );
  });

  test.each([
    ["9-w-a-1", "10-w-a-1"],
    ["9007199254740992-w-b-1", "9007199254740993-w-a-1"],
    ["3-r-a-10", "3-r-a-9"],
    ["3-w-a-1", "3-r-b-1"],
  ])("%s comes before %s", (first, second) => {
    expect(precedes(parseTicket(first) as TicketName, parseTicket(second) as TicketName)).toBe(true);
  });
});

describe("the name of a ticket is <k>-<mode>-<lease>-<n>", () => {
  test("it is read back", () => {
    expect(parseTicket("12-r-abc_def-7")).toEqual({
      name: "12-r-abc_def-7",
      number: 12n,
      mode: "read",
      holder: "abc_def-7",
      lease: "abc_def",
    });
    expect(leaseOf("abc_def-7")).toBe("abc_def");
  });

  test.each([".nfs0000001", "12-x-abc-1", "-w-abc-1", "012-w-abc-1", "1-w-abc", "1-w--", ""])("%j is none", (name) => {
    expect(parseTicket(name)).toBeUndefined();
  });
});
