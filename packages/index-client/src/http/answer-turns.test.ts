import { afterEach, expect, test, vi } from "vitest";
import { AnswerTurns } from "./answer-turns.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers that came at once, each of which is read so long, in steps; at the second one an abort is due, which only a turn of the event loop can bring. */
async function readAtOnce(answers: number, eachTakes: number, steps: number) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const controller = new AbortController();
  const turns = new AnswerTurns();
  let begun = 0;
  const read = async () => {
    if (++begun === 2) setImmediate(() => controller.abort(new Error("enough")));
    for (let step = 0; step < steps; step++) {
      now += eachTakes / steps;
      await undefined;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: answers }, () => turns.take(read, controller.signal)));
  return { begun, refused: outcomes.filter(({ status }) => status === "rejected").length };
}

test.each([
  ["long ones", 40, 12, 1, 2],
  ["long ones in many steps", 40, 12, 20, 2],
  ["short ones", 400, 1, 1, 20],
  ["short ones in many steps", 400, 1, 20, 20],
  ["such as take no time", 400, 0, 1, 400],
])("an abort is heard between answers that came at once: %s", async (_, answers, eachTakes, steps, most) => {
  const { begun, refused } = await readAtOnce(answers, eachTakes, steps);
  expect(begun).toBeLessThanOrEqual(most);
  expect(begun + refused).toBe(answers);
});

test("one that cannot be read keeps nobody from reading the next", async () => {
  const turns = new AnswerTurns();
  const refused = turns.take(() => Promise.reject(new Error("damaged")), undefined);
  const next = turns.take(() => "read", undefined);
  await expect(refused).rejects.toThrow("damaged");
  expect(await next).toBe("read");
});
