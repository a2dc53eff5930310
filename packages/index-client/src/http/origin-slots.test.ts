import { describe, expect, test } from "vitest";
import { createOriginSlots } from "./origin-slots.ts";

/** How many of 60 tasks run at once, while `before` happens after the first ones started. */
async function mostAtOnce(url: string, answer?: Readonly<Record<string, string>>): Promise<number> {
  const servers = createOriginSlots(50);
  let running = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    most = Math.max(most, ++running);
    if (answer !== undefined) servers.answered(new URL(url), answer);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.all(Array.from({ length: 60 }, () => servers.of(new URL(url)).run(task)));
  return most;
}

describe("a server gets as many requests at once as it can take", () => {
  test.each([
    ["an https: server", "https://e.x/", undefined, 50],
    ["an http: server that says nothing", "http://e.x/", undefined, 5],
    ["an http: server that closes", "http://e.x/", { connection: "close" }, 5],
    ["an http: server that keeps connections", "http://e.x/", { connection: "keep-alive" }, 50],
    ["an http: server that says for how long", "http://e.x/", { "keep-alive": "timeout=5" }, 50],
  ])("%s", async (_, url, answer, expected) => {
    expect(await mostAtOnce(url, answer)).toBe(expected);
  });
});
