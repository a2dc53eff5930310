import { expect, test } from "vitest";
import { beginSpan, isTraced, onTraceMark, type TraceMark } from "./trace.ts";

test("what begins and ends is told to those who listen, once, and to nobody else", () => {
  const marks: TraceMark[] = [];
  beginSpan("wait", "before")();
  const stop = onTraceMark((mark) => marks.push(mark));
  expect(isTraced()).toBe(true);
  const end = beginSpan("unpack", "a.whl", { thread: 3, details: { bytes: 5 } });
  const open = beginSpan("request", "GET /");
  end({ files: 2 });
  end({ files: 9 });
  stop();
  open();
  expect(isTraced()).toBe(false);
  const [{ id = 0 } = {}] = marks;
  const unpack = { id, kind: "unpack", name: "a.whl", thread: 3, process: undefined };
  expect(marks).toEqual([
    { ...unpack, phase: "begin", details: { bytes: 5 } },
    { ...unpack, id: id + 1, kind: "request", name: "GET /", thread: undefined, phase: "begin", details: {} },
    { ...unpack, phase: "end", details: { files: 2 } },
  ]);
});

test("what begins unseen does not appear by its end", () => {
  const end = beginSpan("link", "early");
  const marks: TraceMark[] = [];
  const stop = onTraceMark((mark) => marks.push(mark));
  end();
  stop();
  expect(marks).toEqual([]);
});
