import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { takeLease } from "../src/lease/lease.ts";
import type { LockEvent } from "../src/lock-events.ts";
import { acquireLock } from "../src/lock/rw-lock.ts";

const script = fileURLToPath(new URL("processes/other-user.mjs", import.meta.url));
const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", process.execPath];

// Only root may become someone else, and that one must be able to read this checkout. Elsewhere the same user stands in for the other one,
// and what the private root would refuse is refused by injected errors.
const canSwitch =
  process.getuid?.() === 0 &&
  spawnSync("setpriv", [...nobody, script, temporaryRoot(), temporaryRoot(), "try"]).status === 0;
const command = (args: string[]): [string, string[]] =>
  canSwitch ? ["setpriv", [...nobody, ...args]] : [process.execPath, [...args, "refuse"]];

/** A folder that all may write to, as a cache shared by a group is. */
function temporaryRoot(): string {
  const root = temporaryFolder("shared");
  for (const folder of ["", "leases", "sockets", "heartbeats", "lock", "lock/choosing", "lock/tickets"]) {
    mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, folder), 0o777);
  }
  return root;
}

function privateRoot(): string {
  const root = temporaryFolder("private");
  mkdirSync(join(root, "leases"));
  mkdirSync(join(root, "lock/choosing"), { recursive: true });
  mkdirSync(join(root, "lock/tickets"));
  for (const folder of ["leases", "lock/choosing", "lock/tickets"]) chmodSync(join(root, folder), 0o755);
  return root;
}

describe("part 3, outcomes: another uid", () => {
  test("a root of someone else's gives EACCES; a shared one works, and its holder is seen to live", async () => {
    const shared = temporaryRoot();
    const lease = takeLease(shared);
    const held = await acquireLock({ folder: join(shared, "lock"), lease, mode: "write" });
    const [file, args] = command([script, privateRoot(), shared, "try"]);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    for await (const text of child.stdout) said += String(text);
    expect(JSON.parse(said)).toEqual([
      "MURRE_LEASE_UNAVAILABLE EACCES",
      "MURRE_LOCK_UNAVAILABLE EACCES",
      "MURRE_LOCK_TIMEOUT undefined",
    ]);
    held.validate();
    held.release();
    lease.release();
  });

  test("a holder of another uid is waited for while it lives, and taken over from when it is killed", async () => {
    const shared = temporaryRoot();
    const [file, args] = command([script, "", shared, "hold"]);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const lease = takeLease(shared);
    const events: LockEvent[] = [];
    const wanted = acquireLock({
      folder: join(shared, "lock"),
      lease,
      mode: "write",
      onEvent: (event) => events.push(event),
    });
    await sleep(700);
    expect(events.map(({ type }) => type)).toEqual(["waiting"]);
    child.kill("SIGKILL");
    (await wanted).release();
    expect(events.map(({ type }) => type)).toEqual(["waiting", "taken over", "waited", "acquired", "released"]);
    lease.release();
  });
});
