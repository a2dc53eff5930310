/**
 * Which servers have their requests share connections (HTTP/2), and so the ends of these. undici ends a connection with all that is under way as
 * soon as the server says that it takes no more (GOAWAY), though the server would still answer: where that leads nowhere, requests go alone.
 */
export class Sharing {
  readonly #shared = new Set<string>();
  readonly #alone = new Set<string>();

  /** The server speaks HTTP/2. */
  begin(url: URL): void {
    this.#shared.add(url.origin);
  }

  isShared(url: URL): boolean {
    return this.#shared.has(url.origin);
  }

  /** Whether HTTP/1.1 is asked for. */
  isAlone(url: URL): boolean {
    return this.#alone.has(url.origin);
  }

  /** From now on requests go alone. */
  end(url: URL): void {
    this.#alone.add(url.origin);
  }
}
