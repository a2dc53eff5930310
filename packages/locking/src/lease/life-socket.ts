import { errorCode } from "@murre/files";
import { chmodSync, closeSync, constants, openSync, renameSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";
import { makeFolders } from "./make-folders.ts";
import { thisProcess } from "./lease-name.ts";

// A process listens on <root>/sockets/<its part of a lease's name>. Another process of the same kernel that cannot see its pid (another
// pid namespace) connects: the kernel accepts even while the holder is stopped or busy, and refuses as soon as the holder is dead.
// Nothing is ever sent. Worker threads listen on a socket of their own, which their end closes while the process lives on.
// The name stands for a socket that listens from the beginning to the end (protocols/locks.md, J5): bound and heard under another one, which
// is renamed; and it goes before the socket is closed. So whoever is refused by it knows that its process is dead.

/** Loaded when somebody listens or asks: most commands end before. */
const net = (): typeof import("node:net") => process.getBuiltinModule("node:net");

/** What a socket is called until it listens. */
const unheard = ".new";

/** Whose socket it is, by its name: also of one that was left before it listened. */
export function ownerOfSocket(name: string): { readonly part: string; readonly isUnheard: boolean } {
  const isUnheard = name.endsWith(unheard);
  return { part: isUnheard ? name.slice(0, -unheard.length) : name, isUnheard };
}

const servers = new Map<string, Server>();

/** sun_path is 108 bytes on Linux and 104 elsewhere, with its final zero. */
const longestPath = 100 - unheard.length;

export function socketFile(root: string, processPart: string): string {
  return join(root, "sockets", processPart);
}

/** What the kernel says. `absent`: there is no socket of that name; `unknown`: it cannot be asked. */
export type SocketAnswer = "live" | "dead" | "absent" | "unknown";

/**
 * Makes this process (or worker thread) answer for its leases under `root`; once for each root.
 * @returns false where sockets cannot be made.
 */
export function listenForJudges(root: string): boolean {
  const listening = servers.get(root);
  if (listening !== undefined) return listening.listening;
  if (process.platform === "win32") return false;
  const server = net().createServer((socket) => void socket.destroy());
  servers.set(root, server);
  // Without a socket (a file system that has none, a path that is too long) the heartbeat answers, only later.
  server.on("error", () => {});
  server.unref();
  try {
    makeFolders(join(root, "sockets"), 0o775);
    withShortPath(root, thisProcess().part + unheard, (path) => listen(server, path));
    // libuv binds and listens before listen() returns, and an error closes the handle at once, although it is told later.
    if (server.listening)
      renameSync(socketFile(root, thisProcess().part + unheard), socketFile(root, thisProcess().part));
  } catch {
    // As above. What nobody can find answers nobody.
    if (server.listening) server.close();
  }
  return server.listening;
}

/**
 * All may connect: judges of other users ask too. Exclusive, because a cluster worker would otherwise let its primary listen, which outlives it.
 * `listen()` loads Node's cluster and child_process to find that out, and then calls `_listen2`, which has been there for that since Node 0.8.
 */
function listen(server: Server, path: string): void {
  const shorter = Reflect.get(server, "_listen2") as ((path: string, port: -1, type: -1) => void) | undefined;
  if (shorter === undefined) {
    server.listen({ path, exclusive: true, readableAll: true, writableAll: true });
  } else {
    shorter.call(server, path, -1, -1);
    if (server.listening) chmodSync(path, 0o777);
  }
}

/** Stops answering: when the process ends, or holds no lease any more. */
export function stopListening(): void {
  for (const [root, server] of servers) {
    try {
      unlinkSync(socketFile(root, thisProcess().part));
    } catch {
      // The folder may be gone.
    }
    server.close();
  }
  servers.clear();
}

/** Asks the kernel whether that process still listens. */
export function askSocket(root: string, processPart: string, timeoutMs = 2000): Promise<SocketAnswer> {
  if (process.platform === "win32") return Promise.resolve("unknown");
  return new Promise((resolve) => {
    try {
      withShortPath(root, processPart, (path) => {
        const socket = net().connect({ path });
        const answer = (verdict: SocketAnswer): void => {
          clearTimeout(timer);
          socket.destroy();
          resolve(verdict);
        };
        const timer = setTimeout(() => answer("unknown"), timeoutMs);
        socket.once("connect", () => answer("live"));
        socket.once("error", (error) => answer(verdictOf(error)));
      });
    } catch (error) {
      resolve(errorCode(error) === "ENOENT" ? "absent" : "unknown");
    }
  });
}

function verdictOf(error: Error): SocketAnswer {
  const code = errorCode(error);
  // What has this name listened when it was given it, so nobody has it open any more.
  if (code === "ECONNREFUSED") return "dead";
  // The backlog is full: somebody who is asked a lot and does not get to run, which is not dead.
  if (code === "EAGAIN") return "live";
  return code === "ENOENT" ? "absent" : "unknown";
}

/** Calls `use` with a path that fits into sun_path: through the open folder, which only Linux can name. */
function withShortPath(root: string, processPart: string, use: (path: string) => void): void {
  const path = socketFile(root, processPart);
  if (Buffer.byteLength(path) <= longestPath) return use(path);
  if (process.platform !== "linux") throw new Error("the path is too long for a socket");
  const folder = openSync(join(root, "sockets"), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    // bind and connect resolve the path before they return, so the folder need not stay open.
    use(`/proc/self/fd/${folder}/${processPart}`);
  } finally {
    closeSync(folder);
  }
}
