import { temporaryFolder, writeWheel } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const env = { PATH: process.env["PATH"], HOME: temporaryFolder("home"), PIP_CONFIG_FILE: "/dev/null" };
const lost =
  /^error: standard output cannot be written, what is there is not whole: no space left on device \(ENOSPC\)$/m;

/** Every way in which an output can be of no use, as a shell writes it, and what becomes of an exit code and of the other output. */
interface Use {
  readonly redirection: string;
  readonly stdout?: "lost";
  readonly stderr?: "lost";
}
const uses: Readonly<Record<string, Use>> = {
  "nowhere else": { redirection: "" },
  "stdout to a full disk": { redirection: ">/dev/full", stdout: "lost" },
  "stderr to a full disk": { redirection: "2>/dev/full", stderr: "lost" },
  "both to a full disk": { redirection: ">/dev/full 2>/dev/full", stdout: "lost", stderr: "lost" },
  "stdout closed": { redirection: ">&-" },
  "stderr closed": { redirection: "2>&-", stderr: "lost" },
  "both closed": { redirection: ">&- 2>&-", stderr: "lost" },
  "stdout into a pipe that ended": { redirection: "> >(exec true)" },
  "stderr into a pipe that ended": { redirection: "2> >(exec true)", stderr: "lost" },
};

describe.skipIf(process.platform === "win32" || !existsSync("/dev/full"))("an output that is lost is no crash", () => {
  let world: CommandWorld;
  let environment: Environment;

  beforeAll(async () => {
    world = makeCommandWorld();
    environment = await world.environment("env");
    // An empty list is nothing to print.
    const wheel = await writeWheel(world.folder, { name: "demo", version: "1.0" });
    succeeded(await environment.pip("install", wheel, "--no-config"));
  });

  async function murre(words: readonly string[], redirection: string) {
    const child = spawn("bash", ["-c", `"$@" ${redirection}`, "murre", process.execPath, bin, ...words], {
      cwd: world.folder,
      env: { ...env, MURRE_CACHE_DIR: world.cache },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [[code], out, err] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
    return { code: code as number, out, err };
  }

  const commands: readonly (readonly [string, exit: number, prints: boolean, words: () => readonly string[]])[] = [
    ["--version", 0, true, () => ["--version"]],
    ["--help", 0, true, () => ["pip", "--help"]],
    ["a list", 0, true, () => ["pip", "list", "-v", "-p", environment.folder]],
    ["a remembered list", 0, true, () => ["pip", "list", "-p", environment.folder]],
    ["a document", 0, true, () => ["pip", "list", "--json", "-v", "-p", environment.folder]],
    ["what fails", 1, false, () => ["pip", "show", "nosuch", "-p", environment.folder]],
    [
      "what fails with a document",
      1,
      true,
      () => ["pip", "uninstall", "-r", "nosuch.txt", "--json", "-p", environment.folder],
    ],
    ["what is not understood", 2, false, () => ["pip", "instal"]],
  ];

  test.each(
    commands.flatMap((command) => Object.entries(uses).map(([name, use]) => [command[0], name, command, use] as const)),
  )("%s with %s", async (_, __, [___, exit, prints, words], { redirection, stdout, stderr }) => {
    const { code, err } = await murre(words(), redirection);
    const isTold = prints && stdout === "lost";
    expect(err).not.toMatch(/^ +at |node:|please report/m);
    expect(lost.test(err)).toBe(isTold && stderr !== "lost");
    expect(code).toBe(isTold && exit === 0 ? 1 : exit);
  });

  test("what is nearly full has what fits, and the exit code of a failure", async () => {
    const file = join(world.folder, "help.txt");
    const child = spawn(
      "bash",
      ["-c", 'ulimit -f 1; "$@" >help.txt', "murre", process.execPath, bin, "pip", "install", "--help"],
      {
        cwd: world.folder,
        // Nothing else is written by a command whose cache cannot be.
        env: { ...env, MURRE_CACHE_DIR: "/dev/null/cache" },
      },
    );
    const [[code], err] = await Promise.all([once(child, "close"), text(child.stderr)]);
    expect([code, readFileSync(file).length]).toEqual([1, 1024]);
    expect(err).toMatch(/^error: standard output cannot be written, what is there is not whole: .*\(EFBIG\)\n$/);
  });

  test("a change is made although nobody is told of it", async () => {
    const made = join(world.folder, "made");
    expect((await murre(["venv", made], ">/dev/full 2>/dev/full")).code).toBe(0);
    expect((await murre(["pip", "list", "-p", made], "")).code).toBe(0);
  });

  test.each([["SIGINT"], ["SIGTERM"]] as const)("an interruption is one: %s", async (signal) => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    const full = openSync("/dev/full", "w");
    const words = ["pip", "install", "x", "--no-config", "-i", url, "-p", environment.folder];
    const child = spawn(process.execPath, [bin, ...words], {
      env: { ...env, MURRE_CACHE_DIR: world.cache },
      stdio: ["ignore", full, full],
    });
    const ended = once(child, "close");
    await once(server, "request");
    child.kill(signal);
    // Of which a shell makes 130 and 143.
    expect(await ended).toEqual([null, signal]);
    closeSync(full);
    server.closeAllConnections();
    server.close();
  });
});
