import { onTraceMark, type TraceMark } from "@murre/files";
import { temporaryFolder } from "@murre/test-kit";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeLease } from "./lease/lease.ts";
import type { LockEvent } from "./lock-events.ts";
import { acquireLock } from "./lock/rw-lock.ts";

test("whoever traces is told who waits for whom, and who holds what, beside the listener", async () => {
  const marks: TraceMark[] = [];
  const stop = onTraceMark((mark) => marks.push(mark));
  const root = temporaryFolder();
  const lease = takeLease(root);
  const events: LockEvent["type"][] = [];
  const waiting = new EventTarget();
  const waits = once(waiting, "waits");
  const acquire = (isSecond: boolean) =>
    acquireLock({
      folder: join(root, "lock"),
      lease,
      mode: "write",
      subject: "the environment",
      ...(isSecond
        ? {
            onEvent: ({ type }) => {
              events.push(type);
              if (type === "waiting") waiting.dispatchEvent(new Event("waits"));
            },
          }
        : {}),
    });
  const first = await acquire(false);
  const second = acquire(true);
  await waits;
  first.release();
  (await second).release();
  stop();
  const name = "lock on the environment";
  expect(marks.map(({ phase, kind, name: named }) => [phase, kind, named])).toEqual([
    ["begin", "lock", name],
    ["begin", "wait", name],
    ["end", "lock", name],
    ["end", "wait", name],
    ["begin", "lock", name],
    ["end", "lock", name],
  ]);
  expect(marks[1]?.details).toEqual({ holders: [expect.stringMatching(`^pid ${process.pid}`)] });
  expect(events).toEqual(["waiting", "waited", "acquired", "released"]);
});
