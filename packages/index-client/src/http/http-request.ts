import { beginSpan, type EndOfSpan } from "@murre/files";
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

/** Takes the bytes of a body as they come; what it throws ends the transfer. */
export type BodySink = (chunk: Uint8Array) => void;

/** An answer, as soon as its headers are there. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Hands the whole body to `sink`. To be called once. */
  read(sink: BodySink): Promise<void>;
  /** Ends the transfer, with its connection. */
  cancel(): void;
}

/**
 * Sends one GET. The body is never paused: undici 7 ends the PROCESS by an assertion when a server closes its connection
 * while a response is paused (nodejs/undici issue 5360, mended in version 8, which asks for Node 22), and every stream
 * with a consumer slower than the network pauses. So chunks go to a sink that takes each at once.
 */
export function sendRequest(
  dispatcher: Dispatcher,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  silenceMs: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    // Without the query, which may be a signature.
    const end = beginSpan("request", `GET ${url.origin}${url.pathname}`);
    const exchange = new Exchange(resolve, reject, { signal, endSpan: end, pace: new Pace(silenceMs) });
    if (signal?.aborted === true) return exchange.fail(signal.reason as Error);
    const path = url.pathname + url.search;
    dispatcher.dispatch({ origin: url.origin, path, method: "GET", headers }, exchange);
  });
}

/** The code of an answer that is given up because a byte now and then is no answer. */
export const slowAnswer = "SLOW_ANSWER";

/** Bytes of an answer that come in a second at least, on average over the time after which silence ends it. */
const slowestBytesASecond = 100;

/** How fast an answer comes. Silence is noticed by undici; this notices what keeps it awake. */
class Pace {
  readonly #silenceMs: number;
  #sinceMs = 0;
  #bytes = 0;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  begin(): void {
    this.#sinceMs = performance.now();
  }

  isTooSlow(bytes: number): boolean {
    this.#bytes += bytes;
    const elapsedMs = performance.now() - this.#sinceMs;
    if (this.#silenceMs === 0 || elapsedMs < this.#silenceMs) return false;
    const isTooSlow = this.#bytes * 1000 < slowestBytesASecond * elapsedMs;
    this.begin();
    this.#bytes = 0;
    return isTooSlow;
  }
}

/** The state of one request. Its methods are called by undici. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(this.#signal?.reason as Error);
  #controller: Dispatcher.DispatchController | undefined;
  /** What came before there was a sink: at most what one read of the socket held, as a rule. */
  readonly #early: Uint8Array[] = [];
  #sink: BodySink | undefined;
  #outcome: { readonly error?: unknown } | undefined;
  #settle: (() => void) | undefined;
  readonly #endSpan: EndOfSpan;
  readonly #pace: Pace;
  #status: number | undefined;
  #bytes = 0;

  constructor(
    resolve: (answer: RawAnswer) => void,
    reject: (error: unknown) => void,
    { signal, endSpan, pace }: { signal: AbortSignal | undefined; endSpan: EndOfSpan; pace: Pace },
  ) {
    this.#endSpan = endSpan;
    this.#pace = pace;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#outcome !== undefined) controller.abort(asError(this.#outcome.error));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // 1xx only announce the answer.
    if (status < 200) return;
    this.#status = status;
    this.#pace.begin();
    this.#resolve({
      status,
      headers,
      read: (sink) => this.#read(sink),
      cancel: () => this.fail(new Error("not wanted")),
    });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#pace.isTooSlow(chunk.byteLength))
      return this.fail(Object.assign(new Error("the answer came too slowly"), { code: slowAnswer }));
    if (this.#sink === undefined) this.#early.push(chunk);
    else this.#deliver(chunk);
  }

  onResponseEnd(): void {
    this.#finish({});
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#finish({ error });
  }

  /** Ends the exchange from this side. */
  fail(error: unknown): void {
    if (this.#outcome !== undefined) return;
    this.#finish({ error });
    this.#controller?.abort(asError(error));
  }

  #finish(outcome: { readonly error?: unknown }): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#endSpan({ status: this.#status, bytes: this.#bytes, whole: !("error" in outcome) });
    this.#signal?.removeEventListener("abort", this.#onAbort);
    // Without effect once the headers are there.
    if ("error" in outcome) this.#reject(outcome.error);
    this.#settle?.();
  }

  #deliver(chunk: Uint8Array): void {
    try {
      this.#sink?.(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  #read(sink: BodySink): Promise<void> {
    this.#sink = sink;
    for (const chunk of this.#early.splice(0)) this.#deliver(chunk);
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#outcome !== undefined && "error" in this.#outcome) reject(this.#outcome.error);
        else resolve();
      };
      if (this.#outcome !== undefined) this.#settle();
    });
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
