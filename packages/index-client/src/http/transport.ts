import { beginSpan } from "@murre/files";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { redactUrl } from "@murre/pep508";
import { basicAuthorization, type CredentialsSource } from "../credentials/credentials.ts";
import type { Credentials } from "../credentials/netrc.ts";
import type { Dispatchers } from "../connections/dispatchers.ts";
import { tlsFailure } from "../connections/tls-failures.ts";
import { HttpStatusError, IndexUnreachable, OfflineMiss, type Tried } from "../errors.ts";
import { sendRequest, type BodySink, type RawAnswer } from "./http-request.ts";
import { withoutCredentials } from "../location/index-location.ts";
import { failureCode } from "../connections/failure-code.ts";
import { hintOfRefusal } from "./refused-request.ts";
import { createOriginSlots, type OriginSlots } from "./origin-slots.ts";
import {
  describeFailure,
  isEndOfConnection,
  isEndOfStream,
  isNoHttp,
  isTemporaryFailure,
  isTemporaryStatus,
  longestRetryAfterMs,
  parseRetryAfter,
  retryDelayMs,
  wasRefused,
} from "./retry.ts";
import type { Slots } from "./slots.ts";
import type { IndexEvent, TransferCounts } from "../location/types.ts";

export type Headers = Readonly<Record<string, string | undefined>>;

/** An answer whose body is still to be read, or to be dropped with `drop`. */
export interface Answer {
  /** The address that answered, after redirects, without credentials. */
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  readonly headers: Headers;
  /** Hands the body to `sink`, chunk by chunk. To be called once, at once. */
  read(sink: BodySink): Promise<void>;
  /** Does without the body. */
  drop(): Promise<void>;
}

export interface GetOptions {
  /** Asked anew before each attempt: a download that was broken off continues. */
  readonly headers: () => Record<string, string>;
  readonly slots: Slots;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportSettings {
  readonly dispatchers: Dispatchers;
  readonly credentials: CredentialsSource;
  /** How often a GET is repeated after the first attempt. */
  readonly retries: number;
  readonly offline?: boolean | undefined;
  /** Requests to one server at once. */
  readonly connections: number;
  readonly userAgent: string;
  /** After so long without a byte, or with next to none, an answer is given up (milliseconds; 0: never). */
  readonly silenceMs: number;
  readonly random: () => number;
  readonly clock: Clock;
  readonly onEvent: (event: IndexEvent) => void;
}

/** Time, as far as requests are repeated. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason. */
  wait(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
}

/**
 * What was received is not what was sent: a body that ended early without a word, or damaged on the way. Thrown by what reads an answer; it is
 * asked for again, once, and then the cause is the error.
 */
export class DamagedBody extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** The requests for one URL so far. */
interface Attempts {
  readonly url: string;
  readonly startedAt: number;
  count: number;
  /** How many of them did not fail of their own: a server that ends a connection of HTTP/2 ends all that are under way on it. */
  excused: number;
  /** One of them brought a damaged body. */
  hasDamage: boolean;
}

const longestRedirectChain = 20;

/** One for each connection that may not have said yet how much it takes. */
const mostRefusals = 2;

const unauthorized = 401;

/** GET requests: retried, redirected, authorised, counted. One for each client. */
export class Transport {
  readonly #settings: TransportSettings;
  /** Origins that gave no answer to any attempt of this run; whoever comes later is told at once. */
  readonly #unreachable = new Map<string, IndexUnreachable>();
  readonly #reached = new Set<string>();
  /** How many requests to an origin ended well. */
  readonly #answered = new Map<string, number>();
  readonly #servers: OriginSlots;
  #requests = 0;
  #bytes = 0;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    this.#servers = createOriginSlots(settings.connections);
  }

  counts(): TransferCounts {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /**
   * Sends a GET and hands the answer, whatever its status, to `consume`; both together are tried again when the status
   * is temporary or the connection breaks.
   * @throws {IndexUnreachable} when no attempt got through.
   * @throws {HttpStatusError} when the status was temporary to the last, or a redirect leads nowhere.
   */
  async get<T>(url: string, options: GetOptions, consume: (answer: Answer) => Promise<T>): Promise<T> {
    if (this.#settings.offline === true) throw new OfflineMiss(url);
    // One signal ends many requests, and each listens to it: Node would warn of a leak from the eleventh on.
    if (options.signal !== undefined) setMaxListeners(0, options.signal);
    const server = this.#servers.of(new URL(url));
    // In this order: whoever waits for a slow server keeps no slot from the requests to others.
    return server.run(() => options.slots.run(() => this.#attempts(url, options, consume)));
  }

  async #attempts<T>(url: string, options: GetOptions, consume: (answer: Answer) => Promise<T>): Promise<T> {
    const { clock, onEvent } = this.#settings;
    const made: Attempts = { url, startedAt: clock.now(), count: 0, excused: 0, hasDamage: false };
    for (;;) {
      options.signal?.throwIfAborted();
      this.#throwIfUnreachable(url);
      made.count++;
      const outcome = await this.#attempt(made, options, consume);
      if ("value" in outcome) return outcome.value;
      onEvent({ kind: "retry", url: redactUrl(url), attempt: made.count, ...outcome });
      const end = beginSpan("wait", `before another attempt: ${outcome.reason}`);
      try {
        await clock.wait(outcome.delayMs, options.signal);
      } finally {
        end();
      }
    }
  }

  async #attempt<T>(
    made: Attempts,
    options: GetOptions,
    consume: (answer: Answer) => Promise<T>,
  ): Promise<{ value: T } | { delayMs: number; reason: string }> {
    const { url } = made;
    const count = made.count - made.excused;
    const last = count > this.#settings.retries;
    const { origin } = new URL(url);
    const isAlone = this.#settings.dispatchers.sharing.isAlone(new URL(url));
    const before = { answered: this.#answered.get(origin) ?? 0, isAlone };
    try {
      const answer = await this.#follow(new URL(url), options);
      if (!isTemporaryStatus(answer.status)) {
        const value = await consume(answer);
        this.#answered.set(origin, (this.#answered.get(origin) ?? 0) + 1);
        return { value };
      }
      await answer.drop();
      const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], this.#settings.clock.now());
      if (last || (retryAfterMs ?? 0) > longestRetryAfterMs)
        throw new HttpStatusError(url, answer.status, { tried: this.#tried(made) });
      return this.#wait(count, `status ${answer.status}`, retryAfterMs);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof DamagedBody) {
        if (last || made.hasDamage) throw error.cause;
        made.hasDamage = true;
        return { delayMs: 0, reason: error.message };
      }
      if (!isConnectionFailure(error)) throw error;
      if (this.#wasSharedEnd(made, error, before)) {
        made.excused++;
        return { delayMs: 0, reason: this.#describe(url, error) };
      }
      if (!last && isTemporaryFailure(error)) {
        return this.#wait(count, this.#describe(url, error));
      }
      throw this.#unreachableBecause(made, error);
    }
  }

  /**
   * Whether the attempt failed with a connection that others had a part in: it is made again at once, as long as others are answered in the
   * meantime, which comes to an end with them. Where nobody is, once more, alone. A stream that is refused was not begun with (RFC 9113, 8.7): by
   * then it is known how many a connection takes.
   */
  #wasSharedEnd(
    made: Attempts,
    error: unknown,
    before: { readonly answered: number; readonly isAlone: boolean },
  ): boolean {
    const { sharing } = this.#settings.dispatchers;
    const url = new URL(made.url);
    if (!isEndOfConnection(error) || !sharing.isShared(url)) return false;
    if ((this.#answered.get(url.origin) ?? 0) > before.answered) return true;
    if (wasRefused(error)) return made.excused < mostRefusals;
    if (isEndOfStream(error) || before.isAlone) return false;
    sharing.end(url);
    return true;
  }

  #wait(count: number, reason: string, retryAfterMs?: number): { delayMs: number; reason: string } {
    return { delayMs: retryDelayMs(count, retryAfterMs, this.#settings.random), reason };
  }

  #tried({ count, startedAt }: Attempts): Tried {
    return { attempts: count, elapsedMs: this.#settings.clock.now() - startedAt };
  }

  #throwIfUnreachable(url: string): void {
    const known = this.#unreachable.get(new URL(url).origin);
    if (known !== undefined) throw new IndexUnreachable(url, "its host could not be reached before", { cause: known });
  }

  #unreachableBecause(made: Attempts, error: unknown): IndexUnreachable {
    const reason = this.#describe(made.url, error);
    const { advice } = tlsFailure(error) ?? {};
    const unreachable = new IndexUnreachable(made.url, reason, { cause: error, tried: this.#tried(made), advice });
    const { origin } = new URL(made.url);
    if (!this.#reached.has(origin)) this.#unreachable.set(origin, unreachable);
    return unreachable;
  }

  /** With a proxy, every connection is one to the proxy. */
  #describe(url: string, error: unknown): string {
    const proxy = this.#settings.dispatchers.proxyOf(new URL(url));
    return proxy === undefined ? describeFailure(error) : `by the proxy ${proxy}: ${describeFailure(error)}`;
  }

  async #follow(start: URL, options: GetOptions): Promise<Answer> {
    let url = start;
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const response = await this.#send(url, options);
      this.#reached.add(url.origin);
      this.#servers.answered(url, response.headers);
      const target = isRedirect(response.status) ? headersOf(response)["location"] : undefined;
      if (target === undefined) {
        const { hint, answer } = await hintOfRefusal(response);
        if (hint !== undefined) throw new HttpStatusError(url.href, response.status, { hint });
        return this.#answer(url, redirects > 0, answer);
      }
      await dropBody(response);
      const next = URL.canParse(target, url.href) ? new URL(target, url) : undefined;
      if (next === undefined || (next.protocol !== "http:" && next.protocol !== "https:"))
        throw new HttpStatusError(url.href, response.status);
      url = next;
    }
    throw new HttpStatusError(start.href, 310);
  }

  /** Credentials are looked up for each hop, by its own origin: what one origin was given, a redirect carries to no other. */
  async #send(url: URL, options: GetOptions): Promise<RawAnswer> {
    const { credentials } = this.#settings;
    let sent = await credentials.known(url);
    let answer = await this.#sendWith(sent, url, options);
    const refused: Credentials[] = [];
    while (answer.status === unauthorized) {
      // Before anybody is asked: that may take as long as a login.
      await dropBody(answer);
      if (sent !== undefined) refused.push(sent);
      sent = await credentials.afterRefusal(url, refused);
      if (sent === undefined) return withoutBody(answer);
      answer = await this.#sendWith(sent, url, options);
      if (answer.status !== unauthorized) credentials.accepted(url, sent);
    }
    return answer;
  }

  async #sendWith(credentials: Credentials | undefined, url: URL, { headers, signal }: GetOptions): Promise<RawAnswer> {
    const dispatcher = await this.#settings.dispatchers.of(url);
    this.#requests++;
    const all = {
      "user-agent": this.#settings.userAgent,
      ...headers(),
      ...(credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }),
    };
    return sendRequest(dispatcher, url, all, signal, this.#settings.silenceMs);
  }

  #answer(url: URL, redirected: boolean, raw: RawAnswer): Answer {
    return {
      url: withoutCredentials(url.href),
      redirected,
      status: raw.status,
      headers: headersOf(raw),
      read: (sink) =>
        raw.read((chunk) => {
          this.#bytes += chunk.byteLength;
          sink(chunk);
        }),
      drop: () => dropBody(raw),
    };
  }
}

/** A short body is read to its end, so that the connection can be used again; another is cut off. */
async function dropBody(raw: RawAnswer): Promise<void> {
  if (Number(raw.headers["content-length"] ?? Infinity) > 65_536) raw.cancel();
  else await raw.read(() => {});
}

function withoutBody({ status, headers }: RawAnswer): RawAnswer {
  return { status, headers, read: async () => {}, cancel: () => {} };
}

/** The system's. */
export const systemClock: Clock = {
  now: Date.now,
  async wait(delayMs, signal) {
    try {
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

function headersOf({ headers }: RawAnswer): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

/** Errors of the house are answers; whatever else has a code comes from undici or the system, and means a failed connection. */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = failureCode(error);
  return code === undefined ? isNoHttp(error) : !code.startsWith("MURRE_");
}
