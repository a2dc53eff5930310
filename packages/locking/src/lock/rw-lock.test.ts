import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { LeaseLost, LockLost, LockTimeout, LockUnavailable } from "../errors.ts";
import { takeLease } from "../lease/lease.ts";
import { describeLockEvent, type LockEvent } from "../lock-events.ts";
import { lockHolders } from "./lock-holder.ts";
import { acquireLock, type HeldLock, type LockOptions, withLock } from "./rw-lock.ts";
import { sweepLock } from "../flight/sweep-locks.ts";

/** A lock of its own with one lease; what `acquire` gives is to be released by the test. */
function setUp() {
  const root = temporaryFolder();
  const lease = takeLease(root);
  const folder = join(root, "lock");
  const options = (mode: "read" | "write", more: Partial<LockOptions> = {}): LockOptions => ({
    folder,
    lease,
    mode,
    ...more,
  });
  const acquire = (mode: "read" | "write", more?: Partial<LockOptions>): Promise<HeldLock> =>
    acquireLock(options(mode, more));
  return { root, lease, folder, options, acquire };
}

/** Whether it is settled within some turns of the event loop and some polls. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([promise.then(() => "done"), sleep(80, "waiting")])) === "waiting";
}

/** A lease name of this boot and namespace whose process is gone. */
function deadLease(live: string): string {
  return live.replace(/_[^_]+_[^_]+$/, `_${(2 ** 22 + 5).toString(36)}_1`);
}

describe("protocols/locks.md: readers share, a writer excludes everybody", () => {
  test.each([
    ["read", "read", "together"],
    ["read", "write", "one after the other"],
    ["write", "read", "one after the other"],
    ["write", "write", "one after the other"],
  ] as const)("%s and %s: %s", async (first, second, how) => {
    const { acquire } = setUp();
    const held = await acquire(first);
    const wanted = acquire(second);
    expect(await isWaiting(wanted)).toBe(how !== "together");
    held.release();
    (await wanted).release();
  });

  test("nothing is left in its folders after the release", async () => {
    const { acquire, folder } = setUp();
    (await acquire("write")).release();
    expect([...readdirSync(join(folder, "choosing")), ...readdirSync(join(folder, "tickets"))]).toEqual([]);
  });
});

describe("fairness: first come, first served once the ticket exists", () => {
  test("a stream of readers does not starve a writer: none that comes later is served before it", async () => {
    const { acquire } = setUp();
    const order: string[] = [];
    const held = await acquire("read");
    const take = async (name: string, mode: "read" | "write"): Promise<void> => {
      const lock = await acquire(mode);
      order.push(name);
      await sleep(1);
      lock.release();
    };
    const all = [
      take("writer", "write"),
      take("reader 1", "read"),
      take("reader 2", "read"),
      take("writer 2", "write"),
    ];
    await sleep(20);
    held.release();
    await Promise.all(all);
    expect(order[0]).toBe("writer");
    expect(order[3]).toBe("writer 2");
  });
});

describe("A5 and A6 (protocols/locks.md): one who still draws a number is waited for, and only then are the smaller tickets looked for", () => {
  test("a slow process that drew a smaller number goes first (CE10, CE11)", async () => {
    const { acquire, folder, root } = setUp();
    const slow = takeLease(root);
    const choosing = join(folder, "choosing", `${slow.name}-1`);
    const ticket = join(folder, "tickets", `0-w-${slow.name}-1`);
    (await acquire("read")).release();
    writeFileSync(choosing, "");
    const wanted = acquire("write");
    expect(await isWaiting(wanted)).toBe(true);
    writeFileSync(ticket, "");
    unlinkSync(choosing);
    expect(await isWaiting(wanted)).toBe(true);
    unlinkSync(ticket);
    (await wanted).release();
    expect(readdirSync(join(folder, "tickets"))).toEqual([]);
    slow.release();
  });

  test("whoever begins to draw later is not waited for", async () => {
    const { acquire, folder, root } = setUp();
    const held = await acquire("write");
    const wanted = acquire("write");
    const late = takeLease(root);
    writeFileSync(join(folder, "choosing", `${late.name}-1`), "");
    held.release();
    const next = await wanted;
    expect(readdirSync(join(folder, "choosing"))).toHaveLength(1);
    next.release();
    late.release();
  });
});

describe("giving up", () => {
  test("a timeout names who holds it: pid, host, command and since when", async () => {
    const { acquire, lease } = setUp();
    const held = await acquire("write");
    const error = await acquire("read", { timeoutMs: 20 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockTimeout);
    expect((error as LockTimeout).holders).toMatchObject([{ lease: lease.name, mode: "write", pid: process.pid }]);
    expect((error as LockTimeout).message).toMatch(/held by pid \d+ on \S+ \(.+\) since \d{4}-\d\d-\d\dT/);
    held.release();
  });

  test("an abort while waiting throws the signal's reason", async () => {
    const { acquire } = setUp();
    const held = await acquire("write");
    const abort = new AbortController();
    const wanted = acquire("write", { signal: abort.signal });
    abort.abort(new Error("stopped"));
    await expect(wanted).rejects.toThrow("stopped");
    held.release();
  });

  test("whoever gave up leaves no ticket, so the next one is served", async () => {
    const { acquire, folder } = setUp();
    const held = await acquire("write");
    await expect(acquire("write", { timeoutMs: 5 })).rejects.toThrow(LockTimeout);
    held.release();
    expect(readdirSync(join(folder, "tickets"))).toEqual([]);
    (await acquire("write", { timeoutMs: 5 })).release();
  });
});

describe("what happens is told", () => {
  test("acquired, waited, waiting for whom, released", async () => {
    const { acquire } = setUp();
    const events: LockEvent[] = [];
    const held = await acquire("write");
    const wanted = acquire("write", { subject: "the box", onEvent: (event) => events.push(event) });
    await sleep(700);
    held.release();
    (await wanted).release();
    expect(events.map(({ type }) => type)).toEqual(["waiting", "waited", "acquired", "released"]);
    const lines = events.map(describeLockEvent);
    expect(lines[0]).toMatch(/^waiting for .+ \(pid \d+\): lock on the box$/);
    expect(lines[3]).toMatch(/^released lock on the box after \d+ ms$/);
  });

  test("taken over from whom, when a holder is dead", async () => {
    const { acquire, folder, lease } = setUp();
    mkdirSync(join(folder, "tickets"), { recursive: true });
    writeFileSync(join(folder, "tickets", `1-w-${deadLease(lease.name)}-1`), "");
    const events: LockEvent[] = [];
    (await acquire("write", { onEvent: (event) => events.push(event) })).release();
    expect(events.map(({ type }) => type)).toEqual(["taken over", "waited", "acquired", "released"]);
  });

  test("who holds it and who waits can be asked at any time", async () => {
    const { acquire, folder, root } = setUp();
    const held = await acquire("read");
    expect(lockHolders(folder, root).map(({ mode, pid }) => [mode, pid])).toEqual([["read", process.pid]]);
    held.release();
    expect(lockHolders(folder, root)).toEqual([]);
  });
});

describe("G2 and G4: a holder that was wrongly judged dead cannot commit", () => {
  test("its release says that the lock was lost", async () => {
    const { acquire } = setUp();
    const held = await acquire("write");
    unlinkSync(held.path);
    expect(() => held.validate()).toThrow(LockLost);
    expect(() => held.release()).toThrow(LockLost);
  });

  test("withLock throws although the work succeeded", async () => {
    const { options } = setUp();
    const work = withLock(options("write"), async (lock) => unlinkSync(lock.path));
    await expect(work).rejects.toThrow(LockLost);
  });

  test("one that has to draw again stops when its lease is gone too", async () => {
    const { acquire, lease } = setUp();
    unlinkSync(lease.path);
    const held = await acquire("write");
    held.release();
    const blocked = await acquire("write");
    const wanted = acquire("write");
    await sleep(5);
    rmSync(join(blocked.path, ".."), { recursive: true });
    await expect(wanted).rejects.toThrow(LeaseLost);
  });
});

describe("A4: the result of removing the choosing file counts", () => {
  test("one whose choosing file was taken away while it drew gives its ticket back and draws another", async () => {
    const { acquire, folder } = setUp();
    (await acquire("read")).release();
    const revoked = afterCreatingIn("tickets", () => {
      for (const name of readdirSync(join(folder, "choosing"))) unlinkSync(join(folder, "choosing", name));
    });
    const held = await acquire("write");
    expect(revoked()).toBe(1);
    expect(readdirSync(join(folder, "tickets"))).toHaveLength(1);
    held.validate();
    held.release();
  });
});

/** Runs `then` once, right after the next name was made in a folder of that name. */
function afterCreatingIn(name: string, then: () => void): () => number {
  const original = fs.linkSync;
  let done = 0;
  fs.linkSync = (from, to) => {
    original(from, to);
    if (!String(to).includes(`/${name}/`)) return;
    done++;
    fs.linkSync = original;
    syncBuiltinESMExports();
    then();
  };
  syncBuiltinESMExports();
  return () => done;
}

describe("a ticket that is a folder is committed by renaming it (protocols/transaction.md, E1 and E5)", () => {
  const directory = (root: string) => ({ ticket: { kind: "directory", trash: join(root, "trash") } as const });

  test("the commit takes what was put into it along, and releases the lock", async () => {
    const { acquire, root } = setUp();
    const held = await acquire("write", directory(root));
    writeFileSync(join(held.path, "stage"), "whole");
    held.commit(join(root, "commit"));
    expect(readdirSync(join(root, "commit"))).toEqual(["stage"]);
    held.release();
    (await acquire("write", { ...directory(root), timeoutMs: 100 })).release();
  });

  test("a commit after the ticket was taken away is refused by the kernel", async () => {
    const { acquire, root } = setUp();
    const held = await acquire("write", directory(root));
    rmSync(held.path, { recursive: true });
    expect(() => held.commit(join(root, "commit"))).toThrow(LockLost);
    expect(existsSync(join(root, "commit"))).toBe(false);
  });

  test("a commit whose place is taken leaves the lock held", async () => {
    const { acquire, root } = setUp();
    mkdirSync(join(root, "commit", "other"), { recursive: true });
    const held = await acquire("write", directory(root));
    expect(() => held.commit(join(root, "commit"))).toThrow(LockUnavailable);
    held.validate();
    held.release();
  });

  test("a ticket that is a file is committed the same way, with what was written into it", async () => {
    const { acquire, root } = setUp();
    const held = await acquire("write", { ticket: { kind: "file" } });
    writeFileSync(held.path, "done");
    held.commit(join(root, "result"));
    expect(readFileSync(join(root, "result"), "utf8")).toBe("done");
  });

  test("one that is only a name is not", async () => {
    const { acquire, root } = setUp();
    const held = await acquire("write");
    expect(() => held.commit(join(root, "result"))).toThrow(TypeError);
    held.release();
  });

  test("a dead one's is renamed into trash and removed there", async () => {
    const { acquire, root, folder, lease } = setUp();
    mkdirSync(join(folder, "tickets", `1-w-${deadLease(lease.name)}-1`, "stage"), { recursive: true });
    const held = await acquire("write", directory(root));
    expect(readdirSync(join(folder, "tickets"))).toHaveLength(1);
    expect(readdirSync(join(root, "trash"))).toEqual([]);
    held.release();
  });
});

describe("a lock's folder that is deleted under a waiter", () => {
  test("the waiter draws a new ticket in a new folder, and the holder learns that it lost the lock", async () => {
    const { acquire, folder } = setUp();
    const held = await acquire("write");
    const wanted = acquire("write");
    await sleep(5);
    rmSync(folder, { recursive: true });
    const next = await wanted;
    expect(existsSync(next.path)).toBe(true);
    expect(() => held.release()).toThrow(LockLost);
    next.release();
  });
});

describe("sweeping a lock", () => {
  test("removes what the dead left, choosing files too, and nothing of the living", async () => {
    const { acquire, root, folder, lease } = setUp();
    const held = await acquire("read");
    const dead = deadLease(lease.name);
    writeFileSync(join(folder, "choosing", `${dead}-1`), "");
    writeFileSync(join(folder, "tickets", `7-w-${dead}-2`), "");
    expect(await sweepLock(root, folder)).toEqual([`${dead}-1`, `7-w-${dead}-2`]);
    held.validate();
    held.release();
  });
});
