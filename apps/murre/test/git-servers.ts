import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./web-servers.ts";

/** A git server on 127.0.0.1 that serves the repositories of a folder. */
export interface GitServer {
  /** `http://127.0.0.1:PORT` or `git:`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The smart HTTP server, and the names and passwords that it was shown. */
export interface SmartServer extends GitServer {
  readonly requests: readonly { readonly path: string; readonly authorization: string | undefined }[];
}

export const canServeGit = /git-daemon/.test(spawnSync("ls", [gitPrograms()], { encoding: "utf8" }).stdout ?? "");

function gitPrograms(): string {
  return spawnSync("git", ["--exec-path"], { encoding: "utf8" }).stdout?.trim() ?? "";
}

/** `git http-backend` by CGI: it says itself what is served to whom. */
export async function serveSmart(
  root: string,
  credentials?: { readonly username: string; readonly password: string },
): Promise<SmartServer> {
  const requests: { path: string; authorization: string | undefined }[] = [];
  const expected =
    credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push({ path: request.url ?? "", authorization });
    if (expected === undefined || authorization === expected) return runBackend(root, request, response);
    response.writeHead(401, { "www-authenticate": 'Basic realm="repositories"' }).end();
  });
  return { ...(await listening(server, "http")), requests };
}

function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "", "http://server");
  const { headers } = request;
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers["content-type"],
      HTTP_CONTENT_ENCODING: headers["content-encoding"],
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (response.headersSent) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const fields = head
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = fields.find(([name]) => name === "Status")?.[1] ?? "200";
    response.writeHead(Number.parseInt(status), Object.fromEntries(fields));
    response.write(head.subarray(end + 4));
  });
  child.stdout.on("end", () => response.end());
}

/** `git daemon`, for whom there are no users. */
export async function startDaemon(root: string): Promise<GitServer> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = await freePort();
    const words = [
      "daemon",
      "--export-all",
      `--base-path=${root}`,
      "--listen=127.0.0.1",
      `--port=${port}`,
      "--informative-errors",
    ];
    const child = spawn("git", words, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    const ended = once(child, "exit");
    const ready = spawnReady(port, root);
    if (await Promise.race([ready, ended.then(() => false)]))
      return {
        url: `git://127.0.0.1:${port}`,
        async close() {
          // git starts the daemon as a process of its own.
          process.kill(-(child.pid ?? 0));
          await ended;
        },
      };
  }
  throw new Error("git daemon does not start");
}

async function spawnReady(port: number, cwd: string): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const child = spawn("git", ["ls-remote", `git://127.0.0.1:${port}/`], { cwd, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (more: string) => (text += more));
    await once(child, "close");
    if (!/unable to connect|refused/i.test(text)) return true;
    await sleep(20);
  }
  return false;
}

/** Accepts, and says nothing. */
export function serveSilence(protocol: "http" | "git"): Promise<GitServer> {
  return listening(
    createSocketServer(() => {}),
    protocol,
  );
}

async function listening(server: ReturnType<typeof createSocketServer>, protocol: string): Promise<GitServer> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${protocol}://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
