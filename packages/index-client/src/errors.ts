import { redactUrl } from "@murre/pep508";

/** The permanent codes of this package's errors. */
export type IndexErrorCode =
  | "MURRE_INDEX_UNREACHABLE"
  | "MURRE_PROJECT_NOT_FOUND"
  | "MURRE_HTTP_STATUS"
  | "MURRE_HASH_MISMATCH"
  | "MURRE_DOWNLOAD_TOO_LONG"
  | "MURRE_DOWNLOAD_INTERRUPTED"
  | "MURRE_DOWNLOAD_NOT_WRITTEN"
  | "MURRE_INVALID_INDEX_PAGE"
  | "MURRE_DAMAGED_PAGE"
  | "MURRE_INVALID_PROVENANCE"
  | "MURRE_INVALID_INDEX_LOCATION"
  | "MURRE_OFFLINE"
  | "MURRE_INVALID_PIP_CONFIGURATION"
  | "MURRE_INVALID_TRANSPORT_SETTINGS";

/** What all errors of this package are. */
export abstract class IndexError extends Error {
  abstract readonly code: IndexErrorCode;
}

/** How often something was tried, and for how many milliseconds from the first attempt to the end of the last one. */
export interface Tried {
  readonly attempts: number;
  readonly elapsedMs: number;
}

/** Says nothing of what was tried once. */
function describeTries(tried: Tried | undefined): string {
  if (tried === undefined || tried.attempts < 2) return "";
  return ` (tried ${tried.attempts} times in ${(tried.elapsedMs / 1000).toFixed(1)} s)`;
}

/**
 * No connection could be made, or the connection broke or stayed silent, after all retries.
 * To do: check the address, the proxy and the network, and run the command again.
 */
export class IndexUnreachable extends IndexError {
  override readonly name = "IndexUnreachable";
  readonly code = "MURRE_INDEX_UNREACHABLE";
  readonly url: string;
  /** What helps, as far as the failure tells; that of a cause is its own. */
  readonly advice: string;
  constructor(
    url: string,
    reason: string,
    { tried, advice, ...options }: ErrorOptions & { readonly tried?: Tried; readonly advice?: string | undefined } = {},
  ) {
    const known = advice ?? (options.cause instanceof IndexUnreachable ? options.cause.advice : undefined);
    const helps = known ?? "check the address, the network and the proxy settings";
    super(`${redactUrl(url)} cannot be reached: ${reason}${describeTries(tried)}; ${helps}`, options);
    this.url = redactUrl(url);
    this.advice = helps;
  }
}

/**
 * No location has a page for the project.
 * To do: check the spelling, and which indexes are asked (`-v`).
 */
export class ProjectNotFound extends IndexError {
  override readonly name = "ProjectNotFound";
  readonly code = "MURRE_PROJECT_NOT_FOUND";
  readonly project: string;
  readonly locations: readonly string[];
  constructor(
    project: string,
    locations: readonly string[],
    { origin, ...options }: ErrorOptions & { readonly origin?: string } = {},
  ) {
    const asked = locations.map(redactUrl);
    const named = origin === undefined ? project : `${origin}: ${project}`;
    super(
      asked.length === 0
        ? `${named} was not found: no index and no find-links location is configured`
        : `${named} was not found in ${asked.join(", ")}; check the spelling, or name another index`,
      options,
    );
    this.project = project;
    this.locations = asked;
  }
}

/**
 * The server answered, but not with what was asked for.
 * To do: 401 and 403 are about credentials, 404 about the address; else run the command again later.
 */
export class HttpStatusError extends IndexError {
  override readonly name = "HttpStatusError";
  readonly code = "MURRE_HTTP_STATUS";
  readonly url: string;
  readonly status: number;
  /** @param hint what the server said itself, as far as it helps */
  constructor(url: string, status: number, { tried, hint }: { readonly tried?: Tried; readonly hint?: string } = {}) {
    const helps =
      hint ??
      (status === 401 || status === 403
        ? "the credentials in the URL, in netrc or in a keyring are missing or refused"
        : status >= 500
          ? "the server has a problem, try again later"
          : undefined);
    const told = helps === undefined ? "" : `; ${helps}`;
    super(`${redactUrl(url)} answered with status ${status}${describeTries(tried)}${told}`);
    this.url = redactUrl(url);
    this.status = status;
  }
}

/**
 * The bytes received are not the bytes that the index, the requirement or the lock file promised.
 * To do: do not install it; find out which of the two is wrong.
 */
export class HashMismatch extends IndexError {
  override readonly name = "HashMismatch";
  readonly code = "MURRE_HASH_MISMATCH";
  readonly url: string;
  readonly algorithm: string;
  readonly expected: string;
  readonly actual: string;
  constructor(url: string, algorithm: string, expected: string, actual: string) {
    super(
      `${redactUrl(url)}: expected ${algorithm} ${expected}, but the file has ${actual}; ` +
        "it was changed after it was listed, or damaged on the way",
    );
    this.url = redactUrl(url);
    this.algorithm = algorithm;
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * A server sends more than twice of what the index says that the file has: nothing of it is kept.
 * To do: ask whoever runs the index; another index may have the file.
 */
export class DownloadTooLong extends IndexError {
  override readonly name = "DownloadTooLong";
  readonly code = "MURRE_DOWNLOAD_TOO_LONG";
  readonly url: string;
  readonly statedBytes: number;
  constructor(url: string, statedBytes: number) {
    super(
      `${redactUrl(url)}: the index says that it has ${statedBytes} bytes, and the server sends more than twice as many; ` +
        "nothing of it was kept; ask whoever runs the index",
    );
    this.url = redactUrl(url);
    this.statedBytes = statedBytes;
  }
}

/**
 * A download ended before the promised length, and could not be continued.
 * To do: run the command again: it goes on where this one ended, where the server allows it.
 */
export class DownloadInterrupted extends IndexError {
  override readonly name = "DownloadInterrupted";
  readonly code = "MURRE_DOWNLOAD_INTERRUPTED";
  readonly url: string;
  /** Bytes that lie at the destination and may be continued from. */
  readonly receivedBytes: number;
  constructor(url: string, receivedBytes: number, reason: string, options?: ErrorOptions) {
    super(
      `${redactUrl(url)}: the download broke after ${receivedBytes} bytes: ${reason}; try again, it continues there`,
      options,
    );
    this.url = redactUrl(url);
    this.receivedBytes = receivedBytes;
  }
}

/**
 * The downloaded bytes cannot be written where the caller wants them.
 * To do: make room or allow writing there, and run the command again.
 */
export class DownloadNotWritten extends IndexError {
  override readonly name = "DownloadNotWritten";
  readonly code = "MURRE_DOWNLOAD_NOT_WRITTEN";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    const reason = options?.cause instanceof Error ? options.cause.message : "the file system refused";
    super(`${path}: the download cannot be written: ${reason}`, options);
    this.path = path;
  }
}

/**
 * A page of an index is no page of the simple API.
 * To do: check the address of the index; it may lead to a login or an error page.
 */
export class InvalidIndexPage extends IndexError {
  override readonly name = "InvalidIndexPage";
  readonly code = "MURRE_INVALID_INDEX_PAGE";
  readonly url: string;
  readonly problem: string;
  constructor(url: string, problem: string, options?: ErrorOptions) {
    super(`${redactUrl(url)} is no page of the simple API: ${problem}; is this the address of an index?`, options);
    this.url = redactUrl(url);
    this.problem = problem;
  }
}

/**
 * What an index names as the provenance of a file (PEP 740) is none. It fails no operation: what it would have said is left out.
 * To do: tell whoever runs the index.
 */
export class InvalidProvenance extends IndexError {
  override readonly name = "InvalidProvenance";
  readonly code = "MURRE_INVALID_PROVENANCE";
  readonly url: string;
  constructor(url: string, problem: string, options?: ErrorOptions) {
    super(`${redactUrl(url)} is no provenance of a file (PEP 740): ${problem}`, options);
    this.url = redactUrl(url);
  }
}

/**
 * A page's copy in the cache was found damaged when one of its releases was looked at. It is forgotten: whoever begins again gets the page from
 * its index.
 * To do: nothing; the next command fetches the page.
 */
export class DamagedPage extends IndexError {
  override readonly name = "DamagedPage";
  readonly code = "MURRE_DAMAGED_PAGE";
  readonly index: string;
  readonly project: string;
  constructor(index: string, project: string) {
    const shown = redactUrl(index);
    super(`the copy of ${shown}'s page of ${project} in the cache is damaged; the next command fetches it again`);
    this.index = shown;
    this.project = project;
  }
}

/**
 * The address of an index or of a find-links location cannot be used.
 * To do: correct the address.
 */
export class InvalidIndexLocation extends IndexError {
  override readonly name = "InvalidIndexLocation";
  readonly code = "MURRE_INVALID_INDEX_LOCATION";
  readonly location: string;
  constructor(location: string, problem: string, options?: ErrorOptions) {
    super(`${redactUrl(location)}: ${problem}; expected a path or an http:, https: or file: URL`, options);
    this.location = redactUrl(location);
  }
}

/**
 * The network would be needed, and the caller said that it must not be used.
 * To do: run the command once without `--offline`.
 */
export class OfflineMiss extends IndexError {
  override readonly name = "OfflineMiss";
  readonly code = "MURRE_OFFLINE";
  readonly url: string;
  constructor(url: string) {
    super(`${redactUrl(url)} is not in the cache, and the network is not used offline; run once without --offline`);
    this.url = redactUrl(url);
  }
}

/**
 * Files of pip's configuration, or PIP_* variables, hold what pip itself would refuse. All problems are listed.
 * To do: correct each place that is listed.
 */
export class InvalidPipConfiguration extends IndexError {
  override readonly name = "InvalidPipConfiguration";
  readonly code = "MURRE_INVALID_PIP_CONFIGURATION";
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`pip's configuration cannot be read:\n${problems.map((problem) => `  ${problem}`).join("\n")}`, options);
    this.problems = problems;
  }
}

/**
 * A certificate file, a client certificate or a proxy address cannot be used.
 * To do: correct the path or address.
 */
export class InvalidTransportSettings extends IndexError {
  override readonly name = "InvalidTransportSettings";
  readonly code = "MURRE_INVALID_TRANSPORT_SETTINGS";
}
