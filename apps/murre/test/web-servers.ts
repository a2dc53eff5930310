import { temporaryFolder } from "@murre/test-kit";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** One line of a server's log. */
export interface LoggedRequest {
  readonly status: number;
  readonly path: string;
  /** What nginx says besides: the versions of HTTP and TLS, whether its cache had the answer, which connection it was (`-` for none). */
  readonly said?: readonly string[];
}

/** A web server that people use, as a process of its own on 127.0.0.1. */
export interface WebServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What it answered since the last call, in the order of the log. */
  requests(): Promise<readonly LoggedRequest[]>;
  close(): Promise<void>;
}

const longestWaitMs = 30_000;

/** Debian's nginx, or the one on the PATH; undefined where there is none. */
export function findNginx(): string | undefined {
  return ["nginx", "/usr/sbin/nginx"].find((file) => spawnSync(file, ["-v"]).status === 0);
}

/** nginx serves a folder with a configuration of its own: one process in the foreground, everything it writes in a temporary folder. */
export function startNginx(nginx: string, root: string, { ranges }: { ranges: boolean }): Promise<WebServer> {
  return startNginxServers(nginx, 1, ([port]) => nginxServer(port, `root ${root}; ${ranges ? "" : "max_ranges 0;"}`));
}

/** nginx before another server; it asks who somebody is itself. */
export function startNginxProxy(
  nginx: string,
  server: string,
  credentials?: { readonly username: string; readonly password: string },
): Promise<WebServer> {
  const folder = temporaryFolder("users");
  const users = join(folder, "users");
  if (credentials !== undefined) writeFileSync(users, `${credentials.username}:{PLAIN}${credentials.password}\n`);
  const asks = credentials === undefined ? "" : `auth_basic "repositories"; auth_basic_user_file ${users};`;
  return startNginxServers(nginx, 1, ([port]) => nginxServer(port, `location / { ${asks} proxy_pass ${server}; }`));
}

/** A server of nginx's configuration. @param words behind the address: `ssl`, `ssl http2` */
export const nginxServer = (port: number | undefined, directives: string, words = ""): string =>
  `server { listen 127.0.0.1:${port} ${words}; ${directives} }`;

/**
 * nginx with servers of any kind, of which the first is the one of `url`.
 * @param configure makes the servers, each on a port of its own
 */
export async function startNginxServers(
  nginx: string,
  servers: number,
  configure: (ports: readonly number[], folder: string) => string,
): Promise<WebServer> {
  // Between finding a free port and listening on it another process may take it.
  for (let attempt = 0; ; attempt++) {
    const folder = temporaryFolder("nginx");
    const ports = await Promise.all(Array.from({ length: servers + 1 }, freePort));
    // The last one is asked for marks: of the others nobody knows what they want of who asks.
    const marks = ports.at(-1);
    writeFileSync(
      join(folder, "nginx.conf"),
      nginxConfiguration(`${configure(ports, folder)}\n${nginxServer(marks, "")}`),
    );
    const words = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")];
    const child = spawn(nginx, words, { stdio: "ignore" });
    const log = () => readFileSync(join(folder, "access.log"), "utf8");
    const pattern = /^(\d+) \S+ (\S+) (.*)$/;
    const urls = { url: `http://127.0.0.1:${ports[0]}`, marks: `http://127.0.0.1:${marks}` };
    const server = await openServer(child, urls, log, pattern);
    if (server !== undefined) return server;
    if (attempt === 4) throw new Error(`nginx does not start: ${readFileSync(join(folder, "error.log"), "utf8")}`);
  }
}

const nginxConfiguration = (servers: string): string => `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  types { text/html html; application/vnd.pypi.simple.v1+json json; application/zip whl; }
  default_type application/octet-stream;
  log_format short '$status $request_method $request_uri $server_protocol $ssl_protocol $upstream_cache_status $connection';
  access_log access.log short;
  client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
  uwsgi_temp_path temporary; scgi_temp_path temporary;
  ${servers}
}
`;

/** `python3 -m http.server`: HTTP/1.0, a new connection for each request, no ranges, no validators on listings. */
export async function startPythonServer(root: string): Promise<WebServer> {
  const words = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", root];
  const child = spawn("python3", words, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const port = await until(() => /port (\d+)/.exec(printed)?.[1], child);
  const url = `http://127.0.0.1:${port}`;
  const server = await openServer(child, { url, marks: url }, () => log, /"GET (\S+) [^"]*" (\d+)/);
  if (server === undefined) throw new Error(`http.server does not start: ${log}`);
  return server;
}

/** Undefined when the process ended before it answered. */
async function openServer(
  child: ChildProcess,
  { url, marks: marked }: { readonly url: string; readonly marks: string },
  log: () => string,
  pattern: RegExp,
): Promise<WebServer | undefined> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let marks = 0;
  let read = 0;
  /** A request that is in the log says that those before it are there too. */
  const mark = async (): Promise<string> => {
    const path = `/mark-${marks++}`;
    await (await fetch(marked + path)).arrayBuffer();
    await until(() => (log().includes(`${path} `) || log().includes(`${path}\n`) ? true : undefined), child);
    return path;
  };
  const answers = await until(() => mark().catch(() => undefined), child).catch(() => undefined);
  if (answers === undefined || child.exitCode !== null) return undefined;
  return {
    url,
    async requests() {
      await mark();
      const lines = log().split("\n").slice(0, -1);
      const fresh = lines.slice(read);
      read = lines.length;
      return fresh.flatMap((line) => parseLine(line, pattern)).filter(({ path }) => !path.startsWith("/mark-"));
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}

function parseLine(line: string, pattern: RegExp): LoggedRequest[] {
  const match = pattern.exec(line);
  if (match === null) return [];
  const [, one = "", other = "", said] = match;
  const answered = one.startsWith("/") ? { path: one, status: Number(other) } : { path: other, status: Number(one) };
  return [said === undefined ? answered : { ...answered, said: said.split(" ") }];
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>, child: ChildProcess): Promise<T> {
  for (const end = Date.now() + longestWaitMs; Date.now() < end; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
    if (child.exitCode !== null) break;
  }
  throw new Error("the server did not answer in time");
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A program that listens on a port of 127.0.0.1. */
export interface ListeningProgram {
  readonly host: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a program that listens on the port that it is told, and waits until it answers. */
export async function startProgram(
  program: string,
  words: (port: number) => readonly string[],
): Promise<ListeningProgram> {
  const port = await freePort();
  const child = spawn(program, words(port), { stdio: "ignore" });
  const ended = once(child, "exit");
  const end = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const host = `127.0.0.1:${port}`;
  for (const last = Date.now() + longestWaitMs; ; await sleep(50)) {
    const socket = connect(port, "127.0.0.1");
    const answers = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return { host, [Symbol.asyncDispose]: end };
    if (Date.now() < last && child.exitCode === null) continue;
    await end();
    throw new Error(`${basename(program)} does not answer`);
  }
}
