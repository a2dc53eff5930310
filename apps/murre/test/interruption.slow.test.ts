import { CACHE_LAYOUT } from "@murre/cache";
import { temporaryFolder } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

/** Starts the command with a cache of its own. */
function start(words: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const cache = `${temporaryFolder("interruption")}/cache`;
  const child = spawn(process.execPath, [murre, ...words, "--cache-dir", cache], { env });
  return { child, err: text(child.stderr), ended: once(child, "close") as Promise<[number | null, string | null]> };
}

/** An index that takes requests and never answers. */
async function silentIndex() {
  const server = createServer(() => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, close };
}

const waiting = (index: string) => {
  const target = temporaryFolder("target");
  return ["pip", "install", "x", "--target", target, "--no-config", "--index-url", index];
};

describe.skipIf(process.platform === "win32")("an interrupted command ends its operation itself, says so", () => {
  test.each([["SIGINT"], ["SIGTERM"], ["SIGTERM", "SIGTERM"], ["SIGINT", "SIGTERM"]] as const)(
    "and dies by the signal: %s %s",
    async (...signals) => {
      const { server, url, close } = await silentIndex();
      const { child, err, ended } = start(waiting(url));
      await once(server, "request");
      for (const signal of signals) child.kill(signal);
      const [code, by] = await ended;
      expect(code).toBeNull();
      expect(signals).toContain(by);
      expect(await err).not.toContain("error");
      close();
    },
  );

  test.each([
    ["computes without a pause", "for (;;);"],
    ["waits in a call to the system", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"],
  ])("and the second signal ends it at once where it %s", async (_, held) => {
    const { server, url, close } = await silentIndex();
    // From the turn on that comes after the signal's.
    const holding = `setImmediate(() => setImmediate(() => { writeSync(2, "held"); ${held} }))`;
    const program = `import { writeSync } from "node:fs"; process.on("SIGTERM", () => ${holding});`;
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
    const cache = `${temporaryFolder("interruption")}/cache`;
    const child = spawn(process.execPath, [murre, ...waiting(url), "--cache-dir", cache], { env });
    const ended = once(child, "close");
    await once(server, "request");
    child.kill("SIGTERM");
    for await (const chunk of child.stderr) if (String(chunk).includes("held")) break;
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    close();
  });

  test("so that a shell's loop ends with it", async () => {
    const { server, url, close } = await silentIndex();
    let requests = 0;
    server.on("request", () => (requests += 1));
    const cache = `${temporaryFolder("interruption")}/cache`;
    const words = [process.execPath, murre, ...waiting(url), "--cache-dir", cache];
    const loop = ['for i in 1 2 3; do "$@"; done; echo went on', "loop", ...words];
    const shell = spawn("bash", ["-c", ...loop], { detached: true });
    const ended = once(shell, "close");
    const out = text(shell.stdout);
    await once(server, "request");
    process.kill(-(shell.pid ?? 0), "SIGINT"); // as a terminal sends it: to the whole group
    expect([await ended, await out, requests]).toEqual([[null, "SIGINT"], "", 1]);
    close();
  });

  test("in one word, and leaves nothing that it holds in the cache", async () => {
    const { server, url, close } = await silentIndex();
    const cache = `${temporaryFolder("interruption")}/cache`;
    const child = spawn(process.execPath, [murre, ...waiting(url), "--cache-dir", cache]);
    const ended = once(child, "close");
    const err = text(child.stderr);
    await once(server, "request");
    const held = () =>
      ["leases", "locks", "sockets", "hints"]
        .map((name) => join(cache, CACHE_LAYOUT, name))
        .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
    expect(held()).not.toEqual([]);
    child.kill("SIGINT");
    expect([await ended, held()]).toEqual([[null, "SIGINT"], []]);
    expect(await err).toMatch(/interrupted\n$/);
    close();
  });
});

describe("a command", () => {
  test("whose event loop runs empty while it waits fails, and says so", async () => {
    const { url, close } = await silentIndex();
    // Connections that nobody waits for: what a forgotten unref() does.
    const forgetful = `import net from "node:net"; const { connect } = net; net.connect = (...words) => connect(...words).unref();`;
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(forgetful)}` };
    const { err, ended } = start(waiting(url), env);
    expect(await ended).toEqual([1, null]);
    expect(await err).toMatch(/^error: the command ended before its work was done;.*\(MURRE_UNSETTLED\)\n$/m);
    close();
  });

  test("a reader that goes away is no error", async () => {
    const { child, err, ended } = start(["--help"]);
    child.stdout.destroy();
    expect([await ended, await err]).toEqual([[0, null], ""]);
  });
});
