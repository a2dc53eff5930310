import { temporaryFolder } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

describe("an interrupted command", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s: it ends its operation itself, and says so", async (signal) => {
    const silent = createServer(() => {}); // takes requests and never answers
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const index = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/simple`;
    const target = temporaryFolder("target");
    const words = ["pip", "install", "x", "--target", target, "--no-config", "--index-url", index];
    const { child, err, ended } = start(words);
    await once(silent, "request");
    child.kill(signal);
    expect(await ended).toEqual([130, null]);
    expect(await err).toMatch(/interrupted\n$/);
    silent.closeAllConnections();
    silent.close();
  });

  test("whose event loop runs empty while it waits fails, and says so", async () => {
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const index = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/simple`;
    // Connections that nobody waits for: what a forgotten unref() does.
    const forgetful = `import net from "node:net"; const { connect } = net; net.connect = (...words) => connect(...words).unref();`;
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(forgetful)}` };
    const words = ["pip", "install", "x", "--target", temporaryFolder("target"), "--no-config", "--index-url", index];
    const { err, ended } = start(words, env);
    expect(await ended).toEqual([1, null]);
    expect(await err).toMatch(/^error: the command ended before its work was done;.*\(MURRE_UNSETTLED\)\n$/m);
    silent.closeAllConnections();
    silent.close();
  });

  test("a reader that goes away is no error", async () => {
    const { child, err, ended } = start(["--help"]);
    child.stdout.destroy();
    expect([await ended, await err]).toEqual([[0, null], ""]);
  });
});
