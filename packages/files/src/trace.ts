import { channel } from "node:diagnostics_channel";

/** What takes time, by what it is. */
export type TracedKind = "request" | "wait" | "lock" | "process" | "unpack" | "link";

/** Values for whoever reads a trace. */
export type TracedDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The beginning or the end of something that takes time. */
export interface TraceMark {
  readonly phase: "begin" | "end";
  /** The same of both. */
  readonly id: number;
  readonly kind: TracedKind;
  readonly name: string;
  /** The worker thread that does it, or the process; this thread where there is neither. */
  readonly thread: number | undefined;
  readonly process: number | undefined;
  readonly details: TracedDetails;
}

/** By whom it is done, if not by this thread, and what else is known when it begins. */
export interface TracedBy {
  readonly thread?: number | undefined;
  readonly process?: number | undefined;
  readonly details?: TracedDetails;
}

/** Ends what was begun. The first call counts. */
export type EndOfSpan = (details?: TracedDetails) => void;

const marks = channel("murre:trace");
const untraced: EndOfSpan = () => {};
let spans = 0;

/** Tells those who listen that something begins, and returns what tells them of its end. Costs nothing where nobody listens. */
export function beginSpan(kind: TracedKind, name: string, by: TracedBy = {}): EndOfSpan {
  if (!marks.hasSubscribers) return untraced;
  const mark = { id: ++spans, kind, name, thread: by.thread, process: by.process };
  marks.publish({ ...mark, phase: "begin", details: by.details ?? {} } satisfies TraceMark);
  let isOver = false;
  return (details = {}) => {
    if (isOver) return;
    isOver = true;
    marks.publish({ ...mark, phase: "end", details } satisfies TraceMark);
  };
}

export const isTraced = (): boolean => marks.hasSubscribers;

/** Hands each mark of this process to `listener`, until the returned function is called. */
export function onTraceMark(listener: (mark: TraceMark) => void): () => void {
  const take = (mark: unknown) => listener(mark as TraceMark);
  marks.subscribe(take);
  return () => void marks.unsubscribe(take);
}
