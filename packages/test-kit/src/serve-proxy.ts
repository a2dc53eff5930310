import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

export interface ProxyOptions {
  /** Everything else is answered with 407. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** The proxy itself is spoken to over TLS, with this key and certificate. */
  readonly tls?: ServerOptions;
  /** Called for each CONNECT with the common name of the client's certificate, or "nobody". */
  readonly onClient?: (name: string) => void;
  /** What its first, second, … CONNECT is answered with instead of a tunnel. */
  readonly refusals?: readonly number[];
  /** Where a name leads; others are looked up. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** A running proxy: what it was asked for so far, and how to end it. */
export interface ProxyServer {
  /** `http://127.0.0.1:PORT` or `https:`, without a slash at the end. */
  readonly url: string;
  /** `CONNECT HOST:PORT` or `GET URL`, those that were refused too. */
  readonly requests: readonly string[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A proxy on a free port of 127.0.0.1: tunnels by CONNECT (RFC 9110, 9.3.6), and requests for whole URLs. */
export async function serveProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const requests: string[] = [];
  const sockets = new Set<Duplex>();
  const refusals = [...(options.refusals ?? [])];
  const server = options.tls === undefined ? createServer(forward) : createTlsServer(options.tls, forward);
  const hostOf = (name: string): string => options.hosts?.[name] ?? name;

  function isWelcome({ headers }: IncomingMessage): boolean {
    if (options.credentials === undefined) return true;
    const { username, password } = options.credentials;
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    return headers["proxy-authorization"] === expected;
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    requests.push(`${request.method} ${request.url}`);
    if (!isWelcome(request)) return void response.writeHead(407, { "proxy-authenticate": "Basic" }).end("who are you?");
    const { hostname, port, pathname, search } = new URL(request.url ?? "");
    const { "proxy-authorization": _, ...headers } = request.headers;
    send({ host: hostOf(hostname), port, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    })
      .on("error", () => response.destroy())
      .end();
  }

  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    requests.push(`CONNECT ${request.url}`);
    client.on("error", () => {});
    const certificate = client instanceof TLSSocket ? client.getPeerCertificate().subject?.CN : undefined;
    options.onClient?.(String(certificate ?? "nobody"));
    const status = isWelcome(request) ? refusals.shift() : 407;
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const target: Socket = connect(Number(port || 80), hostOf(hostname), () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(client).pipe(target);
    });
    target.on("error", () => client.destroy());
    client.on("close", () => target.destroy());
    for (const socket of [client, target]) sockets.add(socket);
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}
